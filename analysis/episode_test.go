package analysis

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"nines/bench"
)

// offered is a trial of 10 s with a load at the given due times that is
// answered 1 ms after them, or when the stall in which they fall is over, and a
// fault from 4 s to 6 s.
func offered(dues []time.Duration, stalls ...stretch) Input {
	in := Input{Facts: facts(10 * time.Second)}
	for i, due := range dues {
		in.Samples = append(in.Samples, bench.Sample{
			Due: due, Sent: due, Done: stalled(due, msec, stalls...), Session: 1, Key: uint64(i), Arg: uint64(i) + 1,
			Kind: bench.Write, Outcome: bench.OK, Class: bench.Main,
		})
	}
	in.Faults = []bench.Interval{{Fault: "f", Start: 4 * time.Second, HealFrom: 6 * time.Second, End: 6100 * msec, Evidence: "e"}}
	return in
}

func every(gap, from, to time.Duration) []time.Duration {
	var out []time.Duration
	for at := from; at < to; at += gap {
		out = append(out, at)
	}
	return out
}

func poisson(rate float64, seed uint64, to time.Duration) []time.Duration {
	r := rand.New(rand.NewPCG(seed, 0))
	var out []time.Duration
	for at := 0.0; at < to.Seconds(); at += r.ExpFloat64() / rate {
		out = append(out, time.Duration(at*float64(time.Second)))
	}
	return out
}

func sec(from, to float64) stretch {
	return stretch{time.Duration(from * float64(time.Second)), time.Duration(to * float64(time.Second))}
}

// TestRecoveryByHand: 1000 op/s, so 100 in a bin.
func TestRecoveryByHand(t *testing.T) {
	steady := every(msec, 0, 10*time.Second)
	for _, c := range []struct {
		name         string
		stalls       []stretch
		back, heal   MS
		lost         float64
		censored     bool
		change       func(*Input)
		baselineRate float64
	}{
		{name: "never fell"},
		// The operations due at 5000 ms and 5999 ms are answered at 5001 ms and 6000 ms.
		{name: "1 s from the injection on", stalls: []stretch{sec(4, 5)}, back: 1000, lost: 1000 - 1},
		{name: "on healing", stalls: []stretch{sec(6, 6.5)}, heal: 500, lost: 500 - 1},
		{name: "on both sides", stalls: []stretch{sec(4, 5), sec(6, 6.5)}, back: 1000, heal: 500, lost: 1500 - 2},
		{name: "until healing and beyond", stalls: []stretch{sec(4, 7)}, back: 3000, heal: 1000, lost: 3000 - 1},
		{name: "to the end", stalls: []stretch{sec(4, 11)}, back: 5600, heal: 3600, lost: 6000 - 1, censored: true},
		{name: "to the next fault", stalls: []stretch{sec(4, 8)}, back: 2600, heal: 600, lost: 3000 - 1, censored: true,
			change: func(in *Input) {
				in.Faults = append(in.Faults, bench.Interval{Fault: "g", Start: 7 * time.Second, HealFrom: 8 * time.Second, End: 8 * time.Second})
			}},
		// The last window that was looked at began with bin 18 and ended at 6300 ms: none
		// fits after healing. 23 bins were without service.
		{name: "to the next fault, just after healing", stalls: []stretch{sec(4, 8)}, back: 1900, heal: MS(nan), lost: 2300 - 1, censored: true,
			change: func(in *Input) {
				in.Faults = append(in.Faults, bench.Interval{Fault: "g", Start: 6300 * msec, HealFrom: 7 * time.Second, End: 7 * time.Second})
			}},
		{name: "back, and the next fault just after healing", stalls: []stretch{sec(4, 5)}, back: 1000, heal: MS(nan), lost: 1000 - 1,
			change: func(in *Input) {
				in.Faults = append(in.Faults, bench.Interval{Fault: "g", Start: 6300 * msec, HealFrom: 7 * time.Second, End: 7 * time.Second})
			}},
		{name: "a fault that is n/a does not count", stalls: []stretch{sec(4, 5)}, back: 1000, lost: 1000 - 1,
			change: func(in *Input) {
				in.Faults = slices.Insert(in.Faults, 1, bench.Interval{Fault: "g", NA: "no", Start: 4500 * msec})
			}},
		{name: "bites late", stalls: []stretch{sec(5, 5.4)}, back: 1400, lost: 400 - 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := offered(steady, c.stalls...)
			if c.change != nil {
				c.change(&in)
			}
			for _, arrivals := range []string{"constant", closedLoop} {
				in.Facts.Arrivals = arrivals
				tr := newTrial(in)
				e := tr.episodes(tr.probes())[0]
				// The answer to what was due in the last millisecond before the fault
				// falls into it, so it is one op better off than drawn above.
				if e.Back95 != c.back || !same(e.HealBack, c.heal) || e.Censored != c.censored || math.Abs(e.LostOps-c.lost) > 2 || e.Baseline < 999 {
					t.Errorf("%s: back after %v, after healing %v, censored %v, lost %v, baseline %v; want %v, %v, %v, %v, 1000",
						arrivals, e.Back95, e.HealBack, e.Censored, e.LostOps, e.Baseline, c.back, c.heal, c.censored, c.lost)
				}
			}
		})
	}
}

// TestRecoveryOfPartOfTheLoad: a third of the operations fail until healing.
func TestRecoveryOfPartOfTheLoad(t *testing.T) {
	in := offered(every(msec, 0, 10*time.Second))
	for i := range in.Samples {
		if s := &in.Samples[i]; i%3 == 0 && s.Due >= 4*time.Second && s.Due < 6*time.Second {
			s.Outcome = bench.Unknown
		}
	}
	tr := newTrial(in)
	e := tr.episodes(tr.probes())[0]
	if e.Back95 != 2000 || e.LostOps < 660 || e.LostOps > 670 {
		t.Errorf("back after %v, lost %v, want 2000 and 667", e.Back95, e.LostOps)
	}
}

// TestRecoveryUnderNoise: Poisson arrivals of any rate neither hide a recovery
// nor feign a loss. The true values are 1200 ms and 1.2 s × rate.
func TestRecoveryUnderNoise(t *testing.T) {
	for _, rate := range []float64{5, 500, 2000} {
		worst, calm := MS(0), 0
		bin := max(100, 1000*minPerBin/rate)
		for seed := range uint64(10) {
			in := offered(poisson(rate, seed, 20*time.Second), sec(4, 5.2))
			in.Facts.Duration = 20 * time.Second
			in.Facts.Arrivals = "poisson"
			tr := newTrial(in)
			e := tr.episodes(tr.probes())[0]
			worst = max(worst, e.Back95)
			if rate >= 500 && (e.LostOps < 1.1*rate || e.LostOps > 1.3*rate) {
				t.Errorf("%v op/s, seed %d: %v lost, want about %v", rate, seed, e.LostOps, 1.2*rate)
			}
			in = offered(poisson(rate, seed, 40*time.Second))
			in.Facts.Duration = 40 * time.Second // at 5 op/s five bins are 20 s
			tr = newTrial(in)
			if e := tr.episodes(tr.probes())[0]; e.Back95 == 0 && e.HealBack == 0 && e.LostOps == 0 {
				calm++
			}
		}
		if worst > MS(1200+bin) || calm < 10 {
			t.Errorf("%v op/s: recovered after at most %v ms, want 1200 + one bin of %v; %d of 10 calm trials seen as such", rate, worst, bin, calm)
		}
	}
}

// TestBacklogIsNoRecovery: what is answered at once at the end of an outage makes
// up neither for the empty bins before nor for the third of the load that is not
// served after it.
func TestBacklogIsNoRecovery(t *testing.T) {
	in := offered(every(msec, 0, 10*time.Second), sec(4, 4.9))
	for i := range in.Samples {
		if s := &in.Samples[i]; i%3 == 0 && s.Due >= 4900*msec && s.Due < 6*time.Second {
			s.Done = 7 * time.Second
		}
	}
	tr := newTrial(in)
	if e := tr.episodes(tr.probes())[0]; e.Back95 != 2000 || e.HealBack != 0 {
		t.Errorf("back after %v, %v after healing, want 2000 and 0", e.Back95, e.HealBack)
	}
	tr = newTrial(offered(every(msec, 0, 10*time.Second), sec(4, 4.9)))
	if e := tr.episodes(tr.probes())[0]; e.Back95 != 900 {
		t.Errorf("back after %v, want 900", e.Back95)
	}
}

func TestWindows(t *testing.T) {
	end := 10 * time.Second
	in := probed(2, end, msec, sec(4, 5.2), sec(5.7, 5.8), sec(6, 6.3), sec(9, 9.1))
	in.Faults = []bench.Interval{
		{Fault: "f", Start: 4 * time.Second, HealFrom: 6 * time.Second, End: 6100 * msec},
		{Fault: "n", NA: "no", Start: 6200 * msec},
		{Fault: "g", Start: 8 * time.Second, HealFrom: 8500 * msec, End: 8500 * msec},
	}
	// Node 2 is cut off for longer than the cluster.
	for i := range in.Samples {
		if s := &in.Samples[i]; s.Node == 1 && s.Due >= 4*time.Second && s.Due < 5500*msec {
			s.Outcome = bench.Unknown
		}
	}
	in.Events = []bench.Event{
		{At: 4500 * msec, Kind: bench.EventNoLeader, Term: 9},
		{At: -time.Second, Kind: bench.EventLeader, Term: 3},
		{At: 4100 * msec, Kind: bench.EventLeader, Term: 3}, // again, but of the same term
		{At: 5100 * msec, Kind: bench.EventLeader, Term: 5},
		{At: 4900 * msec, Kind: bench.EventLeader, Term: 4},
		{At: 9 * time.Second, Kind: bench.EventLeader, Term: 5},
	}
	tr := newTrial(in)
	e := tr.episodes(tr.probes())
	near := func(what string, got Outage, want MS) {
		t.Helper()
		if diff := got.Length - want; diff > 10 || diff < -10 {
			t.Errorf("%s: %+v, want %v ms", what, got, want)
		}
	}
	near("gap on injection", e[0].Inject.Gap, 1200)
	near("gap on healing", e[0].Heal.Gap, 300)
	near("SLO outage on injection", e[0].Inject.SLO, 1100)
	near("SLO outage on healing", e[0].Heal.SLO, 200)
	near("gap of node 2 on injection", e[0].ByNode[1].Inject.Gap, 1500)
	near("gap of node 1 on injection", e[0].ByNode[0].Inject.Gap, 1200)
	near("gap on the second injection", e[2].Inject.Gap, 0)
	near("gap on the second healing", e[2].Heal.Gap, 100)
	if e[0].Detect != 900 || !same(e[2].Detect, MS(nan)) {
		t.Errorf("detected after %v and %v, want 900 and never", e[0].Detect, e[2].Detect)
	}
	// To the next fault that was injected, at 8 s, and to the end at 10 s.
	if e[0].Until != 8000 || !same(e[1].Until, MS(nan)) || e[2].Until != 10_000 {
		t.Errorf("until %v, %v and %v, want 8000, none and 10000", e[0].Until, e[1].Until, e[2].Until)
	}
	if e[1].NA == "" || !same(e[1].Inject.Gap.Length, MS(nan)) || !same(e[1].Back95, MS(nan)) {
		t.Errorf("the fault that is n/a has figures: %+v", e[1])
	}
}

// TestInFlight: a probe that was on its way when the fault struck was due before
// it, and the SLO outage that begins with it is the fault's.
func TestInFlight(t *testing.T) {
	in := probed(1, 10*time.Second, 30*msec)
	for i := range in.Samples {
		if s := &in.Samples[i]; s.Done > 4*time.Second && s.Due < 5*time.Second {
			s.Outcome = bench.Unknown
		}
	}
	in.Faults = []bench.Interval{{Fault: "f", Start: 4 * time.Second, HealFrom: 6 * time.Second, End: 6 * time.Second}}
	tr := newTrial(in)
	e := tr.episodes(tr.probes())[0]
	if e.Inject.SLO.Start != 3980 || e.Inject.SLO.Length != 1020 || e.Inject.Gap.Length == 0 {
		t.Errorf("%+v, want an SLO outage of 1020 ms from 3980 ms", e.Inject)
	}
}

func TestDetect(t *testing.T) {
	leader := func(at, term int) bench.Event {
		return bench.Event{At: time.Duration(at) * msec, Kind: bench.EventLeader, Term: uint64(term)}
	}
	fault := func(from int) bench.Interval {
		at := time.Duration(from) * msec
		return bench.Interval{Fault: "f", Start: at, HealFrom: at + msec, End: at + msec}
	}
	for _, c := range []struct {
		name   string
		events []bench.Event
		want   [2]MS // of faults at 1000 and 3000 ms
	}{
		{"no events", nil, [2]MS{MS(nan), MS(nan)}},
		{"both", []bench.Event{leader(-5, 1), leader(1700, 2), leader(3400, 3)}, [2]MS{700, 400}},
		{"only the second", []bench.Event{leader(-5, 1), leader(3400, 2)}, [2]MS{MS(nan), 400}},
		{"at the instant of the fault", []bench.Event{leader(-5, 1), leader(1000, 2)}, [2]MS{0, MS(nan)}},
		{"of an old term", []bench.Event{leader(-5, 7), leader(1700, 6)}, [2]MS{MS(nan), MS(nan)}},
		{"after healing", []bench.Event{leader(-5, 1), leader(2900, 2)}, [2]MS{1900, MS(nan)}},
		{"after the end", []bench.Event{leader(-5, 1), leader(10500, 2)}, [2]MS{MS(nan), MS(nan)}},
	} {
		tr := newTrial(Input{Facts: facts(10 * time.Second), Events: c.events, Faults: []bench.Interval{fault(1000), fault(3000)}})
		e := tr.episodes(tr.probes())
		if !same(e[0].Detect, c.want[0]) || !same(e[1].Detect, c.want[1]) {
			t.Errorf("%s: %v and %v, want %v", c.name, e[0].Detect, e[1].Detect, c.want)
		}
	}
}
