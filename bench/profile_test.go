package bench_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nines/bench"
)

// profiles are one of each shape, with what is expected of them by hand.
var profiles = []struct {
	name       string
	p          bench.Profile
	until      time.Duration
	total      float64 // arrivals in the measured period
	peak       float64
	text       string
	at1, at5   float64 // arrivals expected by 1 s and by 5 s
	changesNot bool
}{
	{name: "steady", p: bench.Profile{Rate: 100}, until: 10 * time.Second, total: 1000, peak: 100, at1: 100, at5: 500, text: "100 op/s", changesNot: true},
	{
		name: "ramp", p: bench.Profile{Rate: 100, Ramp: &bench.Ramp{To: 300, Over: 10 * time.Second}}, until: 10 * time.Second,
		total: 2000, peak: 300, at1: 110, at5: 750, text: "100 to 300 op/s within 10s",
	},
	{
		name: "ramp that is over, and falls", p: bench.Profile{Rate: 200, Ramp: &bench.Ramp{To: 0, Over: 4 * time.Second}}, until: 10 * time.Second,
		total: 400, peak: 200, at1: 175, at5: 400, text: "200 to 0 op/s within 4s",
	},
	{
		name: "burst", p: bench.Profile{Rate: 100, Burst: &bench.Burst{Times: 5, Every: 2 * time.Second, For: 500 * ms}}, until: 10 * time.Second,
		total: 5 * (150 + 250), peak: 500, at1: 100, at5: 2*400 + 100, text: "100 op/s, 5 × as many for 500ms of every 2s",
	},
	{
		name: "diurnal", p: bench.Profile{Rate: 100, Diurnal: &bench.Diurnal{Amplitude: 0.5, Period: 4 * time.Second}}, until: 8 * time.Second,
		total: 800, peak: 150, at1: 100 + 50*4/(2*math.Pi), at5: 500 + 50*4/(2*math.Pi), text: "100 op/s ± 50 % as a sine of 4s",
	},
	{
		name: "diurnal that stands still at night", p: bench.Profile{Rate: 300, Diurnal: &bench.Diurnal{Amplitude: 1, Period: 2 * time.Second}}, until: 10 * time.Second,
		total: 3000, peak: 600, at1: 300 + 600/math.Pi, at5: 1500 + 600/math.Pi, text: "300 op/s ± 100 % as a sine of 2s",
	},
	{
		name:  "schedule",
		p:     bench.Profile{Rate: 100, Schedule: []bench.Change{{0, 100}, {time.Second, 0}, {2 * time.Second, 1000}, {3 * time.Second, 0}}},
		until: 10 * time.Second, total: 1100, peak: 1000, at1: 100, at5: 1100, text: "100 op/s, 0 from 1s on, 1000 from 2s on, 0 from 3s on",
	},
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-6*max(1, math.Abs(b)) }

func TestProfiles(t *testing.T) {
	for _, c := range profiles {
		t.Run(c.name, func(t *testing.T) {
			expected := c.p.Expected(c.until)
			for at, want := range map[time.Duration]float64{
				-time.Second: 0, 0: 0, time.Second: c.at1, 5 * time.Second: c.at5, c.until: c.total, 2 * c.until: c.total,
			} {
				if got := expected(at); !near(got, want) {
					t.Errorf("%v expected by %v, want %v", got, at, want)
				}
			}
			if got := c.p.Mean(c.until); !near(got, c.total/c.until.Seconds()) {
				t.Errorf("mean rate %v, want %v", got, c.total/c.until.Seconds())
			}
			if got := c.p.Peak(c.until); !near(got, c.peak) {
				t.Errorf("peak rate %v, want %v", got, c.peak)
			}
			if c.p.String() != c.text || c.p.Steady() != c.changesNot {
				t.Errorf("%q, steady %v; want %q, %v", c.p.String(), c.p.Steady(), c.text, c.changesNot)
			}
		})
	}
	early := bench.Profile{Rate: 100, Ramp: &bench.Ramp{To: 300, Over: 10 * time.Second}}
	if got := early.Peak(5 * time.Second); !near(got, 200) {
		t.Errorf("halfway up a ramp from 100 to 300 the peak was %v", got)
	}
}

// In the time that the cumulative rate counts, arrivals are a Poisson process of rate
// 1: their gaps are exponential with mean 1, independent of where they are. And the
// warm-up has the first rate.
func TestPoissonProfile(t *testing.T) {
	for _, c := range profiles {
		t.Run(c.name, func(t *testing.T) {
			var gaps []float64
			warm, n := 0.0, 0.0
			const runs, warmup = 20, 3 * time.Second
			for seed := range uint64(runs) {
				dues := all(bench.PoissonProfile(c.p, -warmup, c.until, rng(seed)))
				expected, last := c.p.Expected(c.until), 0.0
				for i, due := range dues {
					if i > 0 && due < dues[i-1] || due < -warmup || due >= c.until {
						t.Fatalf("arrival %d at %v, after one at %v", i, due, dues[max(0, i-1)])
					}
					if due < 0 {
						warm++
						continue
					}
					n++
					gaps = append(gaps, expected(due)-last)
					last = expected(due)
				}
			}
			if want := runs * c.total; math.Abs(n-want) > 4*math.Sqrt(want) {
				t.Errorf("%v arrivals, want %v ± %.0f", n, want, 4*math.Sqrt(want))
			}
			first := c.p.Expected(ms)(ms) * 1000 * warmup.Seconds() * runs
			if math.Abs(warm-first) > 4*math.Sqrt(first)+0.01*first {
				t.Errorf("%v arrivals in the warm-up, want %v", warm, first)
			}
			// Kolmogorov's distance from the exponential distribution, which is
			// beyond 2 / √n once in 1,500 times.
			slices.Sort(gaps)
			worst := 0.0
			for i, g := range gaps {
				f := 1 - math.Exp(-g)
				worst = max(worst, math.Abs(f-float64(i)/n), math.Abs(float64(i+1)/n-f))
			}
			if worst > 2/math.Sqrt(n) {
				t.Errorf("gaps are %.4f from exponential, want at most %.4f", worst, 2/math.Sqrt(n))
			}
		})
	}
	p := &profiles[1].p
	a, b, other := all(bench.PoissonProfile(*p, 0, time.Second, rng(1))), all(bench.PoissonProfile(*p, 0, time.Second, rng(1))), all(bench.PoissonProfile(*p, 0, time.Second, rng(2)))
	if !slices.Equal(a, b) || slices.Equal(a, other) {
		t.Error("arrivals do not follow from the seed")
	}
}

// Evenly spaced arrivals come when the cumulative rate reaches each whole number.
func TestConstantProfile(t *testing.T) {
	for _, c := range profiles {
		t.Run(c.name, func(t *testing.T) {
			expected := c.p.Expected(c.until)
			dues := all(bench.ConstantProfile(c.p, 0, c.until))
			if math.Abs(float64(len(dues))-c.total) > 1 {
				t.Errorf("%d arrivals, want %v", len(dues), c.total)
			}
			for n, due := range dues {
				// Where the rate is low, a nanosecond says little; where it is high, much.
				lo, hi := expected(due-2), expected(due+2)
				if float64(n) < lo-1e-6 || float64(n) > hi+1e-6 {
					t.Fatalf("arrival %d at %v, when %v are expected", n, due, expected(due))
				}
			}
		})
	}
	if dues := all(bench.ConstantProfile(profiles[1].p, 5*time.Second, 6*time.Second)); len(dues) != 210 {
		t.Errorf("from 5 s to 6 s of a ramp that is at 200 op/s: %d arrivals, want 210", len(dues))
	}
}

// Whatever the profile: what is expected grows, its slope is the rate between the
// least and the peak, and evenly spaced arrivals are as many as expected.
func TestAnyProfile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, until := anyProfile(t), time.Duration(rapid.Int64Range(1, 20_000).Draw(t, "until ms"))*ms
		expected, peak := p.Expected(until), p.Peak(until)
		last := 0.0
		step := max(until/1000, 1)
		for at := step; at <= until; at += step {
			now := expected(at)
			if now < last-1e-9*max(1, now) || now-last > peak*step.Seconds()*(1+1e-6)+1e-9 {
				t.Fatalf("%v: from %v to %v expected within %v until %v, although the peak is %v", p.String(), last, now, step, at, peak)
			}
			last = now
		}
		if total, n := expected(until), float64(len(all(bench.ConstantProfile(p, 0, until)))); math.Abs(n-total) > 1.01 {
			t.Fatalf("%v: %v arrivals in %v, want %v", p.String(), n, until, total)
		}
	})
}

func anyProfile(t *rapid.T) bench.Profile {
	rate := func(name string, lo float64) float64 { return rapid.Float64Range(lo, 2000).Draw(t, name) }
	span := func(name string, lo, hi int64) time.Duration {
		return time.Duration(rapid.Int64Range(lo, hi).Draw(t, name)) * ms
	}
	p := bench.Profile{Rate: rate("rate", 1)}
	switch rapid.IntRange(0, 4).Draw(t, "shape") {
	case 1:
		p.Ramp = &bench.Ramp{To: rate("to", 0), Over: span("over", 1, 30_000)}
	case 2:
		b := &bench.Burst{Times: rapid.Float64Range(0, 20).Draw(t, "times"), Every: span("every", 100, 10_000)}
		b.For = min(b.Every, span("for", 1, 10_000))
		p.Burst = b
	case 3:
		p.Diurnal = &bench.Diurnal{Amplitude: rapid.Float64Range(0, 1).Draw(t, "amplitude"), Period: span("period", 100, 30_000)}
	case 4:
		p.Schedule = []bench.Change{{Rate: p.Rate}}
		for range rapid.IntRange(0, 5).Draw(t, "changes") {
			at := p.Schedule[len(p.Schedule)-1].At + span("at", 1, 5_000)
			p.Schedule = append(p.Schedule, bench.Change{At: at, Rate: rate("then", 0)})
		}
	}
	return p
}
