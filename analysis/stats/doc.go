// Package stats has the statistics that are made of outages, latencies and
// trials: quantiles with exact intervals, proportions, survival curves of what
// had not ended, comparisons of two sides, and the means of correlated series.
//
// What it is for decides what it assumes. The values are skewed, often few,
// sometimes infinite (what never succeeded) and sometimes only a lower bound
// (what had not ended), so that almost everything here goes by ranks. Intervals
// that assume more say so. A function that cannot give an interval says so too:
// it returns false, or NaN bounds, and never a guess.
//
// Some intervals cover less often than their level says, when there are few
// values or these are correlated. How often they did, in simulations that the
// tests repeat, stands with each of them.
//
// NaN is not a value: it is left out everywhere. Nothing here changes its
// arguments.
package stats

import (
	"math"
	"slices"
)

// Interval is a closed interval that is meant to cover the true value with
// probability Level. The bounds are NaN where there is none, and may be
// infinite.
type Interval struct{ Lo, Hi, Level float64 }

// Exists reports whether there is an interval.
func (i Interval) Exists() bool { return !math.IsNaN(i.Lo) && !math.IsNaN(i.Hi) }

// Contains reports whether v lies in i, bounds included.
func (i Interval) Contains(v float64) bool { return i.Lo <= v && v <= i.Hi }

func none(level float64) Interval { return Interval{Lo: math.NaN(), Hi: math.NaN(), Level: level} }

// tail is the probability that an interval may leave out at either end.
func tail(level float64) float64 { return (1 - level) / 2 }

// numbers are the values of x that are, in their order.
func numbers(x []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(x), math.IsNaN)
}

// finite are the numbers of x, and whether none of them is infinite.
func finite(x []float64) ([]float64, bool) {
	x = numbers(x)
	return x, !slices.ContainsFunc(x, func(v float64) bool { return math.IsInf(v, 0) })
}
