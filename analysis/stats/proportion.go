package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Proportion is the interval of Clopper and Pearson (Biometrika 26, 1934) for a
// probability of which k of n independent trials were a success. It covers at
// least as often as level says, whatever the probability is.
//
// It is two-sided for every k: with k = 0 its upper bound is 1-((1-level)/2)^(1/n),
// and [UpperIfNone] has the lower one of a one-sided interval. With n = 0, or k not
// from 0 to n, there is none.
func Proportion(k, n int, level float64) Interval {
	if n < 1 || k < 0 || k > n {
		return none(level)
	}
	i := Interval{Lo: 0, Hi: 1, Level: level}
	if k > 0 {
		i.Lo = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(tail(level))
	}
	if k < n {
		i.Hi = 1 - distuv.Beta{Alpha: float64(n - k), Beta: float64(k + 1)}.Quantile(tail(level))
	}
	return i
}

// UpperIfNone is the one-sided upper bound of a probability of which none of n
// independent trials was a success: the one at which that had a chance of
// 1-level, 1-(1-level)^(1/n). At 95 % it is about 3/n (Hanley and
// Lippman-Hand, JAMA 249, 1983). It is 1 for no trials.
func UpperIfNone(n int, level float64) float64 {
	if n < 1 {
		return 1
	}
	return -math.Expm1(math.Log(1-level) / float64(n))
}
