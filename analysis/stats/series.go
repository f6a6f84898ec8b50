package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// BatchMeans is the mean of a correlated series, the bins of one trial say,
// with the interval that the means of its non-overlapping batches give: far
// apart, these are nearly independent (Schmeiser, Oper. Res. 30, 1982: 10 to 30
// of them). It takes the most of 30, 20 or 10 batches whose means are not found
// correlated (von Neumann's ratio at 10 %, one-sided; Fishman, Principles of
// Discrete Event Simulation, 1978), and is false where even 10 are, where there
// are fewer than 50 values, or where one is infinite. Up to 29 values at the
// start, which do not fill a batch, are left out.
//
// The series should have no trend: cut the warm-up off first ([MSER5]).
// Correlation that reaches over much of a batch makes it cover less than level
// says: with neighbours correlated by 0.9 it was 71 % with 100 values, 87 %
// with 300 and 92 % with 1,000 instead of 95 %, by 0.5 it was 90 %, 94 % and 95
// %.
func BatchMeans(x []float64, level float64) (mean float64, i Interval, ok bool) {
	x, ok = finite(x)
	if !ok || len(x) < 50 {
		m, _ := Mean(x, level)
		return m, none(level), false
	}
	for _, batches := range []int{30, 20, 10} {
		means := batchMeans(x, batches)
		if !correlated(means) {
			mean, i = Mean(means, level)
			return mean, i, true
		}
	}
	return stat.Mean(x, nil), none(level), false
}

// batchMeans are those of a number of batches of equal size.
func batchMeans(x []float64, batches int) []float64 {
	size := len(x) / batches
	x = x[len(x)-size*batches:]
	means := make([]float64, batches)
	for k := range means {
		means[k] = stat.Mean(x[k*size:(k+1)*size], nil)
	}
	return means
}

// correlated reports whether neighbours are more alike than chance would have
// them, at 10 %: von Neumann's ratio of squared differences to variance.
func correlated(x []float64) bool {
	n := float64(len(x))
	mean := stat.Mean(x, nil)
	steps, spread := 0.0, 0.0
	for k, v := range x {
		spread += (v - mean) * (v - mean)
		if k > 0 {
			steps += (v - x[k-1]) * (v - x[k-1])
		}
	}
	if spread == 0 {
		return false
	}
	c := 1 - steps/(2*spread)
	return c*math.Sqrt((n*n-1)/(n-2)) > distuv.UnitNormal.Quantile(0.9)
}

// resamples are how many a bootstrap draws: 1,000 for percentiles (Efron and
// Tibshirani, An Introduction to the Bootstrap, 1993, §13).
const resamples = 1000

// BlockBootstrap is the percentile interval of any statistic of a correlated
// series, such as a quantile: it draws whole blocks of neighbours, wherever
// they begin, until there are as many values again, 1,000 times (Künsch, Ann.
// Statist. 17, 1989). Blocks are of the length that Künsch gives for the lag-1
// correlation, n^(1/3)·(√6·ρ/(1-ρ²))^(2/3), and at least n^(1/3). The same seed
// gives the same interval.
//
// False where there are fewer than 10 blocks' worth of values, which is at
// least 40 of them, and where stat gives NaN for a resample. It covers less
// than level says when the series is short or the correlation strong: for a
// mean of 100 values 93 % instead of 95 %, with neighbours correlated by 0.5 it
// was 88 %, and of 300 correlated by 0.9, 73 %.
func BlockBootstrap(x []float64, stat func([]float64) float64, level float64, seed uint64) (Interval, bool) {
	x = numbers(x)
	n := len(x)
	block := blockLength(x)
	if n < 10*block {
		return none(level), false
	}
	random := rand.New(rand.NewPCG(seed, 0))
	drawn := make([]float64, 0, n+block)
	figures := make([]float64, resamples)
	for k := range figures {
		drawn = drawn[:0]
		for len(drawn) < n {
			from := random.IntN(n - block + 1)
			drawn = append(drawn, x[from:from+block]...)
		}
		drawn = drawn[:n]
		if figures[k] = stat(drawn); math.IsNaN(figures[k]) {
			return none(level), false
		}
	}
	slices.Sort(figures)
	return Interval{Lo: Quantile(figures, tail(level)), Hi: Quantile(figures, 1-tail(level)), Level: level}, true
}

func blockLength(x []float64) int {
	third := math.Cbrt(float64(len(x)))
	block := third
	if rho := correlation(x, 1); rho > 0 {
		rho = min(rho, 0.999)
		block = max(block, third*math.Pow(math.Sqrt(6)*rho/(1-rho*rho), 2.0/3))
	}
	return int(math.Ceil(block))
}

// correlation is the sample autocorrelation at a lag; NaN where x does not vary
// or is not finite.
func correlation(x []float64, lag int) float64 {
	if len(x) <= lag {
		return math.NaN()
	}
	mean := stat.Mean(x, nil)
	return product(x, mean, lag) / product(x, mean, 0)
}

func product(x []float64, mean float64, lag int) float64 {
	sum := 0.0
	for k := lag; k < len(x); k++ {
		sum += (x[k] - mean) * (x[k-lag] - mean)
	}
	return sum
}

// EffectiveSize is how many independent values would tell as much of the mean
// as these correlated ones do: n/(1+2Σρ), the sum over lags as long as the sum
// of two neighbouring correlations is positive (Geyer, Statist. Sci. 7, 1992,
// §3.3: the initial positive sequence). It is at most n, though values that
// alternate tell more. NaN for fewer than four values, and where they do not
// vary or one is infinite.
//
// The estimate is itself uncertain, and too high for a series that is short
// against its correlation. Its time goes with n times the number of lags: it is
// for bins, not for operations.
func EffectiveSize(x []float64) float64 {
	x, ok := finite(x)
	n := len(x)
	if !ok || n < 4 {
		return math.NaN()
	}
	mean := stat.Mean(x, nil)
	whole := product(x, mean, 0)
	if whole == 0 {
		return math.NaN()
	}
	sum := -1.0 // ρ(0) + 2Σρ is twice the sum of all pairs, less ρ(0)
	for lag := 0; lag+1 < n; lag += 2 {
		pair := (product(x, mean, lag) + product(x, mean, lag+1)) / whole
		if pair <= 0 {
			break
		}
		sum += 2 * pair
	}
	if sum <= 1 {
		return float64(n)
	}
	return float64(n) / sum
}
