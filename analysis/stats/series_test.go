package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func randomness(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 9)) }

// 60 values in 30 batches of 2: the values 1 and -1 in turn make all means 0. In
// blocks of two, ++--, they make means of 1 and -1, 15 each: the standard
// deviation is √(30/29), t of 29 degrees of freedom 2.04523.
func TestBatchMeans(t *testing.T) {
	turn := make([]float64, 60)
	blocks := make([]float64, 60)
	for k := range turn {
		turn[k] = 1 - 2*float64(k%2)
		blocks[k] = 1 - 2*float64(k/2%2)
	}
	if mean, i, ok := BatchMeans(turn, 0.95); !ok || mean != 0 || i != (Interval{0, 0, 0.95}) {
		t.Errorf("in turn: %v %v %v", mean, i, ok)
	}
	half := 2.04523 * math.Sqrt(30.0/29) / math.Sqrt(30)
	if mean, i, ok := BatchMeans(blocks, 0.95); !ok || mean != 0 || !same(i, Interval{-half, half, 0.95}, 1e-5) {
		t.Errorf("in blocks: %v %v %v, want ± %v", mean, i, ok, half)
	}
	if mean, i, ok := BatchMeans(append([]float64{nan, 1e9, 1e9}, blocks...), 0.95); !ok || mean != 0 || !near(i.Hi, half, 1e-5) {
		t.Errorf("what fills no batch counts: %v %v %v", mean, i, ok)
	}
}

func TestBatchMeansRefuses(t *testing.T) {
	for name, x := range map[string][]float64{
		"none": nil, "one": {1}, "few": upTo(49), "trend": upTo(1000), "infinite": append(upTo(100), inf),
	} {
		if mean, i, ok := BatchMeans(x, 0.95); ok || i.Exists() {
			t.Errorf("%s: %v %v", name, mean, i)
		}
	}
	if mean, _, _ := BatchMeans(upTo(1000), 0.95); mean != 500.5 {
		t.Errorf("the mean of a trend is %v", mean)
	}
	if mean, i, ok := BatchMeans(slices.Repeat([]float64{3}, 100), 0.95); !ok || mean != 3 || i != (Interval{3, 3, 0.95}) {
		t.Errorf("all equal: %v %v %v", mean, i, ok)
	}
}

func TestBlockBootstrap(t *testing.T) {
	x := sample(200, series(randomness(1), 0.5))
	kept := slices.Clone(x)
	i, ok := BlockBootstrap(x, median, 0.95, 1) // sorts what it is given
	if !ok || i.Lo >= i.Hi || !slices.Equal(x, kept) {
		t.Fatalf("%v %v, or the values were changed", i, ok)
	}
	if again, _ := BlockBootstrap(x, median, 0.95, 1); again != i {
		t.Errorf("the same seed gives %v and %v", i, again)
	}
	if other, _ := BlockBootstrap(x, average, 0.95, 2); other == i {
		t.Errorf("another seed gives the same")
	}
	if i, ok := BlockBootstrap(slices.Repeat([]float64{3}, 40), average, 0.95, 1); !ok || i != (Interval{3, 3, 0.95}) {
		t.Errorf("all equal: %v %v", i, ok)
	}
	for name, x := range map[string][]float64{"none": nil, "few": sample(39, series(randomness(1), 0)), "trend": upTo(1000)} {
		if i, ok := BlockBootstrap(x, average, 0.95, 1); ok || i.Exists() {
			t.Errorf("%s: %v", name, i)
		}
	}
	if _, ok := BlockBootstrap(x, func([]float64) float64 { return nan }, 0.95, 1); ok {
		t.Errorf("a statistic without a value has an interval")
	}
}

// An autoregressive series of correlation φ counts for n(1-φ)/(1+φ).
func TestEffectiveSize(t *testing.T) {
	const n = 200000
	for _, phi := range []float64{0, 0.5, 0.9} {
		want := n * (1 - phi) / (1 + phi)
		if got := EffectiveSize(sample(n, series(randomness(2), phi))); math.Abs(got/want-1) > 0.1 {
			t.Errorf("correlation %v: %.0f, want %.0f", phi, got, want)
		}
	}
	turn := []float64{1, -1, 1, -1, 1, -1, 1, -1}
	if got := EffectiveSize(turn); got != 8 {
		t.Errorf("in turn: %v, want 8", got)
	}
	for _, x := range [][]float64{nil, {1}, {1, 2, 3}, {2, 2, 2, 2}, {1, 2, 3, inf}, {nan, 1, 2, 3}} {
		if got := EffectiveSize(x); !math.IsNaN(got) {
			t.Errorf("%v counts for %v", x, got)
		}
	}
}

func TestEffectiveSizeIsAtMostAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-100, 100), 4, 60).Draw(t, "x")
		if got := EffectiveSize(x); got <= 0 || got > float64(len(x)) {
			t.Fatalf("%v of %d", got, len(x))
		}
	})
}

// 20 values of 100 and then zeros: what is left has no error from 20 on.
func TestMSER5(t *testing.T) {
	step := append(slices.Repeat([]float64{100}, 20), make([]float64, 180)...)
	if cut, ok := MSER5(step); !ok || cut != 20 {
		t.Errorf("step: %d, %v, want 20", cut, ok)
	}
	if cut, ok := MSER5(slices.Repeat([]float64{3}, 100)); !ok || cut != 0 {
		t.Errorf("all equal: %d, %v", cut, ok)
	}
	// A decay of time constant 20 under noise: some of it is cut, not much more.
	r := randomness(3)
	decay := make([]float64, 1000)
	for k := range decay {
		decay[k] = 50*math.Exp(-float64(k)/20) + r.NormFloat64()
	}
	if cut, ok := MSER5(decay); !ok || cut < 40 || cut > 200 {
		t.Errorf("decay: %d, %v", cut, ok)
	}
	// Of a straight line Σ(y-ȳ)²/n² goes with n: the less is left the better.
	for name, x := range map[string][]float64{"trend": upTo(200), "few": make([]float64, 49), "none": nil, "infinite": append(upTo(99), inf)} {
		if cut, ok := MSER5(x); ok {
			t.Errorf("%s: cut %d", name, cut)
		}
	}
}

func TestSquaredErrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-100, 100), 1, 30).Draw(t, "x")
		for d, got := range squaredErrors(x) {
			rest, sum := x[d:], 0.0
			for _, v := range rest {
				sum += (v - average(rest)) * (v - average(rest))
			}
			if want := sum / float64(len(rest)*len(rest)); !near(got, want, 1e-7*(1+want)) {
				t.Fatalf("without %d: %v, want %v", d, got, want)
			}
		}
	})
}
