package analysis

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"nines/bench"
	"nines/results"
)

// transact adds an answered transaction to a trial.
func (in *Input) transact(class bench.Class, sent, done time.Duration, session uint64, micros []bench.Micro, found ...bench.Found) {
	id := 1<<30 + uint64(len(in.Txns))
	in.Samples = append(in.Samples, bench.Sample{Due: sent, Sent: sent, Done: done, Session: session, Key: micros[0].Key, Arg: id,
		Kind: bench.Transact, Outcome: bench.OK, Class: class})
	in.Txns = append(in.Txns, bench.TxnRecord{ID: id, Txn: &bench.Txn{Micros: micros}, Reply: &bench.TxnReply{Found: found}})
	if class == bench.Main && sent >= 0 {
		in.Facts.Offered++
	}
}

const (
	aList    = 1 << 40 // keys of transactions
	accounts = 2
)

// txnTrial is stallTrial with a list, a bank and a register that transactions
// use; all is well.
func txnTrial() Input {
	in := stallTrial()
	in.Facts.Txns = true
	in.Facts.Guarantees.Txns = "strict-serializable"
	in.Facts.Bank = &results.Bank{Accounts: accounts, Total: 200}
	fill := []bench.Micro{{Kind: bench.Write, Key: 0, Arg: 100}, {Kind: bench.Write, Key: 1, Arg: 100}}
	in.transact(bench.Preload, -3*time.Second, -3*time.Second+msec, 1<<50, fill, bench.Found{}, bench.Found{})
	for i := range uint64(5) {
		at := 5500*msec + time.Duration(i)*msec
		in.transact(bench.Main, at, at+msec/2, 1<<50+i, []bench.Micro{{Kind: bench.Append, Key: aList, Arg: i + 1}}, bench.Found{})
	}
	move := []bench.Micro{{Kind: bench.Add, Key: 0, Arg: ^uint64(9)}, {Kind: bench.Add, Key: 1, Arg: 10}}
	in.transact(bench.Main, 5600*msec, 5601*msec, 1<<50+9, move, bench.Found{Value: 100}, bench.Found{Value: 100})
	in.transact(bench.Final, 20*time.Second, 20*time.Second+msec, 1<<51, []bench.Micro{{Kind: bench.List, Key: aList}}, bench.Found{List: []uint64{1, 2, 3, 4, 5}})
	in.transact(bench.Final, 20*time.Second, 20*time.Second+msec, 1<<51+1,
		[]bench.Micro{{Kind: bench.Read, Key: 0}, {Kind: bench.Read, Key: 1}}, bench.Found{Value: 90}, bench.Found{Value: 110})
	return in
}

func check(t *testing.T, s Summary, name string) Check {
	t.Helper()
	for _, c := range s.Checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no check %q in %+v", name, s.Checks)
	return Check{}
}

func TestTransactions(t *testing.T) {
	last := func(in *Input, back int) *bench.TxnReply { return in.Txns[len(in.Txns)-1-back].Reply }
	for _, c := range []struct {
		name   string
		change func(*Input)
		bad    string // check that is illegal; the others must not be
		says   string
		under  string
	}{
		{"all is well", func(*Input) {}, "", "", ""},
		{"a lost append", func(in *Input) { last(in, 1).Found[0].List = []uint64{1, 2, 3, 4} }, "isolated",
			"read key 1099511627776 without 5", "from 5.504 s to 20.001 s, during fault 1 stall on n1 (5.000-6.000 s)"},
		{"a serializable system may be stale", func(in *Input) {
			in.Facts.Guarantees.Txns = "serializable"
			last(in, 1).Found[0].List = []uint64{1, 2, 3, 4}
		}, "durable", "appended 5, which was acknowledged", ""},
		{"money lost", func(in *Input) { last(in, 0).Found[0].Value = 89 }, "bank", "1 too little", "from 20.000 s"},
		{"a register", func(in *Input) { // its write is newer than what the final read found
			w := []bench.Micro{{Kind: bench.Write, Key: 77 << 40, Arg: 5}}
			in.transact(bench.Main, 5700*msec, 5701*msec, 1<<52, w, bench.Found{})
			in.transact(bench.Final, 20*time.Second, 20*time.Second+msec, 1<<53, []bench.Micro{{Kind: bench.Read, Key: 77 << 40}}, bench.Found{Value: 0})
		}, "linearizable", "although the key began with value 0", "during fault 1 stall"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := txnTrial()
			c.change(&in)
			s := Analyze(in, Options{})
			if c.bad == "" {
				if s.Verdict != VerdictOK || !s.Valid {
					t.Fatalf("%s: %+v %v", s.Verdict, s.Checks, reasons(&s))
				}
				return
			}
			got := check(t, s, c.bad)
			if s.Verdict != VerdictIllegal || s.Valid || got.Verdict != VerdictIllegal || !strings.Contains(got.Why, c.says) || !strings.Contains(got.Under, c.under) {
				t.Errorf("%+v", s.Checks)
			}
			if len(got.Witness) == 0 || got.Witness[0].Under == "" || got.Witness[0].What == "" {
				t.Errorf("witness %+v", got.Witness)
			}
			if (got.Picture == nil) != (c.bad == "linearizable") {
				t.Errorf("picture %+v", got.Picture)
			}
			var back Summary
			if err := json.Unmarshal([]byte(encoded(t, s)), &back); err != nil || encoded(t, back) != encoded(t, s) {
				t.Errorf("as JSON: %v", err)
			}
		})
	}
	in := txnTrial()
	in.Txns = in.Txns[1:]
	if s := Analyze(in, Options{}); s.Verdict != VerdictUnknown || len(s.Checks) != 5 || !strings.Contains(s.Checks[3].Why, "has no record") {
		t.Errorf("a record is missing: %+v", s.Checks)
	}
	in = txnTrial()
	in.Facts.Guarantees.Txns = ""
	if c := check(t, Analyze(in, Options{}), "isolated"); c.Verdict != VerdictUnknown {
		t.Errorf("nothing is declared: %+v", c)
	}
}

// TestOrphaned: of two transactions in doubt, the fault hit the coordinator of one.
func TestOrphaned(t *testing.T) {
	in := stallTrial()
	in.Facts.Guarantees.Partitioned = true
	for node, took := range []time.Duration{500 * msec, time.Second} { // n1, which the fault hits, and n2
		id := uint64(1<<40 + node)
		in.Samples = append(in.Samples, bench.Sample{Due: 5 * time.Second, Sent: 5 * time.Second, Done: 6 * time.Second, Arg: id,
			Node: uint16(node), Session: 77, Kind: bench.Transact, Outcome: bench.OK, Class: bench.Main})
		in.Events = append(in.Events, bench.Event{At: 6100 * msec, Node: "n2", Kind: bench.EventInDoubt, Txn: id, Took: took, Locks: 3})
	}
	e := Analyze(in, Options{}).Episodes[0]
	if want := (InDoubt{Txns: 1, Max: 500, Total: 500, Locks: 1500}); e.Orphaned != want {
		t.Errorf("without its coordinator %+v, want %+v", e.Orphaned, want)
	}
	if e.InDoubt.Txns != 2 || e.InDoubt.Max != 1000 {
		t.Errorf("in all %+v", e.InDoubt)
	}
	// A doubt that began just before the second fault is the second fault's.
	in.Faults = append([]bench.Interval{{Fault: "an earlier one", Start: 2 * time.Second, HealFrom: 3 * time.Second, End: 3 * time.Second, Evidence: "yes"}}, in.Faults...)
	in.Events[len(in.Events)-1].Took = 1200 * msec // since 4.9 s
	if e := Analyze(in, Options{}).Episodes; e[0].InDoubt.Txns != 0 || e[1].InDoubt.Txns != 2 || e[1].InDoubt.Max != 1200 {
		t.Errorf("in the first %+v, in the second %+v", e[0].InDoubt, e[1].InDoubt)
	}
}

// TestPartitioned: two participants are in doubt for half a second about a
// transaction, and one for a second about another.
func TestPartitioned(t *testing.T) {
	partitioned := func() Input {
		in := stallTrial()
		in.Facts.Guarantees.Replicated, in.Facts.Guarantees.Partitioned = false, true
		doubt := func(at, took time.Duration, node string, id uint64, locks int) {
			in.Events = append(in.Events, bench.Event{At: at, Node: node, Kind: bench.EventInDoubt, Txn: id, Took: took, Locks: locks, Detail: "committed"})
		}
		doubt(5600*msec, 500*msec, "n1", 1<<40, 2)
		doubt(5600*msec, 500*msec, "n2", 1<<40, 1)
		doubt(6100*msec, time.Second, "n2", 1<<40+1, 1)
		doubt(3000*msec, 20*msec, "n2", 1<<40+2, 1) // before the fault
		return in
	}
	s := Analyze(partitioned(), Options{})
	if s.Verdict != VerdictOK {
		t.Errorf("%+v", s.Checks)
	}
	if want := (InDoubt{Txns: 3, Max: 1000, Total: 2020, Locks: 2520}); s.InDoubt != want {
		t.Errorf("in doubt %+v, want %+v", s.InDoubt, want)
	}
	if want := (InDoubt{Txns: 2, Max: 1000, Total: 2000, Locks: 2500}); s.Episodes[0].InDoubt != want {
		t.Errorf("in the episode %+v, want %+v", s.Episodes[0].InDoubt, want)
	}
	if r := Row(&s); r.InDoubtMax != 1000 || r.InDoubtTxns != 3 {
		t.Errorf("row %+v", r)
	}
	other := Analyze(stallTrial(), Options{})
	if r := Row(&other); !math.IsNaN(r.InDoubtMax) || r.InDoubtTxns != -1 {
		t.Errorf("row of a replicated system %+v", r)
	}
	for name, c := range map[string]struct {
		change func(*Input)
		bad    string
		want   Verdict
	}{
		"a lock is left":   {func(in *Input) { in.Facts.Statuses[1].Locks = 1 }, "settled", VerdictIllegal},
		"a node is down":   {func(in *Input) { in.Facts.Statuses[1].Up = false }, "settled", VerdictUnknown},
		"a node is silent": {func(in *Input) { in.Facts.Statuses = in.Facts.Statuses[:1] }, "settled", VerdictUnknown},
		"two fates":        {func(in *Input) { in.Events[2].Detail = "aborted" }, "atomic", VerdictIllegal},
	} {
		in := partitioned()
		c.change(&in)
		if s := Analyze(in, Options{}); check(t, s, c.bad).Verdict != c.want || s.Verdict != c.want {
			t.Errorf("%s: %+v", name, s.Checks)
		}
	}
}
