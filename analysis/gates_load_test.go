package analysis

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"nines/bench"
	"nines/results"
)

// gateOf finds a gate.
func gateOf(t *testing.T, gates []Gate, name string) Gate {
	t.Helper()
	for _, g := range gates {
		if g.Name == name {
			return g
		}
	}
	t.Fatalf("no gate %q in %+v", name, gates)
	return Gate{}
}

const (
	passes = "passes"
	warns  = "warns"
	fails  = "fails"
)

// wants holds a gate to its state.
func wants(t *testing.T, what string, g Gate, want string) {
	t.Helper()
	got := passes
	if g.Warn {
		got = warns
	}
	if !g.Pass {
		got = fails
	}
	if got != want || g.Pass && g.Warn != (g.Do != "") || !g.Pass && g.Do == "" {
		t.Errorf("%s: %+v %s, want that it %s", what, g, got, want)
	}
}

// used is a trial of 10 s with a deadline of 100 ms on two cores.
func used(u results.Usage) Input {
	in := stallTrial()
	in.Facts.Usage = &u
	return in
}

func TestUsageGates(t *testing.T) {
	for _, c := range []struct {
		name, gate string
		u          results.Usage
		want       string
	}{
		{"half of the time", "generator CPU", results.Usage{Cores: 2, Generator: 5 * time.Second}, passes},
		{"80 %", "generator CPU", results.Usage{Cores: 2, Generator: 8 * time.Second}, passes},
		{"81 %", "generator CPU", results.Usage{Cores: 2, Generator: 8100 * msec}, fails},
		{"a tenth of the deadline", "GC pauses", results.Usage{Pauses: 4, PauseMax: 10 * msec}, passes},
		{"more", "GC pauses", results.Usage{Pauses: 4, PauseMax: 11 * msec}, fails},
		{"quiet", "machine noise", results.Usage{Machine: &results.Noise{Cores: 2}}, passes},
		{"at the bounds", "machine noise", results.Usage{Machine: &results.Noise{Cores: 2, Stalled: 2500 * msec, Steal: 400 * msec, Others: 2 * time.Second}}, passes},
		{"waiting", "machine noise", results.Usage{Machine: &results.Noise{Cores: 2, Stalled: 2501 * msec}}, warns},
		{"stolen", "machine noise", results.Usage{Machine: &results.Noise{Cores: 2, Steal: 401 * msec}}, warns},
		{"others", "machine noise", results.Usage{Machine: &results.Noise{Cores: 2, Others: 2001 * msec}}, warns},
		{"others on more cores", "machine noise", results.Usage{Machine: &results.Noise{Cores: 4, Others: 2001 * msec}}, passes},
	} {
		s := Analyze(used(c.u), Options{})
		wants(t, c.name, gateOf(t, s.Gates, c.gate), c.want)
		if s.Valid != (c.want != fails) {
			t.Errorf("%s: valid %v", c.name, s.Valid)
		}
	}
	// Noise is a reason only if the generator was late.
	in := used(results.Usage{Machine: &results.Noise{Cores: 2, Others: 5 * time.Second}})
	for i := range in.Samples {
		if s := &in.Samples[i]; s.Class == bench.Main {
			s.Sent += 11 * msec
			s.Done += 11 * msec
		}
	}
	g := gateOf(t, Analyze(in, Options{}).Gates, "machine noise")
	wants(t, "late", g, fails)
	if !strings.Contains(g.Saw, "25.0 %") || !strings.Contains(g.Do, "other processes") || strings.Contains(g.Do, "hypervisor") {
		t.Errorf("%+v, want it to say what took how much", g)
	}
}

// TestUsageUnknown: files of before it was measured, and virtual time.
func TestUsageUnknown(t *testing.T) {
	in := stallTrial()
	in.Facts.Virtual = true
	for name, in := range map[string]Input{"not measured": stallTrial(), "virtual": in} {
		for _, g := range Analyze(in, Options{}).Gates {
			if g.Name == "generator CPU" || g.Name == "GC pauses" || g.Name == "machine noise" {
				t.Errorf("%s: %+v", name, g)
			}
		}
	}
}

// TestSentGate: 5000 operations are due before the fault at 5 s.
func TestSentGate(t *testing.T) {
	for _, c := range []struct {
		name         string
		before, then int
		want         string
	}{{"all sent", 0, 0, passes}, {"dropped in the fault", 0, 500, warns}, {"one in a hundred", 50, 0, warns}, {"one more", 51, 0, fails}} {
		in := stallTrial()
		for i := range in.Samples {
			s := &in.Samples[i]
			n := &c.before
			if s.Due >= 5*time.Second {
				n = &c.then
			}
			if s.Class == bench.Main && s.Due >= 0 && *n > 0 {
				s.Outcome, s.Sent, s.Done = bench.Dropped, bench.Never, bench.Never
				*n--
			}
		}
		tr := newTrial(in)
		s := Summary{Counts: tr.counts()}
		wants(t, c.name, tr.sent(&s), c.want)
	}
	tr := newTrial(Input{Facts: facts(time.Second)})
	wants(t, "nothing", tr.sent(&Summary{}), passes)
}

func TestLagAgainstResponse(t *testing.T) {
	for _, c := range []struct {
		lag, response MS
		want          string
	}{{1, 2, passes}, {1.1, 2, warns}, {MS(nan), 2, passes}, {1, MS(inf), passes}, {1, MS(nan), passes}} {
		wants(t, "lag", lagging(&Summary{Lag: Quantiles{P99: c.lag}, Response: Quantiles{P99: c.response}}), c.want)
	}
}

// TestArrivalsGate: 20,000 arrivals in 10 s, so 20 in a bin of 10 ms. Held back by
// 50 ms, every tenth bin has 50 and the 5 before it none, or so: that is a variance of
// 100 to 500 and an index of 5 to 25.
func TestArrivalsGate(t *testing.T) {
	sent := func(arrivals string, dues []time.Duration, hold time.Duration) Input {
		in := Input{Facts: facts(10 * time.Second)}
		in.Facts.Arrivals = arrivals
		for _, due := range dues {
			at := due
			if hold > 0 {
				at = (due + hold - 1) / hold * hold
			}
			in.Samples = append(in.Samples, bench.Sample{Due: due, Sent: at, Done: at + msec, Class: bench.Main, Outcome: bench.OK})
		}
		return in
	}
	random, even := poisson(2000, 9, 10*time.Second), every(500*time.Microsecond, 0, 10*time.Second)
	r := rand.New(rand.NewPCG(1, 1))
	var paired []time.Duration // two at a time: twice the variance
	for at := 0.0; at < 10; at += r.ExpFloat64() / 1000 {
		paired = append(paired, time.Duration(at*1e9), time.Duration(at*1e9))
	}
	for _, c := range []struct {
		name, arrivals string
		dues           []time.Duration
		hold           time.Duration
		want           string
	}{
		{"poisson", "poisson", random, 0, passes},
		{"poisson in bursts", "poisson", random, 50 * msec, warns},
		{"pairs are not poisson", "poisson", paired, 0, fails},
		{"constant is not poisson", "poisson", even, 0, fails},
		{"constant", "constant", even, 0, passes},
		{"constant in bursts", "constant", even, 50 * msec, warns},
		{"poisson is not constant", "constant", random, 0, fails},
	} {
		g, ok := newTrial(sent(c.arrivals, c.dues, c.hold)).arrivals(true)
		if !ok {
			t.Errorf("%s: no gate", c.name)
		}
		wants(t, c.name, g, c.want)
		if c.want == warns { // and the lag over its bound
			g, _ := newTrial(sent(c.arrivals, c.dues, c.hold)).arrivals(false)
			wants(t, c.name+", late", g, fails)
		}
	}
	dropped := sent("poisson", random, 0) // for 1 s: the load's fault, not that of the arrivals
	for i := range dropped.Samples {
		if s := &dropped.Samples[i]; s.Due >= 5*time.Second && s.Due < 6*time.Second {
			s.Outcome, s.Sent, s.Done = bench.Dropped, bench.Never, bench.Never
		}
	}
	g, _ := newTrial(dropped).arrivals(true)
	wants(t, "dropped", g, warns)
	for name, in := range map[string]Input{
		"closed":  sent(closedLoop, even, 0),
		"nothing": sent("poisson", nil, 0),
		"few":     sent("poisson", random[:20], 0),
	} {
		if g, ok := newTrial(in).arrivals(true); ok {
			t.Errorf("%s: %+v, want no gate", name, g)
		}
	}
}

// TestProfileGate: arrivals are held against the rate that they were meant to have at
// each instant. What has another course, or another rate, is not what was meant.
func TestProfileGate(t *testing.T) {
	const end = 10 * time.Second
	ramp := bench.Profile{Rate: 500, Ramp: &bench.Ramp{To: 3500, Over: end}}
	burst := bench.Profile{Rate: 1000, Burst: &bench.Burst{Times: 6, Every: time.Second, For: 200 * msec}}
	made := func(p bench.Profile, even bool) (dues []time.Duration) {
		next := bench.PoissonProfile(p, 0, end, rand.New(rand.NewPCG(1, 1)))
		if even {
			next = bench.ConstantProfile(p, 0, end)
		}
		for due, ok := next(); ok; due, ok = next() {
			dues = append(dues, due)
		}
		return dues
	}
	for _, c := range []struct {
		name     string
		meant    bench.Profile
		arrivals string
		dues     []time.Duration
		want     string
	}{
		{"ramp", ramp, "poisson", made(ramp, false), passes},
		{"even ramp", ramp, "constant", made(ramp, true), passes},
		{"burst", burst, "poisson", made(burst, false), passes},
		{"even burst", burst, "constant", made(burst, true), passes},
		{"steady instead of a ramp", ramp, "poisson", made(bench.Profile{Rate: 2000}, false), fails},
		{"ramp instead of bursts", burst, "poisson", made(ramp, false), fails},
		{"even instead of random", ramp, "poisson", made(ramp, true), fails},
		{"the right course, a tenth too fast", ramp, "poisson", made(bench.Profile{Rate: 550, Ramp: &bench.Ramp{To: 3850, Over: end}}, false), fails},
		{"the right course, a thousandth too slow", ramp, "constant", made(bench.Profile{Rate: 499.5, Ramp: &bench.Ramp{To: 3496.5, Over: end}}, true), fails},
	} {
		in := Input{Facts: facts(end)}
		in.Facts.Arrivals, in.Facts.Profile = c.arrivals, &c.meant
		for _, due := range c.dues {
			in.Samples = append(in.Samples, bench.Sample{Due: due, Sent: due, Done: due + msec, Class: bench.Main, Outcome: bench.OK})
		}
		g, ok := newTrial(in).arrivals(true)
		if !ok {
			t.Errorf("%s: no gate", c.name)
		}
		wants(t, c.name, g, c.want)
	}
}

// TestHealthBefore: the second fault begins half a second after an outage, the
// third more than one after it.
func TestHealthBefore(t *testing.T) {
	in := stallTrial()
	fault := func(at time.Duration) bench.Interval {
		return bench.Interval{Fault: "f", Start: at, HealFrom: at + 100*msec, End: at + 100*msec, Evidence: "e"}
	}
	in.Faults = []bench.Interval{fault(4 * time.Second), fault(5500 * msec), fault(6200 * msec), fault(11 * time.Second)}
	for i := range in.Samples {
		if s := &in.Samples[i]; s.Class == bench.Main && s.Due >= 4900*msec && s.Due < 5*time.Second {
			s.Outcome = bench.Unknown
		}
	}
	gates := Analyze(in, Options{}).Gates
	wants(t, "second", gateOf(t, gates, "health before fault 2"), warns)
	wants(t, "third", gateOf(t, gates, "health before fault 3"), passes)
	wants(t, "beyond the end", gateOf(t, gates, "health before fault 4"), passes)
	// What was in flight when the third came, 20 of 1000, is its victim; what ended before
	// is not.
	for done, want := range map[time.Duration]string{6300 * msec: passes, 6199 * msec: warns} {
		for i := range in.Samples {
			if s := &in.Samples[i]; s.Class == bench.Main && s.Due >= 6180*msec && s.Due < 6200*msec {
				s.Outcome, s.Done = bench.Unknown, done
			}
		}
		wants(t, fmt.Sprintf("some end at %v", done), gateOf(t, Analyze(in, Options{}).Gates, "health before fault 3"), want)
	}
}

// TestHealthBeforeOfNothingDue: the second fault begins at 6 s. All sessions of a
// closed loop wait from 4 s on, so that nothing is due in the second before it, in which
// each of two nodes has 100 probes.
func TestHealthBeforeOfNothingDue(t *testing.T) {
	for _, c := range []struct {
		name string
		bad  func(*bench.Sample) bool // of a probe in that second
		none bool                     // no probes at all
		saw  string
		want string
	}{
		{name: "no probes", none: true, saw: "0 of 0 probes good", want: warns},
		{name: "service is away", bad: func(*bench.Sample) bool { return true }, saw: "0 of 200 probes good", want: warns},
		{name: "service is back", bad: func(*bench.Sample) bool { return false }, saw: "200 of 200 probes good", want: passes},
		{name: "one in a hundred bad", bad: func(s *bench.Sample) bool { return s.Node == 0 && s.Due < 5020*msec }, saw: "198 of 200 probes good", want: passes},
		{name: "and one more bad", bad: func(s *bench.Sample) bool { return s.Node == 0 && s.Due < 5030*msec }, saw: "197 of 200 probes good", want: warns},
	} {
		in := offered(every(msec, 0, 4*time.Second))
		in.Facts.Arrivals = closedLoop
		in.Faults = append(in.Faults, bench.Interval{Fault: "g", Start: 6 * time.Second, HealFrom: 7 * time.Second, End: 7 * time.Second, Evidence: "e"})
		in.Faults[0].HealFrom, in.Faults[0].End = 5*time.Second, 5*time.Second
		for _, s := range probed(2, 10*time.Second, msec).Samples {
			if s.Class != bench.Probe || c.none {
				continue
			}
			if s.Due >= 5*time.Second && s.Due < 6*time.Second && c.bad(&s) {
				s.Outcome = bench.Unknown
			}
			in.Samples = append(in.Samples, s)
		}
		gates := newTrial(in).healthBefore()
		if len(gates) != 1 || !strings.HasPrefix(gates[0].Saw, c.saw) {
			t.Fatalf("%s: %+v, want %s", c.name, gates, c.saw)
		}
		wants(t, c.name, gates[0], c.want)
	}
}
