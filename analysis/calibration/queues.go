package calibration

import (
	"fmt"
	"math"
	"time"

	"nines/analysis"
)

// Queues are single-server queues, each one trial in virtual time. They have the
// same arrivals, so that their loads differ by service time alone.
type Queues struct {
	Rate     float64
	Duration time.Duration // measured
	List     []Queue
}

// StandardQueues are both laws at four loads.
func StandardQueues() Queues {
	q := Queues{Rate: 1000, Duration: 120 * time.Second}
	for _, law := range []Law{Markov, Deterministic} {
		for _, load := range []time.Duration{300, 500, 700, 900} {
			q.List = append(q.List, Queue{Rate: q.Rate, Service: load * time.Microsecond, Law: law})
		}
	}
	return q
}

// Title is what the checks are about.
func (q Queues) Title() string {
	return "Response times of queues, in virtual time"
}

// Bound is where the bounds come from.
func (q Queues) Bound() string {
	return fmt.Sprintf("Bound: %d standard errors. Those of a percentile follow from the variance of the share of operations "+
		"above the true one, in which successive responses are correlated; that of M/M/1 is exact, and an upper bound for M/D/1. "+
		"A percentile is left out where so few operations as come in %v bound it on one side only: their share above it may be 0.", Sigmas, q.Duration)
}

// Judge makes checks of the trials, one for each queue of the list.
func (q Queues) Judge(trials []Trial) []Check {
	out := []Check{sound(trials, len(q.List))}
	for i := range min(len(trials), len(q.List)) {
		out = append(out, q.List[i].judge(&trials[i].Summary, uint64(q.Rate*q.Duration.Seconds()))...)
	}
	return out
}

// judge takes its bounds from how many operations are due on average, and not
// from how many there were: of fewer they would be wider.
func (q Queue) judge(s *analysis.Summary, due uint64) []Check {
	var out []Check
	r := &s.Response
	for _, f := range []struct {
		name     string
		p        float64
		measured analysis.MS
	}{{"p50", 0.5, r.P50}, {"p90", 0.9, r.P90}, {"p99", 0.99, r.P99}} {
		low, high := q.Bounds(f.p, due)
		if math.IsInf(high, 1) {
			continue
		}
		out = append(out, check(q.String(), f.name, "ms", q.Quantile(f.p), float64(f.measured), low, high))
	}
	if q.Law == Markov {
		e := Sigmas * q.MeanError(due)
		out = append(out, check(q.String(), "mean", "ms", q.Mean(), float64(r.Mean), q.Mean()-e, q.Mean()+e))
	}
	return out
}
