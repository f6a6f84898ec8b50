package plottest

import (
	"time"

	"nines/analysis"
	"nines/bench"
	"nines/results"
)

// Commit is one trial of each of two systems of atomic commit, whose coordinator
// is killed at 5 s. The second one gives up its isolation.
func Commit() []analysis.Summary {
	kill := []Stall{{Fault: "at(voted, kill(coordinator))", Nodes: []string{"n1"}, From: 5, To: 9, Gap: 4.2}}
	var all []analysis.Summary
	for i, name := range []string{"2pc", "3pc"} {
		kill[0].Gap /= float64(1 + 4*i)
		s := Trial(Service{Name: name, Median: 1.4, Spread: 0.4, Stalls: kill}, Config{Seconds: 20, Rate: 2000, Seed: 1})
		s.Facts.Workload, s.Facts.Txns = "append", true
		s.Facts.Guarantees = results.Guarantees{Reads: "linearizable", Durability: "kill of all nodes", Partitioned: true, Txns: "strict-serializable"}
		s.Checks[2] = analysis.Check{Name: "settled", Verdict: analysis.VerdictOK, Why: "no transaction in doubt and no key locked on 3 nodes"}
		s.InDoubt = analysis.InDoubt{Txns: 14 - 8*i, Max: analysis.MS(4180 - 3200*i), Total: analysis.MS(52_310 - 47_000*i), Locks: analysis.MS(104_620 - 90_000*i)}
		s.Episodes[0].InDoubt = s.InDoubt
		all = append(all, s)
	}
	last := &all[1]
	last.Verdict = analysis.VerdictIllegal
	for _, c := range analysis.Analyze(halfCommitted(), analysis.Options{}).Checks {
		if c.Verdict == analysis.VerdictIllegal && c.Picture != nil {
			last.Checks = append(last.Checks, c)
		}
	}
	return all
}

// halfCommitted is a trial in which a transaction was committed at one
// participant and aborted at another.
func halfCommitted() analysis.Input {
	in := analysis.Input{Facts: results.Facts{
		Nodes: []string{"n1", "n2", "n3"}, Duration: 20 * time.Second, Txns: true,
		Guarantees: results.Guarantees{Reads: "linearizable", Durability: "kill of all nodes", Txns: "strict-serializable"},
	}, Faults: []bench.Interval{{Fault: "at(voted, kill(coordinator))", Nodes: []string{"n1"}, Start: 5 * time.Second, HealFrom: 9 * time.Second,
		End: 9020 * time.Millisecond, Evidence: "killed n1"}}}
	do := func(class bench.Class, sent, took time.Duration, session uint64, micros []bench.Micro, found ...bench.Found) {
		id := uint64(len(in.Txns) + 1)
		in.Samples = append(in.Samples, bench.Sample{Due: sent, Sent: sent, Done: sent + took, Session: session, Node: uint16(session % 3), Key: micros[0].Key,
			Arg: id, Kind: bench.Transact, Outcome: bench.OK, Class: class})
		in.Txns = append(in.Txns, bench.TxnRecord{ID: id, Txn: &bench.Txn{Micros: micros}, Reply: &bench.TxnReply{Found: found}})
	}
	app := func(key, element uint64) bench.Micro { return bench.Micro{Kind: bench.Append, Key: key, Arg: element} }
	list := func(key uint64) bench.Micro { return bench.Micro{Kind: bench.List, Key: key} }
	const at = 5001300 * time.Microsecond
	do(bench.Main, 4*time.Second, time.Millisecond, 4, []bench.Micro{app(17, 408), app(41, 409)}, bench.Found{}, bench.Found{})
	do(bench.Main, at, 2*time.Millisecond, 31, []bench.Micro{app(17, 501), app(41, 502), list(3)}, bench.Found{}, bench.Found{}, bench.Found{})
	do(bench.Main, at+time.Second, time.Millisecond, 52, []bench.Micro{list(17), list(41), app(9, 77)},
		bench.Found{List: []uint64{408, 501}}, bench.Found{List: []uint64{409}}, bench.Found{})
	do(bench.Main, at+2*time.Second, time.Millisecond, 54, []bench.Micro{app(41, 600)}, bench.Found{})
	do(bench.Final, 21*time.Second, time.Millisecond, 90, []bench.Micro{list(17), list(41), list(9)},
		bench.Found{List: []uint64{408, 501}}, bench.Found{List: []uint64{409, 600}}, bench.Found{List: []uint64{77}})
	return in
}
