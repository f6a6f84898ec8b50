package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var (
	inf = math.Inf(1)
	nan = math.NaN()
)

func near(a, b, tolerance float64) bool {
	return a == b || math.Abs(a-b) <= tolerance || math.IsNaN(a) && math.IsNaN(b)
}

func same(a, b Interval, tolerance float64) bool {
	return near(a.Lo, b.Lo, tolerance) && near(a.Hi, b.Hi, tolerance) && a.Level == b.Level
}

func upTo(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i + 1)
	}
	return x
}

func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		rising []float64
		q      float64
		want   float64
	}{
		{upTo(10), 0.5, 5},
		{upTo(10), 0.9, 9},
		{upTo(10), 0.91, 10}, // ⌈9.1⌉
		{upTo(10), 0.01, 1},
		{upTo(100), 0.07, 7}, // 0.07 · 100 is a little more than 7 in floating point
		{[]float64{3}, 0.99, 3},
		{[]float64{1, 2, inf, inf}, 0.5, 2},
		{[]float64{1, 2, inf, inf}, 0.51, inf},
		{[]float64{nan, 1, 2}, 0.5, 1},
		{nil, 0.5, nan},
		{[]float64{nan}, 0.5, nan},
	} {
		if got := Quantile(c.rising, c.q); !near(got, c.want, 0) {
			t.Errorf("the %v-quantile of %v is %v, want %v", c.q, c.rising, got, c.want)
		}
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{[]float64{3, 1, 2}, 2},
		{[]float64{4, 1, 3, 2}, 2.5},
		{[]float64{nan, 5, nan, 1}, 3},
		{[]float64{inf, 1}, inf},
		{[]float64{inf, 1, inf, 2}, inf},
		{[]float64{inf, inf}, inf},
		{[]float64{-inf, -inf, 0}, -inf},
		{[]float64{-inf, inf}, nan},
		{[]float64{7}, 7},
		{[]float64{nan}, nan},
		{nil, nan},
	} {
		kept := slices.Clone(c.x)
		if got := Median(c.x); !near(got, c.want, 0) {
			t.Errorf("the median of %v is %v, want %v", kept, got, c.want)
		}
		if !slices.EqualFunc(c.x, kept, func(a, b float64) bool { return near(a, b, 0) }) {
			t.Errorf("%v became %v", kept, c.x)
		}
	}
}

// The binomial tails by hand: n = 6, P(B=0) = 1/64; n = 10, P(B≤1) = 11/1024 =
// 0.0107, P(B≤2) = 56/1024 = 0.0547; n = 20, P(B≤5) = 21700/2^20 = 0.0207,
// P(B≤6) = 60460/2^20 = 0.0577.
func TestQuantileInterval(t *testing.T) {
	for _, c := range []struct {
		n      int
		lo, hi float64
		exact  float64
	}{
		{6, 1, 6, 1 - 2.0/64},
		{10, 2, 9, 1 - 22.0/1024},
		{20, 6, 15, 1 - 2*21700.0/(1<<20)},
	} {
		i, ok := QuantileInterval(upTo(c.n), 0.5, 0.95)
		if want := (Interval{c.lo, c.hi, 0.95}); !ok || i != want {
			t.Errorf("n = %d: %v, %v, want %v", c.n, i, ok, want)
		}
		if got := quantileCoverage(c.n, 0.5, 0.95); !near(got, c.exact, 1e-12) {
			t.Errorf("n = %d covers with %v, want %v", c.n, got, c.exact)
		}
	}
}

func TestQuantileIntervalOfFewOrStrangeValues(t *testing.T) {
	for _, x := range [][]float64{nil, {1}, upTo(5), {nan, 1, 2, 3, 4, 5}} {
		if i, ok := QuantileInterval(x, 0.5, 0.95); ok || i.Exists() {
			t.Errorf("%v has the interval %v", x, i)
		}
	}
	if got := quantileCoverage(5, 0.5, 0.95); !math.IsNaN(got) {
		t.Errorf("five values cover with %v", got)
	}
	if i, _ := QuantileInterval([]float64{2, 2, 2, 2, 2, 2}, 0.5, 0.95); i != (Interval{2, 2, 0.95}) {
		t.Errorf("of equal values: %v", i)
	}
	if i, ok := QuantileInterval([]float64{1, 2, 3, 4, 5, inf}, 0.5, 0.95); !ok || i != (Interval{1, inf, 0.95}) {
		t.Errorf("with one that never ended: %v, %v", i, ok)
	}
	for _, q := range []float64{0, 1, -1, nan} {
		if _, ok := QuantileInterval(upTo(100), q, 0.95); ok {
			t.Errorf("there is an interval for the %v-quantile", q)
		}
	}
}

// slowAtMost sums the binomial distribution term by term.
func slowAtMost(k, n int, p float64) float64 {
	sum := 0.0
	for i := 0; i <= k; i++ {
		c, _ := math.Lgamma(float64(n + 1))
		a, _ := math.Lgamma(float64(i + 1))
		b, _ := math.Lgamma(float64(n - i + 1))
		sum += math.Exp(c - a - b + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return sum
}

// The ranks are the narrowest that leave out no more than asked at either end.
func TestQuantileRanksAreTight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 400).Draw(t, "n")
		q := rapid.Float64Range(0.01, 0.99).Draw(t, "q")
		level := rapid.SampledFrom([]float64{0.5, 0.8, 0.9, 0.95, 0.99}).Draw(t, "level")
		lo, hi, ok := quantileRanks(n, q, level)
		out := (1 - level) / 2
		if exists := math.Pow(q, float64(n)) <= out && math.Pow(1-q, float64(n)) <= out; ok != exists {
			t.Fatalf("ok is %v", ok)
		}
		if !ok {
			return
		}
		below, above := slowAtMost(lo-1, n, q), 1-slowAtMost(hi-1, n, q)
		if below > out+1e-9 || slowAtMost(lo, n, q) < out-1e-9 {
			t.Fatalf("lower rank %d: %v of %v left out", lo, below, out)
		}
		if above > out+1e-9 || 1-slowAtMost(hi-2, n, q) < out-1e-9 {
			t.Fatalf("upper rank %d: %v of %v left out", hi, above, out)
		}
		if got := quantileCoverage(n, q, level); got < level-1e-9 || !near(got, 1-below-above, 1e-9) {
			t.Fatalf("covers with %v, want %v", got, 1-below-above)
		}
	})
}

// Many values must not be beyond the beta distribution's computation: there
// the ranks are those of the normal approximation, within one.
func TestQuantileRanksOfMany(t *testing.T) {
	for _, q := range []float64{0.5, 0.99, 0.9999} {
		const n = 3_000_000
		lo, hi, ok := quantileRanks(n, q, 0.95)
		half := 1.959964 * math.Sqrt(n*q*(1-q))
		if !ok || math.Abs(float64(lo)-(n*q-half)) > 2 || math.Abs(float64(hi)-(n*q+half)) > 2 {
			t.Errorf("%v: ranks %d to %d, %v; want about %.0f ± %.0f", q, lo, hi, ok, n*q, half)
		}
	}
}

func TestQuantileIntervalCoversAsItSays(t *testing.T) {
	for _, c := range []struct {
		n int
		q float64
	}{{6, 0.5}, {10, 0.5}, {30, 0.5}, {40, 0.9}, {400, 0.99}} {
		want := math.Exp(math.Sqrt2 * math.Erfinv(2*c.q-1)) // of a lognormal
		_, got, se := measure(1, func(r *rand.Rand) (bool, bool) {
			x := sample(c.n, skewed(r))
			slices.Sort(x)
			i, ok := QuantileInterval(x, c.q, 0.95)
			return ok, i.Contains(want)
		})
		if exact := quantileCoverage(c.n, c.q, 0.95); math.Abs(got-exact) > 3*se {
			t.Errorf("n = %d, q = %v: covered %.4f ± %.4f, want %.4f", c.n, c.q, got, se, exact)
		}
	}
}

func TestSampleSizeFor(t *testing.T) {
	for q, want := range map[float64]int{0.5: 6, 0.9: 36, 0.99: 368, 0.999: 3688, 0.9999: 36887, 0.1: 36, 0: 0, 1: 0} {
		if got := SampleSizeFor(q, 0.95); got != want {
			t.Errorf("the %v-quantile takes %d values, want %d", q, got, want)
		}
	}
	if got := SampleSizeFor(0.5, 0.5); got != 2 { // 2 · 0.5² = 0.5
		t.Errorf("the median at 50 %% takes %d values, want 2", got)
	}
	if got := SampleSizeFor(0.5, 0.1); got != 2 { // 0.5 > 0.45
		t.Errorf("the median at 10 %% takes %d values, want 2", got)
	}
}
