package stats

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Mean is the mean of independent values, one for each trial say, with
// Student's interval (Biometrika 6, 1908). The interval assumes a mean that is
// normal, which that of a few skewed values is not: of lognormal ones it
// covered 82 % with 5, 84 % with 10 and 88 % with 30 instead of 95 %. There is
// none for fewer than two values, or where one is infinite.
func Mean(x []float64, level float64) (mean float64, i Interval) {
	x, ok := finite(x)
	switch {
	case len(x) == 0:
		return math.NaN(), none(level)
	case !ok:
		return infiniteMean(x), none(level)
	case len(x) == 1:
		return x[0], none(level)
	}
	mean, sd := stat.MeanStdDev(x, nil)
	half := Student(float64(len(x)-1), level) * sd / math.Sqrt(float64(len(x)))
	return mean, Interval{Lo: mean - half, Hi: mean + half, Level: level}
}

// Deviation is the standard deviation of what x was drawn from, of n-1 degrees of
// freedom; NaN for fewer than two values, or where one is infinite.
func Deviation(x []float64) float64 {
	x, ok := finite(x)
	if !ok || len(x) < 2 {
		return math.NaN()
	}
	return stat.StdDev(x, nil)
}

// Student is how many standard errors Student's interval reaches to either side:
// the quantile of t of so many degrees of freedom, more than 0.
func Student(freedom, level float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile(1 - tail(level))
}

func infiniteMean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum // NaN for infinities of both signs
}

// Dispersion is the index of dispersion of counts, variance over mean, which is
// 1 for a Poisson process, less for what comes regularly and more for bursts;
// with the interval in which it would lie with probability 0.95 if the process
// were Poisson: χ²/(n-1) of n-1 degrees of freedom (Fisher 1925; Cox and Lewis,
// The Statistical Analysis of Series of Events, 1966, §6.3). The interval is
// not one of the index. It is accurate for mean counts of 5 and more. NaN and
// none for fewer than two counts or where all are 0.
func Dispersion(counts []int) (index float64, i Interval) {
	const level = 0.95
	x := make([]float64, len(counts))
	for k, c := range counts {
		x[k] = float64(c)
	}
	if len(x) < 2 || stat.Mean(x, nil) == 0 {
		return math.NaN(), none(level)
	}
	mean, variance := stat.MeanVariance(x, nil)
	freedom := float64(len(x) - 1)
	chi := distuv.ChiSquared{K: freedom}
	return variance / mean, Interval{
		Lo: chi.Quantile(tail(level)) / freedom, Hi: chi.Quantile(1-tail(level)) / freedom, Level: level,
	}
}
