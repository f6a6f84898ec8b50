package analysis

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"nines/bench"
	"nines/results"
)

const msec = time.Millisecond

// facts are those of a trial of two nodes with probes every 10 ms.
func facts(duration time.Duration) results.Facts {
	return results.Facts{
		Schema: results.Schema, Trial: "x-1", System: "x", Adapter: "x", Repeat: 1, Host: "inproc",
		Guarantees: results.Guarantees{Reads: "linearizable", Durability: "everything", Replicated: true},
		Nodes:      []string{"n1", "n2"},
		Started:    time.Date(2026, 5, 4, 3, 2, 1, 999e6, time.UTC),
		Duration:   duration, Deadline: 100 * msec, Abandon: 10 * time.Second, Probe: 10 * msec,
		Arrivals: "constant", Workload: "test",
	}
}

// stalled answers an operation that is sent at an instant outside of stalls
// after service, and one within a stall that long after the stall's end.
func stalled(sent, service time.Duration, stalls ...stretch) time.Duration {
	for _, s := range stalls {
		if sent+service > s.from && sent < s.to {
			return s.to + service
		}
	}
	return sent + service
}

// ops are successful operations of a class on one node, one each period.
func ops(class bench.Class, node int, phase, period, from, to, service time.Duration, stalls ...stretch) []bench.Sample {
	var out []bench.Sample
	for due := from + phase; due < to; due += period {
		id := uint64(len(out)+1)<<8 | uint64(node)<<4 | uint64(class)
		out = append(out, bench.Sample{
			Due: due, Sent: due, Done: stalled(due, service, stalls...),
			Session: id, Key: id, Arg: id, Size: 16, User: uint32(len(out) % 10), Node: uint16(node),
			Kind: bench.Write, Outcome: bench.OK, Class: class,
		})
	}
	return out
}

// readBack ends a history with final reads of every key that was certainly
// written, in place of those that it has.
func readBack(samples []bench.Sample) []bench.Sample {
	var out, finals []bench.Sample
	var end time.Duration
	for _, s := range samples {
		if s.Class != bench.Final {
			out = append(out, s)
			end = max(end, s.Done)
		}
	}
	for i, s := range out {
		if s.Outcome == bench.OK {
			finals = append(finals, bench.Sample{
				Due: end + 1, Sent: end + 1, Done: end + 2, Session: 1<<40 + uint64(i),
				Key: s.Key, Result: s.Arg, Kind: bench.Read, Outcome: bench.OK, Class: bench.Final,
			})
		}
	}
	return append(out, finals...)
}

func agreeing() []results.Final {
	s := bench.Status{Up: true, Applied: 9, Digest: 7}
	return []results.Final{{Node: "n1", Status: s}, {Node: "n2", Status: s}}
}

// stallTrial is a trial in which both nodes answer within 1 ms, but for a stall
// of 80 ms, of which the second half is a fault with evidence.
func stallTrial() Input {
	stall := stretch{5003 * msec, 5083 * msec}
	in := Input{Facts: facts(10 * time.Second)}
	in.Samples = append(in.Samples, ops(bench.Main, 0, 0, msec, -time.Second, 10*time.Second, msec, stall)...)
	in.Samples = append(in.Samples, ops(bench.Probe, 0, 0, 10*msec, -time.Second, 10*time.Second, msec, stall)...)
	in.Samples = append(in.Samples, ops(bench.Probe, 1, 5*msec, 10*msec, -time.Second, 10*time.Second, msec, stall)...)
	in.Samples = readBack(in.Samples)
	in.Facts.Offered = 10_000
	in.Facts.Statuses = agreeing()
	in.Facts.CPU = 12 * time.Second
	in.Facts.Cost = bench.Cost{Messages: 24_000, Bytes: 2_400_000, Syncs: 6000}
	in.Faults = []bench.Interval{{Fault: "stall", Start: 5 * time.Second, Injected: 5 * time.Second,
		HealFrom: 6 * time.Second, End: 6 * time.Second, Evidence: "told so", Nodes: []string{"n1"}}}
	in.Events = []bench.Event{
		{At: -2 * time.Second, Node: "n1", Kind: bench.EventLeader, Term: 1},
		{At: 5050 * msec, Node: "n2", Kind: bench.EventLeader, Term: 2}}
	return in
}

// write puts a trial into a run folder.
func write(t testing.TB, in Input) (run *results.Run, dir string) {
	t.Helper()
	run, err := results.Create(filepath.Join(t.TempDir(), "run"), results.Manifest{Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	trial, err := run.Begin(in.Facts.Trial, in.Facts.System, in.Facts.Repeat)
	if err != nil {
		t.Fatal(err)
	}
	if err := trial.Samples.Record(in.Samples); err != nil {
		t.Fatal(err)
	}
	if dir, err = trial.Finish(in.Facts, in.Faults, in.Events); err != nil {
		t.Fatal(err)
	}
	return run, dir
}

// TestTrialFromFiles goes from recorded samples to the summary and back, twice.
func TestTrialFromFiles(t *testing.T) {
	_, dir := write(t, stallTrial())
	s, err := Trial(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !s.Valid || s.Verdict != VerdictOK {
		t.Errorf("valid %v, verdict %s: gates %+v, checks %+v", s.Valid, s.Verdict, s.Gates, s.Checks)
	}
	if s.Counts.Due != 10_000 || s.Counts.Good != 10_000 || s.Counts.OK != 10_000 {
		t.Errorf("counts %+v", s.Counts)
	}
	if s.Gaps.Count != 1 || s.Gaps.Max < 70 || s.Gaps.Max > 90 {
		t.Errorf("gaps %+v, want one of 80 ms ± 10 ms although the deadline is 100 ms", s.Gaps)
	}
	if s.SLO.Count != 0 {
		t.Errorf("SLO outages %+v, want none: every probe was good", s.SLO)
	}
	var files [2][]byte
	for i := range files {
		if _, err := Trial(dir, Options{}); err != nil {
			t.Fatal(err)
		}
		if files[i], err = os.ReadFile(filepath.Join(dir, results.TrialSummaryFile)); err != nil {
			t.Fatal(err)
		}
	}
	if string(files[0]) != string(files[1]) {
		t.Error("two analyses of the same files differ")
	}
}
