package stats

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// MSER5 finds how many values at the start of a series belong to the warm-up:
// the cut that minimises the standard error of the mean of what is left, over
// means of five values (White, Simulation 69, 1997; with batches of five,
// White, Cobb and Spratt, Proc. Winter Simulation Conf., 2000). The cut is a
// multiple of 5.
//
// False, refused, where the minimum lies at the limit of half the series: then
// it had not settled, or is too short to tell. False also for fewer than 50
// values, and where one is infinite.
func MSER5(x []float64) (cut int, ok bool) {
	x, ok = finite(x)
	if !ok || len(x) < 50 {
		return 0, false
	}
	const size = 5
	means := make([]float64, len(x)/size)
	for k := range means {
		means[k] = stat.Mean(x[k*size:(k+1)*size], nil)
	}
	limit := len(means) / 2
	best, least := 0, math.Inf(1)
	for d, error2 := range squaredErrors(means) {
		if d <= limit && error2 < least {
			best, least = d, error2
		}
	}
	return best * size, best < limit
}

// squaredErrors are, for each number of means that is cut off, the squared
// standard error of the mean of the rest, Σ(y-ȳ)²/(n-d)².
func squaredErrors(means []float64) []float64 {
	out := make([]float64, len(means))
	// From the end, by Welford's update: it does not cancel.
	mean, spread := 0.0, 0.0
	for d := len(means) - 1; d >= 0; d-- {
		n := float64(len(means) - d)
		delta := means[d] - mean
		mean += delta / n
		spread += delta * (means[d] - mean)
		out[d] = spread / (n * n)
	}
	return out
}
