package bench_test

import (
	"math"
	"testing"
	"time"

	"nines/bench"
)

func all(a bench.Arrivals) (dues []time.Duration) {
	for due, ok := a(); ok; due, ok = a() {
		dues = append(dues, due)
	}
	return dues
}

func TestConstantArrivals(t *testing.T) {
	for _, c := range []struct {
		rate        float64
		from, until time.Duration
		n           int
		last        time.Duration
	}{
		{1000, 0, time.Second, 1000, 999 * ms},
		{1000, -time.Second, time.Second, 2000, 999 * ms},
		{3, 0, time.Second, 3, 666666666},
		{3, 0, 1e9 + 1, 4, time.Second},
		{0.5, 0, 5 * time.Second, 3, 4 * time.Second},
		// A third of a nanosecond off each time would be 300 ms after an hour.
		{3e6, time.Hour - ms, time.Hour, 3000, time.Hour - 334},
	} {
		dues := all(bench.Constant(c.rate, c.from, c.until))
		if len(dues) != c.n || dues[0] != c.from || dues[len(dues)-1] != c.last {
			t.Errorf("%v/s in [%v, %v): %d arrivals from %v to %v", c.rate, c.from, c.until, len(dues), dues[0], dues[len(dues)-1])
		}
	}
	if dues := all(bench.Constant(1000, time.Second, time.Second)); len(dues) != 0 {
		t.Errorf("arrivals in an empty period: %v", dues)
	}
}

func TestPoissonArrivals(t *testing.T) {
	const rate, seconds = 2000, 100
	poisson := func(seed uint64) []time.Duration {
		return all(bench.Poisson(rate, -time.Second, (seconds-1)*time.Second, rng(seed)))
	}
	dues := poisson(1)
	if n := float64(len(dues)); math.Abs(n-rate*seconds) > 4*math.Sqrt(rate*seconds) {
		t.Errorf("%v arrivals, want %v ± %.0f", n, rate*seconds, 4*math.Sqrt(rate*seconds))
	}
	// Gaps are exponential: P(gap > g) = e^(-rate g).
	for _, mean := range []float64{0.1, 1, 3} {
		g, longer := time.Duration(mean/rate*1e9), 0
		for i := range dues[1:] {
			if dues[i+1] < dues[i] {
				t.Fatalf("arrival %d is before the last", i+1)
			}
			if dues[i+1]-dues[i] > g {
				longer++
			}
		}
		n, p := float64(len(dues)), math.Exp(-mean)
		if sd := math.Sqrt(n * p * (1 - p)); math.Abs(float64(longer)-n*p) > 4*sd {
			t.Errorf("%d gaps are longer than %v, want %.0f ± %.0f", longer, g, n*p, 4*sd)
		}
	}
	if again := poisson(1); len(again) != len(dues) || again[len(again)-1] != dues[len(dues)-1] {
		t.Error("the same seed gave other arrivals")
	}
	if other := poisson(2); other[0] == dues[0] {
		t.Error("another seed gave the same arrivals")
	}
}

func TestMaxInFlight(t *testing.T) {
	for _, c := range []struct {
		rate    float64
		abandon time.Duration
		want    int
	}{{2000, 10 * time.Second, 20000}, {100, 15 * ms, 2}, {1, ms, 1}} {
		if got := bench.MaxInFlight(c.rate, c.abandon); got != c.want {
			t.Errorf("%v/s for %v: %d, want %d", c.rate, c.abandon, got, c.want)
		}
	}
}

// In real time, a pacer is never early, and does not wait for what is past.
func TestPacers(t *testing.T) {
	for name, pacer := range map[string]func(time.Time) bench.Pacer{"precise": bench.Precise, "sleeping": bench.Sleeping} {
		t.Run(name, func(t *testing.T) {
			base := time.Now()
			p := pacer(base)
			for i := range 20 {
				until := time.Duration(i) * 300 * time.Microsecond
				if now := p.Wait(until); now < until || now > time.Since(base) {
					t.Errorf("woke at %v, wanted %v", now, until)
				}
			}
			if before := time.Since(base); p.Wait(-time.Hour) < before {
				t.Error("the instant returned for the past is not the present one")
			}
		})
	}
}
