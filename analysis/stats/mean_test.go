package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// Of 1, 2, 3 the standard deviation is 1, and t of 2 degrees of freedom 4.30265.
func TestMean(t *testing.T) {
	half := 4.30265 / math.Sqrt(3)
	for _, c := range []struct {
		name string
		x    []float64
		mean float64
		i    Interval
	}{
		{"three", []float64{1, 2, 3}, 2, Interval{2 - half, 2 + half, 0.95}},
		{"with NaN", []float64{1, nan, 2, 3}, 2, Interval{2 - half, 2 + half, 0.95}},
		{"equal", []float64{5, 5}, 5, Interval{5, 5, 0.95}},
		{"one", []float64{5}, 5, none(0.95)},
		{"none", nil, nan, none(0.95)},
		{"infinite", []float64{1, inf}, inf, none(0.95)},
		{"both ways", []float64{math.Inf(-1), inf}, nan, none(0.95)},
	} {
		mean, i := Mean(c.x, 0.95)
		if !near(mean, c.mean, 1e-12) || !same(i, c.i, 1e-5) {
			t.Errorf("%s: %v %v, want %v %v", c.name, mean, i, c.mean, c.i)
		}
	}
}

// Of 1, 2, 3 and 6 the mean is 3 and the variance (4 + 1 + 0 + 9)/3.
func TestDeviation(t *testing.T) {
	if got, want := Deviation([]float64{6, nan, 1, 2, 3}), math.Sqrt(14.0/3); !near(got, want, 1e-12) {
		t.Errorf("%v, want %v", got, want)
	}
	for _, x := range [][]float64{nil, {1}, {1, nan}, {1, inf, 2}} {
		if got := Deviation(x); !math.IsNaN(got) {
			t.Errorf("%v: %v", x, got)
		}
	}
}

// t at 97.5 %: 12.706 with 1 degree of freedom, tan(0.475π), and 2.228 with 10.
func TestStudent(t *testing.T) {
	for freedom, want := range map[float64]float64{1: math.Tan(0.475 * math.Pi), 10: 2.228139} {
		if got := Student(freedom, 0.95); !near(got, want, 1e-6*want) {
			t.Errorf("%v degrees of freedom: %v, want %v", freedom, got, want)
		}
	}
}

// Of normal values Student's interval is exact.
func TestMeanCoversAsItSays(t *testing.T) {
	for _, n := range []int{2, 5, 20} {
		_, got, se := measure(4, func(r *rand.Rand) (bool, bool) {
			_, i := Mean(sample(n, r.NormFloat64), 0.95)
			return i.Exists(), i.Contains(0)
		})
		if math.Abs(got-0.95) > 3*se {
			t.Errorf("n = %d: covered %.4f ± %.4f", n, got, se)
		}
	}
}

// The 2.5 and 97.5 % points of χ² of 10 degrees of freedom are 3.247 and 20.483.
func TestDispersion(t *testing.T) {
	index, i := Dispersion([]int{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3})
	if index != 0 || !same(i, Interval{0.3247, 2.0483, 0.95}, 5e-5) {
		t.Errorf("regular: %v %v", index, i)
	}
	if index, _ := Dispersion([]int{0, 4}); index != 4 { // variance 8, mean 2
		t.Errorf("two: %v, want 4", index)
	}
	for _, counts := range [][]int{nil, {7}, {0, 0, 0}} {
		if index, i := Dispersion(counts); !math.IsNaN(index) || i.Exists() {
			t.Errorf("%v: %v %v", counts, index, i)
		}
	}
}

// Its χ² is an approximation, which is good for counts of 5: within a hundredth.
func TestDispersionOfPoisson(t *testing.T) {
	for _, mean := range []float64{5, 50} {
		_, got, se := measure(5, func(r *rand.Rand) (bool, bool) {
			poisson := distuv.Poisson{Lambda: mean, Src: r}
			counts := make([]int, 20)
			for k := range counts {
				counts[k] = int(poisson.Rand())
			}
			index, i := Dispersion(counts)
			return true, i.Contains(index)
		})
		if math.Abs(got-0.95) > 0.01+3*se {
			t.Errorf("mean %v: %.4f ± %.4f lie inside", mean, got, se)
		}
	}
}
