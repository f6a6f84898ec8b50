package stats

import (
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// Rank is that of the q-quantile among n values, from 1: ⌈qn⌉, the nearest rank
// (Hyndman and Fan 1996, definition 1), and at least 1.
func Rank(q float64, n int) int {
	// q·n may lie above an integer by a rounding error alone.
	return min(n, max(1, int(math.Ceil(q*float64(n)-1e-9))))
}

// Quantile is the q-quantile of rising values, which are sorted from the least
// up: the one of rank ⌈qn⌉. It is a value that was seen, +Inf if more than a
// share of 1-q is infinite, and NaN where there are no values.
func Quantile(rising []float64, q float64) float64 {
	rising = sorted(rising)
	if len(rising) == 0 {
		return math.NaN()
	}
	return rising[Rank(q, len(rising))-1]
}

// Median is that of values in any order: the mean of the two in the middle where
// their number is even, unlike [Quantile], whose median is the lower one of these.
// It may be infinite, and is NaN where there are no values.
func Median(x []float64) float64 {
	x = numbers(x)
	slices.Sort(x)
	return middle(x)
}

// middle is the median of rising values without NaN.
func middle(rising []float64) float64 {
	n := len(rising)
	if n == 0 {
		return math.NaN()
	}
	lo, hi := rising[(n-1)/2], rising[n/2]
	if lo == hi { // also the infinities, whose halves do not add up
		return hi
	}
	return (lo + hi) / 2
}

// sorted leaves out NaN, which sorts first.
func sorted(rising []float64) []float64 {
	for len(rising) > 0 && math.IsNaN(rising[0]) {
		rising = rising[1:]
	}
	return rising
}

// QuantileInterval is the interval of order statistics for the q-quantile of
// what rising, sorted from the least up, was drawn from: the narrowest one that
// leaves out at most (1-level)/2 at either end. It assumes nothing but
// independent draws (David and Nagaraja, Order Statistics, 2003, §7.1; Conover,
// Practical Nonparametric Statistics, 1999, §3.2). False where n is too small for
// a bound at both ends, see [SampleSizeFor].
//
// The chance to cover is at least level, and mostly above it, as ranks are
// whole: for the median at 95 % it is 96.9 % with 6 values, 97.9 % with 10 and
// 95.9 % with 20. It is higher still where values are tied.
func QuantileInterval(rising []float64, q, level float64) (Interval, bool) {
	rising = sorted(rising)
	lo, hi, ok := quantileRanks(len(rising), q, level)
	if !ok {
		return none(level), false
	}
	return Interval{Lo: rising[lo-1], Hi: rising[hi-1], Level: level}, true
}

// quantileRanks are the ranks of the bounds, from 1. With B the number of values
// below the quantile, which is binomial, the value of rank lo lies above the
// quantile if B ≤ lo-1, and that of rank hi below it if B ≥ hi.
func quantileRanks(n int, q, level float64) (lo, hi int, ok bool) {
	if !Supported(q, level, n) {
		return 0, 0, false
	}
	out := tail(level)
	lo = sort.Search(n, func(k int) bool { return atMost(k, n, q) > out })
	hi = 1 + sort.Search(n, func(k int) bool { return atLeast(k+1, n, q) <= out })
	return lo, hi, true
}

// atLeast is the probability of k or more successes in n trials of probability
// p; a binomial tail is a beta distribution's (Johnson, Kemp and Kotz,
// Univariate Discrete Distributions, 2005, §3.4).
func atLeast(k, n int, p float64) float64 {
	switch {
	case k <= 0:
		return 1
	case k > n:
		return 0
	}
	return distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.CDF(p)
}

// atMost is that of k or fewer.
func atMost(k, n int, p float64) float64 { return atLeast(n-k, n, 1-p) }

// Supported reports whether n values allow a two-sided interval of that level for
// the q-quantile: whether it is unlikely enough, at most (1-level)/2 each, that
// all values lie below the quantile, and that all lie above it.
func Supported(q, level float64, n int) bool {
	if !(0 < q && q < 1) || !(0 < level && level < 1) || n < 1 {
		return false
	}
	// 1e-15 is the rounding error of 1-0.95.
	return math.Pow(max(q, 1-q), float64(n)) <= tail(level)+1e-15
}

// SampleSizeFor is the least number of values that allow a two-sided interval of
// that level for the q-quantile; at 95 % that is 6 for the median, 36 for p90, 368
// for p99, 3688 for p99.9 and 36887 for p99.99. It is 0 if q or level does not
// lie between 0 and 1.
func SampleSizeFor(q, level float64) int {
	if !(0 < q && q < 1) || !(0 < level && level < 1) {
		return 0
	}
	n := max(1, int(math.Log(tail(level))/math.Log(max(q, 1-q))))
	for n > 1 && Supported(q, level, n-1) {
		n--
	}
	for !Supported(q, level, n) {
		n++
	}
	return n
}
