package calibration

import (
	"fmt"
	"time"

	"nines/analysis"
	"nines/bench"
)

// A Ladder is open-loop Poisson loads of rising rate on a system that answers at
// once, in real time: how late the load generator is at each, and up to which it
// can be believed. One trial for each rate.
type Ladder struct {
	Rates    []float64 // rising
	Must     float64   // up to this rate the lag must be within its bound
	Deadline time.Duration
	Duration time.Duration
}

// StandardLadder must reach the rate of a scenario that says nothing of it.
func StandardLadder() Ladder {
	return Ladder{
		Rates: []float64{1000, 2000, 10_000, 20_000, 50_000, 100_000, 200_000}, Must: 2000,
		Deadline: 100 * time.Millisecond, Duration: time.Second,
	}
}

// Title is what the checks are about.
func (l Ladder) Title() string { return "Lag of the load generator by rate, in real time" }

// Bound is where the bounds come from.
func (l Ladder) Bound() string {
	return fmt.Sprintf("Bound: that of the gate of a trial, a tenth of the deadline, up to the rate that scenarios have if they say none, %g op/s; "+
		"above it the lag is told, not judged. Arrivals that are sent late by independent amounts are still Poisson, with dispersion 1 in bins of %v; "+
		"those that are sent in bursts are not.", l.Must, arrivalBin)
}

// Judge makes checks of the trials, one for each rate.
func (l Ladder) Judge(trials []Trial) []Check {
	out := []Check{sound(trials, len(l.Rates))}
	bound := inMS(analysis.LagBound(l.Deadline))
	reached, within := 0.0, true
	for i := range min(len(trials), len(l.Rates)) {
		rate, t := l.Rates[i], &trials[i]
		of := fmt.Sprintf("%g op/s", rate)
		p99 := float64(t.Lag.P99)
		out = append(out, tell(of, "lag p50", "ms", float64(t.Lag.P50)))
		if rate <= l.Must {
			sent := instants(t.Samples, l.Duration, func(s *bench.Sample) time.Duration { return s.Sent })
			out = append(out, check(of, "lag p99", "ms", 0, p99, 0, bound), dispersed(of, "dispersion of sent", sent, l.Duration))
		} else {
			out = append(out, tell(of, "lag p99", "ms", p99))
		}
		if within = within && p99 <= bound; within {
			reached = rate
		}
	}
	// Up to it all rates are within the bound. What is expected is the least; there
	// is no most.
	return append(out, check("all rates", "highest in bound", "op/s", l.Must, reached, l.Must, l.Rates[len(l.Rates)-1]))
}
