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
// system where a gate failed that these figures need: see [bearings].
//
// A verdict that is unknown does not keep a rate from being held. What keeps the
// checks from a verdict, a history that is too large or a promise that no check is
// for, says nothing of whether the system kept up, and is the same in the next
// trial. It is no pass either: the figures are marked, and the knee says so.
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
	if o, why, found := refused(s, false); found {
		return o, why
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
	if o, why, found := refused(s, true); found {
		return o, why
	}
	return Held, ""
}

// refused is what the first gate says that failed, of those that are asked before
// the figures or after.
func refused(s *analysis.Summary, after bool) (o Outcome, why string, found bool) {
	for _, g := range s.Gates {
		if b := bearingOf(g.Name); !g.Pass && b.outcome != Held && b.after == after {
			return b.outcome, g.Name + ": " + g.Saw, true
		}
	}
	return Held, "", false
}

// A bearing is what a trial says of its rate that failed a gate.
type bearing struct {
	outcome Outcome // Held: what its figures say
	after   bool    // said only if the figures are in order: else they say it
}

// bearings are those of the gates that a trial of a search can fail. One that is
// not among them has all to do with the figures, until a reason is given here.
var bearings = map[string]bearing{
	// Operations are missing from the record, or there are too few: p99 and backlog
	// are not those of what was due.
	analysis.GateAccounting: {Unfit, false},
	analysis.GateEnough:     {Unfit, false},
	// The generator, the collector or somebody else on the machine delayed the load,
	// or it was not the load that was asked for. That makes responses slower than the
	// system's, and a late load may also be an easier one.
	analysis.GateLag:      {Unfit, false},
	analysis.GateBusy:     {Unfit, false},
	analysis.GatePauses:   {Unfit, false},
	analysis.GateNoise:    {Unfit, false},
	analysis.GateArrivals: {Unfit, false},
	// Throughput or latency still changed at the end. A system that is overrun does
	// not settle, and then the figures say that it failed. Where they are in order,
	// they are so on the way to something else, better or worse: it did not hold, and
	// has not failed.
	analysis.GateSteady: {Unfit, true},
	// There are as many sessions as the rate makes busy if no answer comes until
	// clients give up (bench.MaxInFlight). That all of them waited is the system's
	// doing, and what was not sent has an infinite response time.
	analysis.GateSent: {Failed, true},
	// Probes tell gaps, and a search has none. Their lag does not touch the figures.
	analysis.GateProbes: {Held, false},
}

func bearingOf(gate string) bearing {
	if b, ok := bearings[gate]; ok {
		return b
	}
	return bearing{Unfit, false}
}
