package analysis

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"nines/bench"
)

// thirty is a trial of 30 episodes, 5 s apart from 4.003 s on, of a fault of 2 s. In
// episode k nothing is answered for 500 + 50k ms from the injection on, when node
// n2 becomes leader, in term k + 2. The load is 1000 op/s; the probes of three nodes,
// 100 a second each, take turns.
func thirty() Input {
	const n = 30
	start := func(k int) time.Duration { return 4003*msec + time.Duration(k)*5*time.Second }
	stall := func(k int) time.Duration { return 500*msec + time.Duration(k)*50*msec }
	var stalls []stretch
	for k := range n {
		stalls = append(stalls, stretch{start(k), start(k) + stall(k)})
	}
	length := start(n-1) + 5*time.Second
	in := offered(every(msec, 0, length), stalls...)
	in.Facts = facts(length)
	in.Faults = nil
	in.Events = []bench.Event{{At: -time.Second, Node: "n1", Kind: bench.EventLeader, Term: 1}}
	for k := range n {
		in.Faults = append(in.Faults, bench.Interval{
			Fault: "f", Nodes: []string{"n1"}, Start: start(k), Injected: start(k), HealFrom: start(k) + 2*time.Second,
			End: start(k) + 2*time.Second, Recovered: start(k) + 3*time.Second, Evidence: "e",
		})
		in.Events = append(in.Events, bench.Event{At: start(k) + stall(k), Node: "n2", Kind: bench.EventLeader, Term: uint64(k) + 2})
	}
	in.Facts.Probe = 10 * msec
	for node := range 3 {
		for i, due := range every(10*msec, time.Duration(node)*10*msec/3, length) {
			in.Samples = append(in.Samples, bench.Sample{
				Due: due, Sent: due, Done: stalled(due, msec, stalls...), Session: uint64(2 + node), Key: uint64(1_000_000 + node), Arg: uint64(i + 1),
				Node: uint16(node), Kind: bench.Write, Outcome: bench.OK, Class: bench.Probe,
			})
		}
	}
	return in
}

// TestThirtyEpisodes holds each figure of each of many episodes against what was
// put in: a stall of L = 500 + 50k ms from the injection on.
func TestThirtyEpisodes(t *testing.T) {
	s := Analyze(thirty(), Options{})
	if len(s.Episodes) != 30 {
		t.Fatalf("%d episodes", len(s.Episodes))
	}
	for k, e := range s.Episodes {
		length := MS(500 + 50*k)
		if e.Detect != length {
			t.Errorf("episode %d: a new leader after %v ms, want %v", k, e.Detect, length)
		}
		// Between L - p and L, where p = 10/3 ms is the spacing of the probes; one may
		// have been answered up to 1 ms after it was due.
		if g := e.Inject.Gap.Length; g < length-10.0/3-1 || g > length+1 || e.Inject.Gap.Censored {
			t.Errorf("episode %d: a gap of %v ms, want %v less up to a probe's spacing", k, g, length)
		}
		// Those due in the last D = 100 ms of the stall are answered in time.
		if o := e.Inject.SLO.Length; math.Abs(float64(o-(length-100))) > 10 {
			t.Errorf("episode %d: an SLO outage of %v ms, want %v ± 10", k, o, length-100)
		}
		if e.Heal.Gap.Length != 0 || e.Heal.SLO.Length != 0 {
			t.Errorf("episode %d: an outage on healing: %+v", k, e.Heal)
		}
		// Bins of 100 ms: the stall ends in the first good one, which the last 100 ms of
		// the backlog fill up.
		if e.Censored || e.Back95 <= length-100 || e.Back95 > length {
			t.Errorf("episode %d: back after %v ms, want the bin of %v", k, e.Back95, length)
		}
		// 1 op a millisecond; the last 100 ms of the backlog come in time, in one bin.
		if e.LostOps < float64(length)-101 || e.LostOps > float64(length)+1 {
			t.Errorf("episode %d: %v operations lost, want about %v", k, e.LostOps, length)
		}
		if e.Baseline != s.Episodes[0].Baseline {
			t.Errorf("episode %d: a baseline of %v op/s, and of the first %v", k, e.Baseline, s.Episodes[0].Baseline)
		}
	}
}

// TestManyFaults: where faults are many, neither gates nor phases are listed one by
// one, and yet each must have done something.
func TestManyFaults(t *testing.T) {
	const last = "fault f"
	find := func(s Summary) (g Gate) {
		for _, x := range s.Gates {
			if strings.HasPrefix(x.Name, "fault") {
				if g.Name != "" {
					t.Errorf("gates %q and %q", g.Name, x.Name)
				}
				g = x
			}
		}
		return g
	}
	in := thirty()
	s := Analyze(in, Options{})
	if g := find(s); g.Name != last || !g.Pass || g.Saw != "30 of 30 injections did something" {
		t.Errorf("got %+v", g)
	}
	for _, l := range s.Latency {
		if strings.Contains(l.Phase, "f") && l.Phase != "before" && l.Phase != "after" {
			t.Errorf("there is a phase %q", l.Phase)
		}
	}
	in.Faults[6].Evidence, in.Faults[9].Error = "", "injection: no"
	if g := find(Analyze(in, Options{})); g.Pass || g.Saw != "28 of 30 injections did something; fault 7, f: no evidence that it had any effect" {
		t.Errorf("two that did nothing: %+v", g)
	}
	in.Faults = in.Faults[:manyFaults]
	var names []string
	for _, g := range Analyze(in, Options{}).Gates {
		if strings.HasPrefix(g.Name, "fault") {
			names = append(names, fmt.Sprint(g.Name, g.Pass))
		}
	}
	if len(names) != manyFaults || names[6] != "fault 7 ffalse" {
		t.Errorf("gates of few: %q", names)
	}
}
