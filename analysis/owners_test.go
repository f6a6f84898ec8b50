package analysis

import (
	"testing"
	"time"

	"nines/bench"
	"nines/results"
)

// ownedProbes is a trial of three nodes that own parts of the keys, each of which is
// probed every 10 ms, its owners in turn, and answers after 1 ms unless the owner is
// down.
func ownedProbes(down func(owner int, at time.Duration) bool) Input {
	end := 3 * time.Second
	in := Input{Facts: facts(end)}
	in.Facts.Nodes = []string{"n1", "n2", "n3"}
	in.Facts.Guarantees = results.Guarantees{Partitioned: true}
	in.Facts.Probe = period
	for node := range 3 {
		for i := 0; ; i++ {
			due := -time.Second + time.Duration(i)*period + time.Duration(node)*period/3
			if due >= end {
				break
			}
			owner := (3 + i - node) % 3
			s := bench.Sample{Due: due, Sent: due, Done: due + msec, Session: uint64(node + 1), Node: uint16(node), Class: bench.Probe,
				Key: 1<<62 | uint64(owner)<<16 | uint64(node), Kind: bench.Read, Outcome: bench.OK}
			if down(owner, due) {
				s.Outcome, s.Done = bench.Unknown, due+time.Second
			}
			in.Samples = append(in.Samples, s)
		}
	}
	return in
}

// TestDeadOwner: the others' probes do not hide an owner that is down, nor do the
// outages of two owners add up.
func TestDeadOwner(t *testing.T) {
	in := ownedProbes(func(owner int, at time.Duration) bool {
		return owner == 1 && at >= time.Second && at < 1500*msec || owner == 2 && at >= 2*time.Second && at < 2300*msec
	})
	in.Faults = []bench.Interval{
		{Fault: "kill(n2)", Nodes: []string{"n2"}, Start: time.Second, HealFrom: 1500 * msec, End: 1500 * msec, Evidence: "x"},
		{Fault: "kill(n3)", Nodes: []string{"n3"}, Start: 2 * time.Second, HealFrom: 2300 * msec, End: 2300 * msec, Evidence: "x"},
	}
	in.Events = []bench.Event{{At: 1500 * msec, Node: "n2", Kind: bench.EventLeader, Term: 7}}
	s := Analyze(in, Options{})
	near := func(what string, got MS, want float64) {
		t.Helper()
		if d := float64(got) - want; d < -30 || d > 30 { // one period of three probes
			t.Errorf("%s: %v ms, want %v ± 30", what, got, want)
		}
	}
	if s.Gaps.Count != 1 || s.Gaps.Resolution != 30 {
		t.Errorf("gaps of the cluster: %+v, want one, of the worst owner", s.Gaps)
	}
	near("longest gap", s.Gaps.Max, 500)
	near("SLO outage", s.SLO.Total, 500)
	for i, want := range []float64{500, 300} {
		e := s.Episodes[i]
		near("gap of "+e.Fault, e.Inject.Gap.Length, want)
		near("SLO outage of "+e.Fault, e.Inject.SLO.Length, want)
		near("gap seen by clients of n1", e.ByNode[0].Inject.Gap.Length, want)
		if e.Detect == e.Detect {
			t.Errorf("%s: a new leader after %v ms where every node leads its own part", e.Fault, e.Detect)
		}
	}
	for _, n := range s.ByNode {
		near("longest gap seen by clients of "+n.Node, n.Gaps.Max, 500)
	}
	in.Facts.Guarantees.Partitioned = false // so the test can fail
	if s := Analyze(in, Options{}); s.Gaps.Count != 0 {
		t.Errorf("without owners: %+v, want no gap", s.Gaps)
	}
}

// TestNoProcessorIsCharged: what virtual time does not model is no figure.
func TestNoProcessorIsCharged(t *testing.T) {
	in := ownedProbes(func(int, time.Duration) bool { return false })
	in.Facts.CPU = time.Second
	if s := Analyze(in, Options{}); !(s.PerOp.CPU > 0) {
		t.Errorf("CPU per operation %v in real time", s.PerOp.CPU)
	}
	in.Facts.Virtual = true
	s := Analyze(in, Options{})
	if r := Row(&s); s.PerOp.CPU == s.PerOp.CPU || r.CPU == r.CPU || r.LagP99 == r.LagP99 {
		t.Errorf("CPU %v, lag %v of a trial in virtual time, want none", r.CPU, r.LagP99)
	}
	for _, g := range s.Gates {
		if (g.Name == "generator lag" || g.Name == "probe lag") && (!g.Pass || g.Saw != notLate) {
			t.Errorf("gate %+v", g)
		}
	}
	for _, line := range BenchLines([]Summary{s}) {
		for _, v := range line.Values {
			if v.Unit == "cpu-us/op" && v.Value == v.Value || v.Unit == "ops/s" {
				t.Errorf("benchmark line with %v %s", v.Value, v.Unit)
			}
		}
	}
}
