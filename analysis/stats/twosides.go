package stats

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// Shift is by how much b is larger than a: the median of all differences of a
// value of b from one of a (Hodges and Lehmann, Ann. Math. Statist. 34, 1963),
// NaN where a side has no values. Its interval is the one of those shifts that
// [MannWhitney] would not refuse (Lehmann 1963; Hollander, Wolfe and Chicken,
// Nonparametric Statistical Methods, 2014, §4.3), as exact as that one without
// ties and wider than need be with them. It assumes that the sides differ by a
// shift only. False where there are too few values for a two-sided interval: at
// 95 % it takes 4 on each side, with which it covers 97.1 %, see [ShiftSizeFor].
//
// Two infinite values tie: their difference is 0. Time and memory go with the
// product of the sizes: it is for trials or episodes, not for operations.
func Shift(a, b []float64, level float64) (diff float64, i Interval, ok bool) {
	a, b = numbers(a), numbers(b)
	diffs := make([]float64, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			d := y - x
			if x == y {
				d = 0
			}
			diffs = append(diffs, d)
		}
	}
	n := len(diffs)
	if n == 0 {
		return math.NaN(), none(level), false
	}
	slices.Sort(diffs)
	diff = middle(diffs)
	k := shiftRank(len(a), len(b), level)
	if k < 1 {
		return diff, none(level), false
	}
	return diff, Interval{Lo: diffs[k-1], Hi: diffs[n-k], Level: level}, true
}

// ShiftSizeFor is the least number of values on each side with which [Shift] has
// an interval of that level; 0 if level does not lie between 0 and 1.
func ShiftSizeFor(level float64) int {
	if !(0 < level && level < 1) {
		return 0
	}
	n := 1
	for shiftRank(n, n, level) < 1 {
		n++
	}
	return n
}

// shiftRank is the rank of the lower bound among the n·m differences, from 1; the
// upper one has that rank from above. 0 where there is none. The number of
// differences below the true shift is Mann and Whitney's U.
func shiftRank(n, m int, level float64) int {
	if n < 1 || m < 1 || !(0 < level && level < 1) {
		return 0
	}
	atMost := uDistribution(n, m)
	return sort.Search(n*m/2, func(u int) bool { return atMost(u) > tail(level) })
}

// Holm adjusts p-values for there being several (Holm, Scand. J. Statist. 6,
// 1979): calling different what is adjusted to at most α errs anywhere with a
// chance of at most α, whatever the tests have to do with each other. The
// values come back in the order given; NaN, of a test that could not be made,
// stays and does not count.
func Holm(p []float64) []float64 {
	out := slices.Clone(p)
	var order []int
	for i, v := range p {
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	least := 0.0
	for rank, i := range order {
		least = max(least, min(1, p[i]*float64(len(order)-rank)))
		out[i] = least
	}
	return out
}
