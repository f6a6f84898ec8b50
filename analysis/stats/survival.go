package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Censored is a duration that was seen to its end, or a lower bound of one that
// was not.
type Censored struct {
	Value    float64
	Censored bool
}

// Step is a point where a survival curve falls: at the value At, of AtRisk
// durations that lasted at least that long, Ended did end there.
type Step struct {
	At            float64
	AtRisk, Ended int
	// Survival is the share estimated to last longer than At.
	Survival float64
	// Greenwood is Σ d/(n(n-d)) up to and including this step, the variance of
	// log Survival (Greenwood 1926); +Inf once nothing is left.
	Greenwood float64
}

// Survival is the distribution of durations of which some had not ended, as
// estimated by Kaplan and Meier (JASA 53, 1958). The zero value is of none.
type Survival struct {
	Steps []Step
	// N is the number of durations, Ended of those that were seen to end.
	N, Ended int
	// Last is the longest duration, ended or not: the curve is not known beyond,
	// unless it has reached 0. NaN if there is none.
	Last float64
}

// KaplanMeier estimates the distribution of durations of which some are only
// lower bounds, instead of leaving these out or taking them for the end. It
// assumes that having been cut off says nothing of how long it would have
// lasted. A duration that was cut off at the value at which another ended
// counts as at risk there.
func KaplanMeier(durations []Censored) Survival {
	ds := slices.DeleteFunc(slices.Clone(durations), func(c Censored) bool { return math.IsNaN(c.Value) })
	slices.SortFunc(ds, func(a, b Censored) int {
		switch {
		case a.Value < b.Value:
			return -1
		case a.Value > b.Value:
			return 1
		}
		return 0
	})
	s := Survival{N: len(ds), Last: math.NaN()}
	if len(ds) > 0 {
		s.Last = ds[len(ds)-1].Value
	}
	survival, greenwood := 1.0, 0.0
	for i := 0; i < len(ds); {
		atRisk, ended, at := len(ds)-i, 0, ds[i].Value
		for ; i < len(ds) && ds[i].Value == at; i++ {
			if !ds[i].Censored {
				ended++
			}
		}
		if ended == 0 {
			continue
		}
		n, d := float64(atRisk), float64(ended)
		survival *= (n - d) / n
		greenwood += d / (n * (n - d)) // +Inf at the last one
		s.Steps = append(s.Steps, Step{At: at, AtRisk: atRisk, Ended: ended, Survival: survival, Greenwood: greenwood})
		s.Ended += ended
	}
	return s
}

// At is the share estimated to last longer than v; NaN where the curve is not
// known.
func (s Survival) At(v float64) float64 {
	if s.N == 0 || math.IsNaN(v) {
		return math.NaN()
	}
	share := 1.0
	for _, step := range s.Steps {
		if step.At > v {
			break
		}
		share = step.Survival
	}
	if v > s.Last && share > 0 {
		return math.NaN()
	}
	return share
}

// reached allows for the rounding of products: 1-k/n is not exact.
const reached = 1e-9

// Quantile is the least value that a share of at most 1-q is estimated to
// exceed; without censoring that is what [Quantile] gives. False where the
// curve does not come down to it: then the quantile is longer than all that
// was seen.
func (s Survival) Quantile(q float64) (v float64, ok bool) {
	for _, step := range s.Steps {
		if step.Survival <= 1-q+reached {
			return step.At, true
		}
	}
	return math.NaN(), false
}

// Limits is the interval of the share that lasts longer than At: Greenwood's on
// the scale of log(-log S), which keeps it between 0 and 1 and serves few values
// better (Kalbfleisch and Prentice 1980, §1.4; Borgan and Liestøl, Scand. J.
// Statist. 17, 1990). There is none where nothing is left, as no variance can be
// estimated.
//
// It rests on a normal approximation: from where its lower bounds come down to a
// half to where the upper ones do, which is the interval of Brookmeyer and Crowley
// (Biometrics 38, 1982) for the median, covered 94 % to 98 % instead of 95 % with
// 6 durations and more. Without censoring [QuantileInterval] is exact and should
// be taken.
func (s Step) Limits(level float64) Interval {
	if !(0 < s.Survival && s.Survival < 1) {
		return none(level)
	}
	off := distuv.UnitNormal.Quantile(1-tail(level)) * math.Sqrt(s.Greenwood) / -math.Log(s.Survival)
	return Interval{Lo: math.Pow(s.Survival, math.Exp(off)), Hi: math.Pow(s.Survival, math.Exp(-off)), Level: level}
}

// RestrictedMean is the mean of what lasted, where longer than until counts as
// until: the area under the curve (Irwin 1949; Klein and Moeschberger, Survival
// Analysis, 2003, §4.5), with its normal interval. False where until lies
// beyond where the curve is known; [Survival.Last] never does. Unlike the mean
// of what ended it does not leave the long ones out. With 30 % censored it
// covered 90 % with 10 durations, 93 % with 20 and 94 % with 50 instead of 95 %.
func (s Survival) RestrictedMean(until, level float64) (mean float64, i Interval, ok bool) {
	if math.IsInf(until, 0) || math.IsNaN(s.At(until)) || until < 0 {
		return math.NaN(), none(level), false
	}
	// From the right: the area beyond each step is what its variance weighs.
	area, variance, right := 0.0, 0.0, until
	for k := len(s.Steps) - 1; k >= 0; k-- {
		step := s.Steps[k]
		if step.At >= until {
			continue
		}
		area += step.Survival * (right - step.At)
		if n, d := float64(step.AtRisk), float64(step.Ended); n > d {
			variance += area * area * d / (n * (n - d))
		}
		right = step.At
	}
	area += right
	half := distuv.UnitNormal.Quantile(1-tail(level)) * math.Sqrt(variance)
	return area, Interval{Lo: area - half, Hi: area + half, Level: level}, true
}
