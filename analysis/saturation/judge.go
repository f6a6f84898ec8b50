package saturation

import (
	"fmt"
	"math"
	"time"

	"nines/analysis"
)

// A Judgement is what an open-loop trial says about its rate.
type Judgement struct {
	Outcome Outcome `json:"outcome"`
	Why     string  `json:"why,omitempty"` // it did not hold

	// Growth is that of the backlog, in operations a second; NaN: not known.
	Growth float64 `json:"-"`
}

// Judge holds a trial against the SLO: p99 of the response time, over all that
// were due, is within slo, and the backlog does not grow. Nothing is said of the
// system where the load generator was late, or operations are missing from the
// record or too few.
func Judge(s *analysis.Summary, slo time.Duration) Judgement {
	j := Judgement{Growth: Growth(s.Timeline, time.Duration(float64(s.BinMS)*float64(time.Millisecond)))}
	j.Outcome, j.Why = judge(s, j.Growth, slo)
	return j
}

func judge(s *analysis.Summary, growth float64, slo time.Duration) (Outcome, string) {
	f := &s.Facts
	bound := analysis.MS(slo.Seconds() * 1000)
	switch {
	case s.Verdict == analysis.VerdictIllegal:
		return Wrong, "its history is illegal"
	case f.Failure != "":
		return Failed, "the trial ended early: " + f.Failure
	}
	for _, g := range s.Gates {
		if !g.Pass && ofGenerator[g.Name] {
			return Unfit, g.Name + ": " + g.Saw
		}
	}
	switch {
	case math.IsNaN(float64(s.Response.P99)):
		return Unfit, fmt.Sprintf("%d operations are too few for a p99", s.Counts.Due)
	case math.IsNaN(growth):
		return Unfit, "the period is too short to see how the backlog goes"
	case s.Response.P99 > bound:
		return Failed, "p99 over the SLO"
	case Grows(growth, f.Rate, f.Duration):
		return Failed, fmt.Sprintf("the backlog grows by %.0f op/s", growth)
	}
	return Held, ""
}

// ofGenerator are the gates that test the load generator and the machine, and not
// the system.
var ofGenerator = map[string]bool{
	analysis.GateAccounting: true, analysis.GateLag: true, analysis.GateBusy: true, analysis.GatePauses: true,
	analysis.GateNoise: true, analysis.GateArrivals: true,
}
