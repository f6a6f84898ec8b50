package analysis

import (
	"fmt"
	"math"
	"time"

	"nines/bench"
)

// The bounds of the gates.
const (
	// lagShare of the deadline is what the load generator may take from an
	// operation: it decides about good and not good.
	lagShare = 0.1
	// healthyRatio must be reached before the first fault, over at least
	// healthyTime.
	healthyRatio = 0.99
	healthyTime  = time.Second
)

// Names of the gates of a trial's record itself.
const (
	GateFinished   = "finished"
	GateAccounting = "accounting"
	GateEnough     = "enough operations"
)

// Names of the gates of what was measured.
const (
	GateSent   = "sent against due"
	GateSteady = "steady state"
	GateProbes = "probe lag"
)

// Names of the gates that test the load generator and the machine, not the
// system.
const (
	GateLag      = "generator lag"
	GateBusy     = "generator CPU"
	GatePauses   = "GC pauses"
	GateNoise    = "machine noise"
	GateArrivals = "dispersion of arrivals"
)

// LagBound is what the p99 of the load generator's lag may be: a tenth of the
// deadline.
func LagBound(deadline time.Duration) time.Duration {
	return time.Duration(lagShare * float64(deadline))
}

// gates test whether the trial may be believed. All of them are listed, passed
// or not.
func (t *trial) gates(s *Summary) []Gate {
	if t.Facts.Expect != "" { // it measures the checkers, and nothing else
		return []Gate{t.finished(), expected(s)}
	}
	if t.Facts.Elsewhere != nil {
		return t.elsewhere(s)
	}
	gates := []Gate{
		t.finished(),
		accounted(s),
	}
	gates = append(gates, t.offered(s)...)
	if s.Gaps.Measured {
		gates = append(gates, t.prober(s))
	}
	if g, ok := t.episodesHad(); ok {
		gates = append(gates, g)
	}
	gates = append(gates, enough(s), independents(s), s.Steady.settled(&t.Facts))
	if len(t.faults) > 0 {
		gates = append(gates, t.baselineHealth())
		gates = append(gates, t.healthBefore()...)
	}
	if s.Gaps.Measured && len(t.faults) > 0 {
		gates = append(gates, t.sensitivity(s))
	}
	if t.Thinned != nil {
		gates = append(gates, t.Thinned.partly())
	}
	gates = append(gates, t.bites()...)
	return append(gates, correct(s))
}

func gate(name string, pass bool, saw, do string) Gate {
	if pass {
		do = ""
	}
	return Gate{Name: name, Pass: pass, Saw: saw, Do: do}
}

func (t *trial) finished() Gate {
	saw := "the trial ran to its end"
	if t.Facts.Failure != "" {
		saw = "the trial ended early: " + t.Facts.Failure
	}
	return gate(GateFinished, t.Facts.Failure == "", saw,
		"find out why the system failed (stacks.txt and the logs of the nodes are in the trial's folder), then repeat the trial")
}

// accounted: every operation that was due is in the record with its outcome, so
// what was sent is what was due less what was dropped.
func accounted(s *Summary) Gate {
	c := s.Counts
	sum := c.OK + c.Rejected + c.Unknown + c.Dropped
	pass := c.Due > 0 && c.Due == s.Facts.Offered && sum == c.Due
	return gate(GateAccounting, pass,
		fmt.Sprintf("%d operations recorded as due, %d offered by the load generator; %d sent = due - %d dropped", c.Due, s.Facts.Offered, c.Due-c.Dropped, c.Dropped),
		"the record has not all operations, so no figure can be trusted: repeat the trial, and if that does not help report it as a bug")
}

// notLate is what the gates of punctuality saw in virtual time.
const notLate = "n/a: in virtual time nothing is late"

func (t *trial) generator(s *Summary) Gate {
	if t.Facts.Virtual {
		return gate(GateLag, true, notLate, "")
	}
	bound := ms(LagBound(t.Facts.Deadline))
	p99 := s.Lag.P99
	if math.IsNaN(float64(p99)) { // too few for a p99: take the worst
		p99 = s.Lag.Max
	}
	do := "the load generator did not keep its schedule: lower the rate, free the machine, or give it more cores"
	if warming := t.warming(); warming > bound {
		return gate(GateLag, false, fmt.Sprintf("half of the warm-up was sent %s late or more, bound %s: what was held back came in the measured period", show(warming), show(bound)), do)
	}
	return gate(GateLag, p99 <= bound,
		fmt.Sprintf("p99 of the lag %s, bound %s (%.0f %% of the deadline)", show(p99), show(bound), 100*lagShare), do)
}

// warming is the median lag of the warm-up's operations, NaN if there are none. A
// cold start may have the worst of them late: that is what a warm-up is for.
func (t *trial) warming() MS {
	var ops []*bench.Sample
	for i := range t.Samples {
		if s := &t.Samples[i]; s.Class == bench.Main && s.Due < 0 {
			ops = append(ops, s)
		}
	}
	return quantiles(lags(ops)).P50
}

// prober: gaps are good to one probe period only if the probes were sent within
// one, and the longest must not be that of the generator itself.
func (t *trial) prober(s *Summary) Gate {
	if t.Facts.Virtual {
		return gate(GateProbes, true, notLate, "")
	}
	var probes []*bench.Sample
	for i := range t.Samples {
		if p := &t.Samples[i]; p.Class == bench.Probe && p.Due >= 0 && p.Due < t.end {
			probes = append(probes, p)
		}
	}
	q := quantiles(lags(probes))
	p99 := q.P99
	if math.IsNaN(float64(p99)) {
		p99 = q.Max
	}
	worst := s.Gaps.longest(0, ms(t.end), 0)
	own := worst.Length > 0 && worst.Lag > worst.Length/2
	saw := fmt.Sprintf("p99 of the probes' lag %s, bound %s (one period); largest within the longest gap %s of %s",
		show(p99), show(s.Gaps.Resolution), show(worst.Lag), show(worst.Length))
	return gate(GateProbes, p99 <= s.Gaps.Resolution && !own, saw,
		"the probes were late, so gaps may be the load generator's: free the machine, lower the rate, or probe less often")
}

// enough: the headline percentiles must be supported by their number of
// operations.
func enough(s *Summary) Gate {
	need := 1
	for !shown(0.99, need) {
		need++
	}
	return gate(GateEnough, s.Counts.Due >= uint64(need),
		fmt.Sprintf("%d operations due; a p99 needs %d", s.Counts.Due, need),
		"run for longer, or at a higher rate")
}

// baselineHealth: without a healthy time before the first fault there is
// nothing that an episode could be compared with.
func (t *trial) baselineHealth() Gate {
	until := t.healthy()
	good, due := 0, 0
	for _, s := range t.load[:within(t.due, 0, until)] {
		due++
		if s.Good(t.Facts.Deadline) {
			good++
		}
	}
	share := ratio(float64(good), float64(due))
	return gate("healthy baseline", until >= healthyTime && share >= healthyRatio,
		fmt.Sprintf("%d of %d operations good in the %v before the first fault; want %v of them, over at least %v", good, due, until.Round(time.Millisecond), healthyRatio, healthyTime),
		"let the first fault come later, lower the rate, lengthen the warm-up, or raise the deadline: the system was not healthy before it was hurt")
}

// sensitivity: what is normal for the probes must be shorter than what a client
// would call an outage.
func (t *trial) sensitivity(s *Summary) Gate {
	bound := max(ms(t.Facts.Deadline), 3*s.Gaps.Resolution)
	return gate("gap threshold", s.Gaps.Threshold <= bound,
		fmt.Sprintf("gaps of the cluster under %s do not stand out from the baseline; bound %s", show(s.Gaps.Threshold), show(bound)),
		"service stalled before the first fault already: free the machine, lower the rate, or lengthen the warm-up")
}

// bites has a gate for each fault that was injected; where they are many, for each
// step of the schedule.
func (t *trial) bites() []Gate {
	const do = "the fault did not bite, so the episode measures nothing: check its target, or let it last longer"
	if len(t.faults) > manyFaults {
		return t.bitesBySteps(do)
	}
	var out []Gate
	for i, f := range t.Faults {
		if f.NA != "" {
			continue
		}
		saw, pass := bite(f)
		out = append(out, gate(fmt.Sprintf("fault %d %s", i+1, f.Fault), pass, saw, do))
	}
	return out
}

// bite says what a fault did, and whether that is enough.
func bite(f bench.Interval) (saw string, pass bool) {
	switch {
	case f.Error != "":
		return "error: " + f.Error, false
	case f.Evidence == "":
		return "no evidence that it had any effect", false
	}
	return f.Evidence, true
}

// bitesBySteps has a gate for all the injections of a step together.
func (t *trial) bitesBySteps(do string) []Gate {
	var out []Gate
	done := make(map[int]bool)
	for _, f := range t.Faults {
		if f.NA != "" || done[f.Step] {
			continue
		}
		done[f.Step] = true
		n, bad, why, name := 0, 0, "", "fault "+f.Fault
		for i, o := range t.Faults {
			if o.NA != "" || o.Step != f.Step {
				continue
			}
			n++
			if o.Fault != f.Fault { // it goes through several
				name = fmt.Sprintf("faults of step %d", f.Step+1)
			}
			if saw, pass := bite(o); !pass {
				if bad++; bad == 1 {
					why = fmt.Sprintf("; fault %d, %s: %s", i+1, o.Fault, saw)
				}
			}
		}
		out = append(out, gate(name, bad == 0, fmt.Sprintf("%d of %d injections did something%s", n-bad, n, why), do))
	}
	return out
}

// expected: a trial that calibrates the checkers got the verdict that it must get.
func expected(s *Summary) Gate {
	do := "the right system was convicted: a checker is wrong, or the system is"
	if s.Facts.Expect == string(VerdictIllegal) {
		do = "the planted fault was not caught: a checker is blind to it, or the seed no longer exposes it"
	}
	return gate("expected verdict", string(s.Verdict) == s.Facts.Expect, fmt.Sprintf("verdict %s, expected %s", s.Verdict, s.Facts.Expect), do)
}

// correct voids the performance of a trial whose history is wrong. A verdict
// that is unknown does not void it, and is not a pass either: it stands beside.
func correct(s *Summary) Gate {
	saw := fmt.Sprintf("verdict %s", s.Verdict)
	for _, c := range s.Checks {
		if c.Verdict == VerdictIllegal {
			saw = fmt.Sprintf("not %s: %s", c.Name, c.Why)
			break
		}
	}
	return gate("correct history", s.Verdict != VerdictIllegal, saw,
		"the system broke its promise, so how fast it did so does not matter: look into the history (samples.parquet) at the operations named")
}

// show prints a time as a person would.
func show(m MS) string {
	if math.IsNaN(float64(m)) || math.IsInf(float64(m), 0) {
		return "—"
	}
	if m >= 100 {
		return fmt.Sprintf("%.0f ms", float64(m))
	}
	return fmt.Sprintf("%.3g ms", float64(m))
}
