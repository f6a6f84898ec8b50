package analysis

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nines/bench"
	"nines/results"
)

// longTrial writes a trial of many operations, of which every 50th fails and some
// are slow. If it is broken, one key's reads find what was replaced.
func longTrial(t testing.TB, broken bool) (dir string) {
	t.Helper()
	dir = t.TempDir()
	w, err := results.CreateSamples(filepath.Join(dir, results.SamplesFile))
	if err != nil {
		t.Fatal(err)
	}
	const n = 200_000
	f := facts(20 * time.Second)
	f.Nodes, f.Offered = []string{"n1", "n2", "n3"}, n
	f.SLOBin, f.SLOTarget = 100*time.Millisecond, 0.98
	f.Guarantees = results.Guarantees{Reads: "linearizable", Durability: "a kill"}
	var batch []bench.Sample
	add := func(s bench.Sample) {
		if batch = append(batch, s); len(batch) == 1000 {
			if err := w.Record(batch); err != nil {
				t.Fatal(err)
			}
			batch = batch[:0]
		}
	}
	for i := range uint64(n) {
		due := time.Duration(i) * 100 * time.Microsecond
		s := bench.Sample{Due: due, Sent: due, Done: due + time.Millisecond + time.Duration(i%1000)*time.Microsecond, Session: i%100 + 1, User: uint32(i % 97),
			Node: uint16(i % 3), Key: i % 1000, Arg: i + 1, Kind: bench.Write, Outcome: bench.OK, Class: bench.Main}
		switch {
		case i%50 == 7:
			s.Outcome = bench.Rejected
		case broken && i%1000 == 5 && i > 3000: // reads what was written two rounds ago
			s.Kind, s.Arg, s.Result = bench.Read, 0, i+1-2000
			if i%2000 == 5 {
				s.Kind, s.Arg, s.Result = bench.Write, i+1, 0
			}
		}
		add(s)
		if i%100 == 0 {
			add(bench.Sample{Due: due, Sent: due, Done: due + time.Millisecond, Session: 1e6, Key: 1 << 32, Arg: 1<<40 + i, Node: uint16(i / 100 % 3), Kind: bench.Write, Outcome: bench.OK, Class: bench.Probe})
		}
	}
	if err := w.Record(batch); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f.Schema = results.Schema
	if err := results.WriteJSON(filepath.Join(dir, results.FactsFile), f); err != nil {
		t.Fatal(err)
	}
	fault := []bench.Interval{{Fault: "kill(leader)", Start: 5 * time.Second, Injected: 5 * time.Second, HealFrom: 6 * time.Second, End: 6 * time.Second, Evidence: "gone"}}
	if err := results.WriteFaults(filepath.Join(dir, results.FaultsFile), fault); err != nil {
		t.Fatal(err)
	}
	if err := results.WriteEvents(filepath.Join(dir, results.EventsFile), nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestThinned: what is counted of a long trial is what is counted of all of it; the
// rest is near; and the history is not called correct.
func TestThinned(t *testing.T) {
	dir := longTrial(t, false)
	in, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	part, err := LoadThinned(dir, Thinning{Whole: 1000, Load: 50_000, Checks: 30_000}, nil)
	if err != nil {
		t.Fatal(err)
	}
	whole, thin := Analyze(in, Options{}), Analyze(part, Options{})
	if thin.Thinned == nil || len(part.Samples) > 60_000 || len(part.Samples) < 45_000 || thin.Thinned.Checked > 30_000 || thin.Thinned.Checked < 5_000 || thin.Thinned.Operations != 202_000 {
		t.Fatalf("%d kept: %+v", len(part.Samples), thin.Thinned)
	}
	a, b := Row(&whole), Row(&thin)
	for _, x := range []struct {
		what    string
		is, was float64
		within  float64 // of was
	}{
		{"due", float64(b.Due), float64(a.Due), 0}, {"ok", float64(b.OK), float64(a.OK), 0}, {"rejected", float64(b.Rejected), float64(a.Rejected), 0},
		{"throughput", b.Throughput, a.Throughput, 0}, {"goodput", b.Goodput, a.Goodput, 0}, {"success", b.SuccessRatio, a.SuccessRatio, 0},
		{"intervals", b.IntervalAvailability, a.IntervalAvailability, 0}, {"worst", b.Worst1s, a.Worst1s, 0}, {"worst 100 ms", b.Worst100ms, a.Worst100ms, 0},
		{"gaps", float64(b.Gaps), float64(a.Gaps), 0}, {"gap", b.GapMax, a.GapMax, 0}, {"p50", b.ResponseP50, a.ResponseP50, 0.02},
		{"uptime", b.UserUptime, a.UserUptime, 0.01}, {"baseline", thin.Episodes[0].Baseline, whole.Episodes[0].Baseline, 0.03},
		{"rate", thin.Steady.Rate.Mean, whole.Steady.Rate.Mean, 0.03}, {"downtime", float64(thin.Downtime), float64(whole.Downtime), 0},
	} {
		if !(math.Abs(x.is-x.was) <= x.within*math.Abs(x.was)) {
			t.Errorf("%s is %v, of all %v", x.what, x.is, x.was)
		}
	}
	for i, bin := range thin.Timeline {
		if w := whole.Timeline[i]; bin.Due != w.Due || bin.Good != w.Good || bin.Done != w.Done {
			t.Fatalf("bin %d is %+v, of all %+v", i, bin, w)
		}
	}
	if c := thin.Checks[0]; whole.Checks[0].Verdict != VerdictOK || c.Verdict != VerdictUnknown || !strings.HasPrefix(c.Why, "only the ") {
		t.Errorf("%v; of all %v", c, whole.Checks[0])
	}
	if all, err := LoadThinned(dir, Thinning{}, func(f *results.Facts) { f.Deadline = 1 }); err != nil || all.Thinned != nil || len(all.Samples) != 202_000 || all.Facts.Deadline != 1 {
		t.Errorf("%v: a short trial was thinned", err)
	}
}

// TestThinnedIllegal: what is wrong on a key that is checked convicts the history,
// with its witness.
func TestThinnedIllegal(t *testing.T) {
	dir := longTrial(t, true)
	found := false
	for checks := 20_000; checks <= 200_000; checks *= 3 { // until key 5 is among those that are checked
		in, err := LoadThinned(dir, Thinning{Whole: 1000, Load: 10_000, Checks: checks}, nil)
		if err != nil {
			t.Fatal(err)
		}
		s := Analyze(in, Options{})
		has := false
		for i := range in.Thinned.history {
			has = has || in.Thinned.history[i].Key == 5
		}
		if c := s.Checks[0]; (c.Verdict == VerdictIllegal) != has || has && (len(c.Witness) == 0 || !strings.Contains(c.Why, "key 5:")) {
			t.Errorf("key 5 is checked: %t; %+v", has, c)
		}
		found = found || has
	}
	if !found {
		t.Error("the key was never checked")
	}
}

// BenchmarkThin reads a trial that is too long to be held: LONG names its folder, as
// results has it; else it is a short one.
func BenchmarkThin(b *testing.B) {
	dir := os.Getenv("LONG")
	if dir == "" {
		dir = longTrial(b, false)
	}
	b.ReportAllocs()
	for b.Loop() {
		in, err := LoadThinned(dir, Thinning{Whole: 1000, Load: 100_000, Checks: 100_000}, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N+1)/float64(in.Thinned.Operations), "ns/sample")
	}
}
