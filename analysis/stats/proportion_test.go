package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// The bounds for k = 0 and k = n have a closed form; the others solve
// P(B ≥ k | lo) = 0.025 and P(B ≤ k | hi) = 0.025, which the property below
// checks. 5 of 10 is in every table: 18.7 % to 81.3 %.
func TestProportion(t *testing.T) {
	for _, c := range []struct {
		k, n int
		want Interval
	}{
		{0, 10, Interval{0, 1 - math.Pow(0.025, 0.1), 0.95}}, // 0.3085
		{10, 10, Interval{math.Pow(0.025, 0.1), 1, 0.95}},
		{5, 10, Interval{0.18709, 0.81291, 0.95}},
		{1, 20, Interval{0.00127, 0.24873, 0.95}},
		{0, 1, Interval{0, 0.975, 0.95}},
		{0, 0, Interval{nan, nan, 0.95}},
		{-1, 3, Interval{nan, nan, 0.95}},
		{4, 3, Interval{nan, nan, 0.95}},
	} {
		if got := Proportion(c.k, c.n, 0.95); !same(got, c.want, 5e-6) {
			t.Errorf("%d of %d: %v, want %v", c.k, c.n, got, c.want)
		}
	}
}

func TestProportionSolvesItsEquations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "n")
		k := rapid.IntRange(0, n).Draw(t, "k")
		i := Proportion(k, n, 0.95)
		if k > 0 && !near(1-slowAtMost(k-1, n, i.Lo), 0.025, 1e-7) {
			t.Fatalf("P(B ≥ k | %v) = %v", i.Lo, 1-slowAtMost(k-1, n, i.Lo))
		}
		if k < n && !near(slowAtMost(k, n, i.Hi), 0.025, 1e-7) {
			t.Fatalf("P(B ≤ k | %v) = %v", i.Hi, slowAtMost(k, n, i.Hi))
		}
		if !i.Contains(float64(k) / float64(n)) {
			t.Fatalf("%v is without k/n", i)
		}
	})
}

// proportionCoverage is exact: the probability of all k whose interval has p.
func proportionCoverage(n int, p float64) float64 {
	sum := 0.0
	for k := range n + 1 {
		if Proportion(k, n, 0.95).Contains(p) {
			sum += slowAtMost(k, n, p) - slowAtMost(k-1, n, p)
		}
	}
	return sum
}

func TestProportionNeverCoversLess(t *testing.T) {
	for _, n := range []int{1, 5, 20, 50} {
		for p := 0.01; p < 1; p += 0.01 {
			if got := proportionCoverage(n, p); got < 0.95-1e-9 {
				t.Errorf("n = %d, p = %.2f is covered with %.4f", n, p, got)
			}
		}
	}
}

func TestProportionCoversAsComputed(t *testing.T) {
	const n, p = 20, 0.1
	_, got, se := measure(2, func(r *rand.Rand) (bool, bool) {
		k := 0
		for range n {
			if r.Float64() < p {
				k++
			}
		}
		return true, Proportion(k, n, 0.95).Contains(p)
	})
	if want := proportionCoverage(n, p); math.Abs(got-want) > 3*se {
		t.Errorf("covered %.4f ± %.4f, want %.4f", got, se, want)
	}
}

func TestUpperIfNone(t *testing.T) {
	for n, want := range map[int]float64{
		0:    1,
		1:    0.95,
		10:   1 - math.Pow(0.05, 0.1), // 0.2589
		1000: 1 - math.Pow(0.05, 0.001),
	} {
		if got := UpperIfNone(n, 0.95); !near(got, want, 1e-12) {
			t.Errorf("none of %d: %v, want %v", n, got, want)
		}
	}
	if got := UpperIfNone(1e9, 0.95) * 1e9; !near(got, -math.Log(0.05), 1e-6) { // the rule of three
		t.Errorf("none of a billion: %v/n", got)
	}
}
