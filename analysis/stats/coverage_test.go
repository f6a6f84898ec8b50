package stats

import (
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The figures of coverages are of 40,000 draws: go test ./analysis/stats -run
// Coverages -draws 40000 -v
var draws = flag.Int("draws", 2000, "draws of each simulation of coverage; a quarter with -short")

func drawn() int {
	if testing.Short() {
		return *draws / 4
	}
	return *draws
}

// measure is how often an interval was given, how often those that were given
// covered, and the standard error of that.
func measure(seed uint64, try func(*rand.Rand) (given, covers bool)) (given, covered, se float64) {
	random := rand.New(rand.NewPCG(seed, 1))
	n, k := 0.0, 0.0
	for range drawn() {
		ok, covers := try(random)
		if ok {
			n++
		}
		if ok && covers {
			k++
		}
	}
	covered = k / n
	return n / float64(drawn()), covered, math.Sqrt(covered * (1 - covered) / n)
}

func sample(n int, draw func() float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = draw()
	}
	return x
}

// skewed is lognormal of σ = 1, of median 1 and mean e^(1/2).
func skewed(r *rand.Rand) func() float64 {
	return func() float64 { return math.Exp(r.NormFloat64()) }
}

// series is an autoregressive one of first order, of mean 0 and variance 1,
// from its stationary distribution.
func series(r *rand.Rand, phi float64) func() float64 {
	x := r.NormFloat64()
	return func() float64 {
		x = phi*x + math.Sqrt(1-phi*phi)*r.NormFloat64()
		return x
	}
}

// cutOff draws exponential durations of mean 1, censored at exponential times
// so that a share of them is: of two rates 1 and c the second comes first with
// probability c/(1+c).
func cutOff(r *rand.Rand, n int, share float64) []Censored {
	out := make([]Censored, n)
	for i := range out {
		d, until := r.ExpFloat64(), math.Inf(1)
		if share > 0 {
			until = r.ExpFloat64() * (1 - share) / share
		}
		out[i] = Censored{Value: min(d, until), Censored: until < d}
	}
	return out
}

// A draw tries a method once: whether an interval was given, and whether it covered.
type draw func(*rand.Rand) (given, covers bool)

// simulations are how the figures of coverages are found.
func simulations() map[coverage]draw {
	out := map[coverage]draw{}
	add := func(by method, of string, n int, try draw) {
		out[coverage{method: by, of: of, n: n, level: 0.95}] = try
	}
	for _, n := range []int{5, 10, 30} {
		add(studentMean, "skewed values", n, func(r *rand.Rand) (bool, bool) {
			_, i := Mean(sample(n, skewed(r)), 0.95)
			return i.Exists(), i.Contains(math.Exp(0.5))
		})
	}
	for name, share := range map[string]float64{"none censored": 0, "30 % censored": 0.3} {
		for _, n := range []int{6, 10, 20, 50} {
			add(survivalQuantile, "median, "+name, n, func(r *rand.Rand) (bool, bool) {
				i, _ := medianInterval(KaplanMeier(cutOff(r, n, share)), 0.95)
				return i.Exists(), i.Contains(math.Ln2)
			})
		}
	}
	for _, n := range []int{10, 20, 50} {
		add(survivalMean, "30 % censored", n, func(r *rand.Rand) (bool, bool) {
			_, i, ok := KaplanMeier(cutOff(r, n, 0.3)).RestrictedMean(1, 0.95)
			return ok, i.Contains(1 - 1/math.E)
		})
	}
	simulateSeries(add)
	return out
}

func simulateSeries(add func(method, string, int, draw)) {
	names := map[float64]string{0: "uncorrelated", 0.5: "correlation 0.5", 0.9: "correlation 0.9"}
	for phi, name := range names {
		for _, n := range []int{100, 300, 1000} {
			add(batches, "mean, "+name, n, func(r *rand.Rand) (bool, bool) {
				_, i, ok := BatchMeans(sample(n, series(r, phi)), 0.95)
				return ok, i.Contains(0)
			})
		}
	}
	resampled := func(of string, n int, phi float64, stat func([]float64) float64) {
		add(bootstrap, of+", "+names[phi], n, func(r *rand.Rand) (bool, bool) {
			i, ok := BlockBootstrap(sample(n, series(r, phi)), stat, 0.95, 1)
			return ok, i.Contains(0)
		})
	}
	resampled("mean", 100, 0, average)
	resampled("mean", 100, 0.5, average)
	resampled("mean", 300, 0.9, average)
	resampled("median", 50, 0, median)
}

func average(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func median(x []float64) float64 {
	slices.Sort(x)
	return Quantile(x, 0.5)
}

// What the documentation says of intervals that cover too rarely is measured again.
func TestCoverages(t *testing.T) {
	tries := simulations()
	for k, c := range coverages() {
		try := tries[coverage{method: c.method, of: c.of, n: c.n, level: c.level}]
		if try == nil {
			t.Errorf("%s: nothing measures this", c)
			continue
		}
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			given, covered, se := measure(uint64(k), try)
			t.Logf("given %.3f, covered %.3f", given, covered)
			if math.Abs(given-c.given) > 0.005+3*math.Sqrt(c.given*(1-c.given)/float64(drawn())) {
				t.Errorf("an interval was given %.3f of the time, documented is %.3f", given, c.given)
			}
			if math.Abs(covered-c.measured) > 0.001+3*se {
				t.Errorf("covered %.4f ± %.4f, documented is %.3f", covered, se, c.measured)
			}
		})
	}
	if len(tries) != len(coverages()) {
		t.Errorf("%d are measured, %d documented", len(tries), len(coverages()))
	}
}
