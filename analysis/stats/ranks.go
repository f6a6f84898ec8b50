package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// MannWhitney is the two-sided p-value of the test of Mann and Whitney (Ann.
// Math. Statist. 18, 1947) that neither side tends to larger values: the chance
// that the sum of ranks of a side lies as far from its mean as it does, or
// farther, if the values had been dealt to the sides at random. It is exact,
// with ties as well, to 40 values a side, and to more where one side has few;
// beyond, it is normal with corrections for ties and continuity (Lehmann,
// Nonparametrics, 1975, §1.2, §1.4). Infinite values rank as what they are. NaN
// where a side has no values, and 1 where all are equal.
//
// Without ties it is at least 2/C(n+m,n): 1 for one value on each side, 0.1 for
// three, 0.03 for four. So few trials prove nothing, whatever they show.
func MannWhitney(a, b []float64) (p float64) {
	a, b = numbers(a), numbers(b)
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) == 0 {
		return math.NaN()
	}
	ranks, sum := jointRanks(a, b)
	n, m, N := float64(len(a)), float64(len(b)), float64(len(ranks))
	mean := n * (N + 1) // of doubled ranks
	off := math.Abs(float64(sum) - mean)
	if exactly(len(a), len(b)) {
		all, far := 0.0, 0.0
		for s, ways := range rankSums(ranks, len(a)) {
			all += ways
			if math.Abs(float64(s)-mean) >= off {
				far += ways
			}
		}
		return far / all
	}
	// The variance of the sum is n·m/N times that of the ranks, ties and all.
	spread := 0.0
	for _, r := range ranks {
		spread += (float64(r) - (N + 1)) * (float64(r) - (N + 1))
	}
	sd := math.Sqrt(n * m / N * spread / (N - 1))
	if sd == 0 {
		return 1
	}
	return min(1, 2*distuv.UnitNormal.Survival(max(0, off-1)/sd)) // half a rank is 1
}

// exactly reports whether the distribution of rank sums is computed: up to some
// ten million steps.
func exactly(n, m int) bool {
	steps := float64(min(n, m)) * float64(n+m)
	return steps*steps <= 1.1e7
}

// jointRanks are twice the ranks of the values of both sides together, in
// rising order, where tied values share the mean of theirs; and the sum of a's.
func jointRanks(a, b []float64) (ranks []int, sum int) {
	all := slices.Sorted(slices.Values(slices.Concat(a, b)))
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j] == all[i] {
			j++
		}
		for range j - i {
			ranks = append(ranks, i+1+j)
		}
		i = j
	}
	for _, v := range a {
		k, _ := slices.BinarySearch(all, v)
		sum += ranks[k]
	}
	return ranks, sum
}

// rankSums is in how many ways k of the ranks have each sum, which is the index.
func rankSums(ranks []int, k int) []float64 {
	most := 0
	for _, r := range ranks[len(ranks)-k:] { // they rise
		most += r
	}
	ways := make([][]float64, k+1) // by how many were taken, and their sum
	for i := range ways {
		ways[i] = make([]float64, most+1)
	}
	ways[0][0] = 1
	for seen, r := range ranks {
		for taken := min(k, seen+1); taken > 0; taken-- {
			for sum := most; sum >= r; sum-- {
				ways[taken][sum] += ways[taken-1][sum-r]
			}
		}
	}
	return ways[k]
}

// uDistribution is the probability that Mann and Whitney's U of n and m values,
// dealt at random and without ties, is at most u.
func uDistribution(n, m int) (atMost func(u int) float64) {
	if !exactly(n, m) {
		mean := float64(n) * float64(m) / 2
		sd := math.Sqrt(mean * float64(n+m+1) / 6)
		return func(u int) float64 { return distuv.UnitNormal.CDF((float64(u) + 0.5 - mean) / sd) }
	}
	k := min(n, m)
	ranks := make([]int, n+m)
	for i := range ranks {
		ranks[i] = i + 1
	}
	share := rankSums(ranks, k)[k*(k+1)/2:] // U is the sum less the least one
	total := 0.0
	for u, ways := range share {
		total += ways
		share[u] = total
	}
	return func(u int) float64 {
		if u < 0 {
			return 0
		}
		return share[min(u, len(share)-1)] / total
	}
}
