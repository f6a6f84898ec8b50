package stats

import (
	"fmt"
	"math"
)

// A method is a way to find an interval that may cover less often than its level
// says.
type method string

// The methods whose coverage was measured.
const (
	studentMean      method = "mean of trials (Student)"
	survivalQuantile method = "quantile of censored durations (Brookmeyer-Crowley)"
	survivalMean     method = "restricted mean of censored durations"
	batches          method = "batch means"
	bootstrap        method = "block bootstrap"
)

// coverage is how often the intervals of a method, made to cover with probability
// level, did cover the true value, of those that were given: for n values of the
// kind that of says. An interval was given for a share of the series; the others
// were refused.
type coverage struct {
	method                 method
	of                     string
	n                      int
	level, given, measured float64
}

// String names a subtest.
func (c coverage) String() string {
	return fmt.Sprintf("%s, %s, n = %d: %.1f %% instead of %.0f %%", c.method, c.of, c.n, 100*c.measured, 100*c.level)
}

// coverages are what was measured in 40,000 draws each, to about 0.002. Skewed
// values are lognormal with σ = 1; durations are exponential with a mean of 1, and
// so is what censors them; the restricted mean is up to 1; series are
// autoregressive of first order, with the correlation that neighbours have.
//
// What is not here covers no less than it says: by how much more is exact in
// quantileCoverage and shiftCoverage, and [Proportion] never covers less.
func coverages() []coverage {
	return []coverage{
		{studentMean, "skewed values", 5, 0.95, 1.000, 0.820},
		{studentMean, "skewed values", 10, 0.95, 1.000, 0.841},
		{studentMean, "skewed values", 30, 0.95, 1.000, 0.882},
		{survivalQuantile, "median, 30 % censored", 6, 0.95, 1.000, 0.968},
		{survivalQuantile, "median, 30 % censored", 10, 0.95, 1.000, 0.962},
		{survivalQuantile, "median, 30 % censored", 20, 0.95, 1.000, 0.955},
		{survivalQuantile, "median, 30 % censored", 50, 0.95, 1.000, 0.952},
		{survivalQuantile, "median, none censored", 6, 0.95, 1.000, 0.985},
		{survivalQuantile, "median, none censored", 10, 0.95, 1.000, 0.944},
		{survivalQuantile, "median, none censored", 20, 0.95, 1.000, 0.974},
		{survivalQuantile, "median, none censored", 50, 0.95, 1.000, 0.952},
		{survivalMean, "30 % censored", 10, 0.95, 0.983, 0.897},
		{survivalMean, "30 % censored", 20, 0.95, 0.999, 0.926},
		{survivalMean, "30 % censored", 50, 0.95, 1.000, 0.941},
		{batches, "mean, uncorrelated", 100, 0.95, 0.992, 0.953},
		{batches, "mean, uncorrelated", 300, 0.95, 0.990, 0.951},
		{batches, "mean, uncorrelated", 1000, 0.95, 0.990, 0.953},
		{batches, "mean, correlation 0.5", 100, 0.95, 0.938, 0.905},
		{batches, "mean, correlation 0.5", 300, 0.95, 0.981, 0.937},
		{batches, "mean, correlation 0.5", 1000, 0.95, 0.988, 0.949},
		{batches, "mean, correlation 0.9", 100, 0.95, 0.450, 0.709},
		{batches, "mean, correlation 0.9", 300, 0.95, 0.803, 0.872},
		{batches, "mean, correlation 0.9", 1000, 0.95, 0.958, 0.923},
		{bootstrap, "mean, uncorrelated", 100, 0.95, 1.000, 0.928},
		{bootstrap, "median, uncorrelated", 50, 0.95, 1.000, 0.913},
		{bootstrap, "mean, correlation 0.5", 100, 0.95, 0.997, 0.876},
		{bootstrap, "mean, correlation 0.9", 300, 0.95, 0.384, 0.727},
	}
}

// quantileCoverage is the exact probability with which the interval that
// [QuantileInterval] gives for n continuous values covers the q-quantile; NaN
// where it gives none.
func quantileCoverage(n int, q, level float64) float64 {
	lo, hi, ok := quantileRanks(n, q, level)
	if !ok {
		return math.NaN()
	}
	return 1 - atMost(lo-1, n, q) - atLeast(hi, n, q)
}

// shiftCoverage is the exact probability with which the interval of [Shift]
// covers, for n and m continuous values that differ by a shift; NaN where there
// is none.
func shiftCoverage(n, m int, level float64) float64 {
	k := shiftRank(n, m, level)
	if k < 1 {
		return math.NaN()
	}
	return 1 - 2*uDistribution(n, m)(k-1)
}
