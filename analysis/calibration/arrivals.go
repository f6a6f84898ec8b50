package calibration

import (
	"fmt"
	"math"
	"slices"
	"time"

	"nines/analysis/stats"
	"nines/bench"
)

// Arrivals are the due times of Poisson arrivals, of one trial in virtual time.
type Arrivals struct {
	Rate     float64
	Duration time.Duration
}

// arrivalBin is the width of the bins in which arrivals are counted: the lag that
// the gate allows with the usual deadline. What is sent that late may be in the
// next bin, and no later.
const arrivalBin = 10 * time.Millisecond

// Title is what the checks are about.
func (a Arrivals) Title() string { return "Arrivals, in virtual time" }

// Bound is where the bounds come from.
func (a Arrivals) Bound() string {
	return fmt.Sprintf("Bound: %d standard errors: of a Poisson count, and of the index of dispersion (variance over mean of counts in bins of %v; 1 if "+
		"Poisson). Gaps: the largest distance of their distribution from the exponential, which exceeds 2.25/√n once in 12,000 times (Kolmogorov).", Sigmas, arrivalBin)
}

// Judge makes checks of the arrivals of the first of the trials.
func (a Arrivals) Judge(trials []Trial) []Check {
	if len(trials) == 0 {
		return []Check{sound(trials, 1)}
	}
	due := instants(trials[0].Samples, a.Duration, func(s *bench.Sample) time.Duration { return s.Due })
	const of = "Poisson"
	e := Sigmas * math.Sqrt(a.Rate/a.Duration.Seconds())
	d, bound := distance(due, a.Rate), 2.25/math.Sqrt(float64(len(due)))
	return []Check{
		check(of, "rate", "op/s", a.Rate, float64(len(due))/a.Duration.Seconds(), a.Rate-e, a.Rate+e),
		dispersed(of, "dispersion of due", due, a.Duration),
		check(of, "gaps off exponential", "", 0, d, 0, bound),
		check(of, "latest sent after due", "ms", 0, float64(trials[0].Lag.Max), 0, 0),
	}
}

// instants are those of the load's operations that were due in the measured
// period, rising; what has none is left out.
func instants(samples []bench.Sample, end time.Duration, of func(*bench.Sample) time.Duration) []time.Duration {
	var out []time.Duration
	for i := range samples {
		s := &samples[i]
		if s.Class == bench.Main && s.Due >= 0 && s.Due < end && of(s) != bench.Never {
			out = append(out, of(s))
		}
	}
	slices.Sort(out)
	return out
}

// dispersed holds the index of dispersion against that of a Poisson process, 1,
// with the standard error √(2/(bins-1)) (Fisher).
func dispersed(of, figure string, at []time.Duration, end time.Duration) Check {
	e := Sigmas * math.Sqrt(2/(float64(end/arrivalBin)-1))
	return check(of, figure, "", 1, dispersion(at, end), 1-e, 1+e)
}

// dispersion is the variance over the mean of the counts in bins of [0, end).
func dispersion(at []time.Duration, end time.Duration) float64 {
	counts := make([]int, end/arrivalBin)
	for _, t := range at {
		if i := int(t / arrivalBin); t >= 0 && i < len(counts) {
			counts[i]++
		}
	}
	index, _ := stats.Dispersion(counts)
	return index
}

// distance is the Kolmogorov distance between the gaps of rising instants, the
// first of which follows on 0, and the exponential distribution of the rate.
func distance(at []time.Duration, rate float64) float64 {
	gaps := make([]float64, len(at))
	last := time.Duration(0)
	for i, t := range at {
		gaps[i] = (t - last).Seconds()
		last = t
	}
	slices.Sort(gaps)
	n, worst := float64(len(gaps)), 0.0
	for i, g := range gaps {
		f := 1 - math.Exp(-rate*g)
		worst = max(worst, f-float64(i)/n, float64(i+1)/n-f)
	}
	return worst
}
