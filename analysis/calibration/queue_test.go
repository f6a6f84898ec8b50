package calibration

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %v, want %v ± %v", what, got, want, tolerance)
	}
}

// λ = 500/s and μ = 1000/s, so μ-λ = 500/s: p50 = ln 2 / 500 s, p99 = ln 100 / 500 s, and the
// mean is 1/500 s.
func TestMM1(t *testing.T) {
	q := Queue{Rate: 500, Service: time.Millisecond, Law: Markov}
	near(t, "load", q.Load(), 0.5, 1e-12)
	near(t, "p50", q.Quantile(0.5), 1.3862944, 1e-6)
	near(t, "p99", q.Quantile(0.99), 9.2103404, 1e-6)
	near(t, "mean", q.Mean(), 2, 1e-12)
	if q.Quantile(-1) != 0 || !math.IsInf(q.Quantile(1), 1) {
		t.Errorf("from %v to %v, want 0 to +Inf", q.Quantile(-1), q.Quantile(1))
	}
	// p = 1/2: 0.25 + 4·0.5·0.5·(1 - 0.5 - 0.5·0.693147)/0.25 = 0.25 + 4·0.153426
	near(t, "variance", q.Variance(0.5), 0.8637056, 1e-6)
	// 2 ms · (1.5/0.5) / √900
	near(t, "error of the mean", q.MeanError(900), 0.2, 1e-12)
}

// At load 1/2, with Erlang's series by hand (in units of the service time):
//
//	P(W ≤ 0)   = 1/2
//	P(W ≤ 0.5) = 1/2 · e^0.25                              = 1/2 · 1.2840254
//	P(W ≤ 1.5) = 1/2 · (e^0.75 - 0.25·e^0.25)              = 1/2 · (2.1170000 - 0.3210064)
//	P(W ≤ 2.5) = 1/2 · (e^1.25 - 0.75·e^0.75 + 0.03125·e^0.25) = 1/2 · (3.4903430 - 1.5877500 + 0.0401258)
func TestMD1ByHand(t *testing.T) {
	m := newMD1(0.5)
	for _, c := range []struct{ at, want float64 }{{-0.1, 0}, {0, 0.5}, {0.5, 0.6420127}, {1.5, 0.8979968}, {2.5, 0.9713594}} {
		near(t, fmt.Sprintf("P(W ≤ %v)", c.at), m.below(c.at), c.want, 1e-6)
		if c.at > 0 {
			near(t, fmt.Sprintf("quantile %v", c.want), m.quantile(c.want), c.at, 1e-5)
		}
	}
	q := Queue{Rate: 500, Service: time.Millisecond, Law: Deterministic}
	near(t, "p50: half do not wait", q.Quantile(0.5), 1, 0)
	near(t, "p89.8", q.Quantile(0.8979968), 2.5, 1e-5)
	near(t, "mean: 1 + 0.5/(2·0.5)", q.Mean(), 1.5, 1e-12)
}

// erlang is Erlang's series in so many digits that its terms may cancel.
func erlang(load, t float64) float64 {
	f := func(x float64) *big.Float { return new(big.Float).SetPrec(500).SetFloat64(x) }
	sum := f(0)
	for k := 0; float64(k) <= t; k++ {
		x := new(big.Float).Mul(f(load), f(t-float64(k))) // exact for the t of the test
		term := f(1)
		for i := 1; i <= k; i++ {
			term.Mul(term, x).Quo(term, f(float64(-i)))
		}
		sum.Add(sum, term.Mul(term, exp(x)))
	}
	out, _ := sum.Mul(sum, f(1-load)).Float64()
	return out
}

// exp is the series of e^x.
func exp(x *big.Float) *big.Float {
	sum, term := new(big.Float).SetPrec(500).SetInt64(1), new(big.Float).SetPrec(500).SetInt64(1)
	for i := int64(1); i < 400; i++ {
		term.Mul(term, x).Quo(term, new(big.Float).SetPrec(500).SetInt64(i))
		sum.Add(sum, term)
	}
	return sum
}

// The form with positive terms only is the one with alternating terms, also where
// the latter would need hundreds of digits; and its mean is that of Pollaczek and Khinchine.
func TestMD1IsErlangs(t *testing.T) {
	for _, load := range []float64{0.125, 0.5, 0.875, 0.9375} {
		m := newMD1(load)
		for _, at := range []float64{0, 0.25, 1, 1.75, 3, 7.5, 20, 63.25} {
			near(t, fmt.Sprintf("load %v, P(W ≤ %v)", load, at), m.below(at), erlang(load, at), 1e-12)
		}
		mean := 0.0
		const step = 1.0 / 512
		for at := step / 2; at < 200; at += step {
			mean += (1 - m.below(at)) * step
		}
		near(t, fmt.Sprintf("load %v: mean wait", load), mean, load/(2*(1-load)), 1e-5)
	}
}

// responses simulates a queue by Lindley's recursion, in ms, from after it has
// forgotten that it was empty.
func (q Queue) responses(rng *rand.Rand, n int) []float64 {
	forget := int(20 / ((1 - q.Load()) * (1 - q.Load())))
	out := make([]float64, 0, n)
	wait := 0.0
	for i := range forget + n {
		s := inMS(q.Service)
		if q.Law == Markov {
			s *= rng.ExpFloat64()
		}
		if i >= forget {
			out = append(out, wait+s)
		}
		wait = max(0, wait+s-rng.ExpFloat64()*1000/q.Rate)
	}
	return out
}

// Quantiles, and the variance of the share above them, are those of many simulated
// queues. The variance of M/M/1 is exact; that of M/D/1 is at most as stated.
func TestTwin(t *testing.T) {
	const n = 4000
	runs := 1000
	if testing.Short() {
		runs = 200
	}
	for _, load := range []float64{0.3, 0.7} {
		for _, law := range []Law{Markov, Deterministic} {
			q := Queue{Rate: 1000 * load, Service: time.Millisecond, Law: law}
			rng := rand.New(rand.NewPCG(1, 2))
			ps := []float64{0.2, 0.05, 0.01}
			at := []float64{q.Quantile(0.8), q.Quantile(0.95), q.Quantile(0.99)}
			var sum, square [3]float64
			for range runs {
				var above [3]float64
				for _, r := range q.responses(rng, n) {
					for i := range ps {
						if r > at[i] {
							above[i]++
						}
					}
				}
				for i := range ps {
					share := above[i] / n
					sum[i] += share
					square[i] += share * share
				}
			}
			for i, p := range ps {
				mean := sum[i] / float64(runs)
				v := n * (square[i]/float64(runs) - mean*mean)
				want := q.Variance(p)
				near(t, fmt.Sprintf("%v: share above the quantile of %v", q, 1-p), mean, p, Sigmas*math.Sqrt(want/n/float64(runs)))
				// The relative standard error of a variance is √(2/runs), for a normal share.
				e := Sigmas * math.Sqrt(2/float64(runs))
				if v > want*(1+e) || law == Markov && v < want*(1-e) {
					t.Errorf("%v: variance of the share above the quantile of %v: %v, stated: %v", q, 1-p, v, want)
				}
				t.Logf("%v: p %v: variance %.4f of stated %.4f", q, p, v, want)
			}
		}
	}
}
