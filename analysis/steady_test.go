package analysis

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"nines/bench"
	"nines/results"
)

// settlingTrial is a load of 1000 op/s from -2 s to 10 s; an operation that is due
// at an instant takes as long as took says, and noise of 10 %. The first fault is
// at 5 s.
func settlingTrial(took func(due time.Duration) time.Duration) Input {
	in := Input{Facts: facts(10 * time.Second)}
	in.Facts.Warmup = 2 * time.Second
	r := rand.New(rand.NewPCG(3, 4))
	for i, due := range every(msec, -2*time.Second, 10*time.Second) {
		done := due + time.Duration(float64(took(due))*(0.95+0.1*r.Float64()))
		in.Samples = append(in.Samples, bench.Sample{Due: due, Sent: due, Done: done, Class: bench.Main, Outcome: bench.OK, Kind: bench.Write, Arg: uint64(i + 1)})
	}
	in.Faults = []bench.Interval{{Fault: "f", Start: 5 * time.Second, HealFrom: 6 * time.Second, End: 6 * time.Second, Evidence: "e"}}
	return in
}

// TestSteady: slow for a time, and then not. Bins are of 10 ms, and MSER-5 cuts at
// multiples of five of them; of throughput, which here hardly varies, it cuts some
// more than the burst when the slow ones end.
func TestSteady(t *testing.T) {
	slowUntil := func(until time.Duration) func(time.Duration) time.Duration {
		return func(due time.Duration) time.Duration {
			if due < until {
				return 40 * msec
			}
			return 2 * msec
		}
	}
	for _, c := range []struct {
		name          string
		took          func(time.Duration) time.Duration
		least, most   MS
		pass, refused bool
	}{
		{"settled at -1 s", slowUntil(-time.Second), -1000, -750, true, false},
		{"settled at 1 s", slowUntil(time.Second), 1000, 1250, true, false},
		{"settled at 1.6 s", slowUntil(1600 * msec), 0, 0, false, true}, // half of the 7 s is 1.5 s
		{"ever slower", func(due time.Duration) time.Duration {
			return time.Duration(float64(msec) * math.Exp((due+2*time.Second).Seconds()/2))
		}, 0, 0, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTrial(settlingTrial(c.took)).steady()
			if s.Refused != c.refused || math.IsNaN(float64(s.Cut)) != c.refused || s.Bins != 700 || s.BinMS != 10 || s.To != 5000 {
				t.Errorf("%+v, want refused: %v", s, c.refused)
			}
			if !c.refused && (s.Cut < c.least || s.Cut > c.most || s.From != max(0, s.Cut)) {
				t.Errorf("cut at %v, band from %v; want between %v and %v", s.Cut, s.From, c.least, c.most)
			}
			if g := s.settled(&results.Facts{Warmup: 2 * time.Second}); g.Pass != c.pass || c.pass && g.Warn != (c.least > 0) {
				t.Errorf("%+v", g)
			}
			if !c.refused && (math.Abs(s.Rate.Mean-1000) > 15 || s.Rate.Lo > 1000 || s.Rate.Hi < 1000) {
				t.Errorf("throughput of the band %+v, want 1000", s.Rate)
			}
		})
	}
}

// TestTheLaterCutCounts: half as many arrivals up to -1 s, and as fast all the time.
func TestTheLaterCutCounts(t *testing.T) {
	in := settlingTrial(func(time.Duration) time.Duration { return 2 * msec })
	n := 0
	in.Samples = slices.DeleteFunc(in.Samples, func(s bench.Sample) bool {
		n++
		return s.Due < -time.Second && n%2 == 0
	})
	if s := newTrial(in).steady(); s.Cut < -1000 || s.Cut > -750 {
		t.Errorf("%+v, want a cut at -1 s", s)
	}
}

// TestBandIsTheBaseline: the second before the system had settled is not in what
// the episode is compared with.
func TestBandIsTheBaseline(t *testing.T) {
	in := settlingTrial(func(due time.Duration) time.Duration {
		if due < time.Second {
			return 400 * msec // not good
		}
		return 2 * msec
	})
	s := Analyze(in, Options{})
	if e := s.Episodes[0]; math.Abs(e.Baseline-1000) > 1 {
		t.Errorf("baseline %v op/s, want 1000: the first second counts", e.Baseline)
	}
	if q := s.Steady.Response; q.P99 > 3 || q.P50 < 1 || float64(q.N) != math.Round(5000-float64(s.Steady.From)) || q.Curve != nil {
		t.Errorf("response in the band from %v ms on: %+v", s.Steady.From, q)
	}
	if s.Response.P99 < 300 {
		t.Errorf("response of the whole period: %+v, want the first second in it", s.Response)
	}
}

func TestTooLittleToTell(t *testing.T) {
	in := settlingTrial(func(time.Duration) time.Duration { return msec })
	in.Faults[0].Start = 1490 * msec // 349 bins
	s := newTrial(in).steady()
	g := s.settled(&results.Facts{Warmup: 2 * time.Second})
	if s.Refused || s.From != 0 || !math.IsNaN(float64(s.Cut)) || !g.Pass || g.Warn || !strings.Contains(g.Saw, "not asked") {
		t.Errorf("%+v: %+v, want no cut, and that it was not asked", s, g)
	}
	in.Faults[0].Start = 1500 * msec
	if s := newTrial(in).steady(); math.IsNaN(float64(s.Cut)) || s.Cut > 0 {
		t.Errorf("with one bin more: %+v, want a cut in the warm-up", s)
	}
	for name, in := range edges() { // of nothing, too
		if s := newTrial(in).steady(); s.From < 0 || s.From > max(0, s.To) {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// TestSuccessInterval: operations fail in one of 20, independently. The standard
// error of the ratio of 10,000 is √(0.05×0.95/10000) = 0.0022, so that an interval of
// 95 % reaches some 0.0043 to either side, and lets chance change that by a half.
func TestSuccessInterval(t *testing.T) {
	in := settlingTrial(func(time.Duration) time.Duration { return msec })
	r := rand.New(rand.NewPCG(5, 6))
	for i := range in.Samples {
		if r.Float64() < 0.05 {
			in.Samples[i].Outcome = bench.Unknown
		}
	}
	got, by := newTrial(in).successInterval()
	if half := (got.Hi - got.Lo) / 2; by == "" || half < 0.0043/2 || half > 0.0043*1.5 || got.Lo > 0.95 || got.Hi < 0.95 {
		t.Errorf("%+v by %q", got, by)
	}
	// One outage of a second: a far wider one, which knows that there was but one.
	for i := range in.Samples {
		in.Samples[i].Outcome = bench.OK
		if due := in.Samples[i].Due; due >= 5*time.Second && due < 6*time.Second {
			in.Samples[i].Outcome = bench.Unknown
		}
	}
	wide, by := newTrial(in).successInterval()
	if wide.Mean != 0.9 || by != "" && (wide.Hi-wide.Lo < 0.05 || wide.Lo < 0 || wide.Hi > 1) {
		t.Errorf("%+v by %q", wide, by)
	}
	for i := range in.Samples {
		in.Samples[i].Outcome = bench.Unknown
	}
	if all, _ := newTrial(in).successInterval(); all.Mean != 0 {
		t.Errorf("all failed: %+v", all)
	}
	if none, by := newTrial(Input{Facts: facts(time.Second)}).successInterval(); !math.IsNaN(none.Mean) || by != "" {
		t.Errorf("of nothing: %+v by %q", none, by)
	}
}

// TestEffectiveSize has 100 operations in each of 100 bins, and 100 slow ones. All
// in one bin, they are 99 above their share there and 1 below in the others: the
// variance of their number is 99² + 99 = 9900, where independent ones would have
// 10,000 × 0.01 × 0.99 = 99. So 10,000 tell as much as 100: it is one event. One in
// each bin, they are not even by chance, and count for what they are.
func TestEffectiveSize(t *testing.T) {
	of := func(slow func(i int) bool) float64 {
		in := Input{Facts: facts(10 * time.Second)}
		for i, due := range every(msec, 0, 10*time.Second) {
			s := bench.Sample{Due: due, Sent: due, Done: due + msec, Class: bench.Main, Outcome: bench.OK}
			if slow(i) {
				s.Done = due + 50*msec
			}
			in.Samples = append(in.Samples, s)
		}
		for _, x := range newTrial(in).independent() {
			if x.Of == "response" && x.Q == 0.999 {
				if x.Need != 3688 {
					t.Errorf("%+v, want a need of 3688", x)
				}
				return x.N
			}
		}
		t.Fatal("no p99.9")
		return 0
	}
	if got := of(func(i int) bool { return i/100 == 50 }); math.Abs(got-100) > 1e-6 {
		t.Errorf("in one bin: %v, want 100", got)
	}
	if got := of(func(i int) bool { return i%100 == 50 }); got != 10_000 {
		t.Errorf("one in each bin: %v, want all", got)
	}
	r := rand.New(rand.NewPCG(7, 8))
	if got := of(func(int) bool { return r.Float64() < 0.01 }); got < 5000 {
		t.Errorf("by chance: %v, want about 10,000", got)
	}
}

// TestWeak: a percentile is weak if the outage that it tells of is one.
func TestWeak(t *testing.T) {
	s := Analyze(stallTrial(), Options{})
	if !s.Weak("response", 0.999) || s.Weak("response", 0.5) || s.Weak("response", 0.9999) || s.Weak("nothing", 0.5) {
		t.Errorf("%+v", s.Independent)
	}
	warned := false
	for _, g := range s.Gates {
		warned = warned || g.Name == "independent operations" && g.Warn && g.Pass
	}
	if !warned || !s.Valid {
		t.Errorf("valid %v: %+v", s.Valid, s.Gates)
	}
}
