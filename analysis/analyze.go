package analysis

import (
	"cmp"
	"slices"
	"time"

	"nines/bench"
	"nines/results"
)

// TimelineBin is the width of a bin of the timeline.
const TimelineBin = 100 * time.Millisecond

// Input is what a trial left.
type Input struct {
	Facts   results.Facts
	Samples []bench.Sample // in any order
	Txns    []bench.TxnRecord
	Faults  []bench.Interval
	Events  []bench.Event

	Thinned *Thinned // if Samples are a part of a long trial
}

// Options are the parameters of figures that have some. The zero value means
// the defaults.
type Options struct {
	// Cutoff is the length beyond which a stretch between two operations of a
	// user counts as inactivity; default: the 99th percentile of the stretches.
	Cutoff time.Duration
}

// Analyze computes the summary of one trial.
//
// A trial's load is its Main operations that were due in the measured period,
// [0, Duration) since the base instant. Counts, ratios and percentiles are over
// all of these, whenever they ended. Rates are over completions in the measured
// period, whenever they were due: an overloaded system must not be credited
// with what it answered after the end.
func Analyze(in Input, opts Options) Summary {
	t := newTrial(in)
	s := Summary{Schema: results.Schema, Facts: in.Facts, BinMS: ms(TimelineBin)}

	s.Counts = t.counts()
	s.Throughput, s.Goodput = t.rates()
	s.Response, s.Service, s.Lag = t.overall()
	s.Latency = t.splits()
	s.Timeline = t.timeline()
	s.Heat, s.Roles = t.heat(), t.roles()

	s.SuccessRatio = ratio(float64(s.Counts.Good), float64(s.Counts.Due))
	s.IntervalAvailability = t.intervalAvailability(t.load)
	if e := in.Facts.Elsewhere; e != nil && opts.Cutoff == 0 {
		opts.Cutoff = e.Cutoff
	}
	stretches := t.stretches(t.load, opts.Cutoff)
	s.UserUptime = userUptime(stretches)
	s.SuccessRange, s.SuccessBy = t.successInterval()
	s.overWindows(t, stretches)
	s.Independent = t.independent()
	s.Steady = t.steady()
	t.calm = s.Steady.from()

	probes := t.probes()
	cluster := worstOf(probes.cluster)
	s.Gaps, s.SLO = cluster.gaps, cluster.slo
	s.ByNode = probes.byNode(in.Facts.Nodes)
	s.ByKind = t.byKind(probes, opts.Cutoff)
	s.Episodes = t.episodes(probes)
	s.InDoubt = t.inDoubt(t.doubts())
	s.PerOp = t.perOp()
	s.Tolerance = t.survivals()
	s.Under = t.underFaults()

	if in.Thinned != nil {
		in.Thinned.correct(&s, t)
		s.Checks = in.Thinned.checks(t)
	} else {
		s.Checks = t.checks()
	}
	s.Verdict = worst(s.Checks)
	s.Gates = t.gates(&s)
	s.Valid = !slices.ContainsFunc(s.Gates, func(g Gate) bool { return !g.Pass })
	return s
}

// trial is a trial in the order in which the figures need it.
type trial struct {
	Input
	end    time.Duration   // of the measured period
	load   []*bench.Sample // Main, due in the measured period; by due time
	done   []time.Duration // completions of successful Main operations, rising
	good   []time.Duration // of those, of the good ones
	due    []time.Duration // of load; rising
	served []time.Duration // due times of those of load that were good; rising
	faults []span          // what was injected, by start; without n/a
	calm   time.Duration   // when the system had settled; the time up to the first fault is the baseline
}

// span is one injected fault, made whole where its interval is not.
type span struct {
	bench.Interval
	index int           // in Input.Faults
	limit time.Duration // when the next fault or the end of the measured period comes
}

func newTrial(in Input) *trial {
	t := &trial{Input: in, end: in.Facts.Duration}
	for i := range in.Samples {
		s := &in.Samples[i]
		if s.Class != bench.Main {
			continue
		}
		if s.Outcome == bench.OK {
			t.done = append(t.done, s.Done)
			if s.Good(in.Facts.Deadline) {
				t.good = append(t.good, s.Done)
			}
		}
		if s.Due >= 0 && s.Due < t.end {
			t.load = append(t.load, s)
		}
	}
	slices.Sort(t.done)
	slices.Sort(t.good)
	slices.SortStableFunc(t.load, func(a, b *bench.Sample) int { return cmp.Compare(a.Due, b.Due) })
	t.due = make([]time.Duration, len(t.load))
	for i, s := range t.load {
		t.due[i] = s.Due
		if s.Good(in.Facts.Deadline) {
			t.served = append(t.served, s.Due)
		}
	}
	t.faults = spans(in.Faults, t.end)
	return t
}

// spans are the faults that were injected. A fault that was not healed lasts
// until the end.
func spans(faults []bench.Interval, end time.Duration) []span {
	var out []span
	for i, f := range faults {
		if f.NA != "" {
			continue
		}
		if f.HealFrom < f.Start {
			f.HealFrom = max(f.Start, end)
		}
		if f.End < f.HealFrom {
			f.End = max(f.HealFrom, end)
		}
		out = append(out, span{Interval: f, index: i, limit: end})
	}
	slices.SortStableFunc(out, func(a, b span) int { return cmp.Compare(a.Start, b.Start) })
	for i := range out {
		for _, later := range out[i+1:] {
			if later.Start > out[i].Start {
				out[i].limit = min(later.Start, end)
				break
			}
		}
	}
	return out
}

// healthy is when the period before the first fault ends; at the end if there was none.
func (t *trial) healthy() time.Duration {
	if len(t.faults) == 0 {
		return t.end
	}
	return min(max(0, t.faults[0].Start), t.end)
}

// within counts the instants of a rising list that lie in [from, to).
func within(rising []time.Duration, from, to time.Duration) int {
	lo, _ := slices.BinarySearch(rising, from)
	hi, _ := slices.BinarySearch(rising, to)
	return max(0, hi-lo)
}

func (t *trial) counts() Counts { return countsOf(t.load, t.Facts.Deadline) }

func countsOf(ops []*bench.Sample, deadline time.Duration) Counts {
	var c Counts
	for _, s := range ops {
		c.add(s, s.Good(deadline))
	}
	return c
}

func (c *Counts) add(s *bench.Sample, good bool) {
	c.Due++
	switch s.Outcome {
	case bench.OK:
		c.OK++
	case bench.Rejected:
		c.Rejected++
	case bench.Dropped:
		c.Dropped++
	default:
		c.Unknown++
	}
	if good {
		c.Good++
	}
}

// rates are completions a second in the measured period: of all successful
// operations, and of the good ones.
func (t *trial) rates() (throughput, goodput float64) {
	seconds := t.end.Seconds()
	return ratio(float64(within(t.done, 0, t.end)), seconds), ratio(float64(within(t.good, 0, t.end)), seconds)
}

// perOp divides what was spent in the measured period by the operations that
// succeeded in it, probes included, since they were paid for too.
func (t *trial) perOp() PerOp {
	if t.Facts.Elsewhere != nil {
		return PerOp{nan, nan, nan, nan}
	}
	n := 0
	for i := range t.Samples {
		if s := &t.Samples[i]; s.Outcome == bench.OK && s.Done >= 0 && s.Done < t.end {
			n++
		}
	}
	if t.Thinned != nil {
		n = int(t.Thinned.census.paid)
	}
	per := func(total float64) float64 { return ratio(total, float64(n)) }
	cpu := per(float64(t.Facts.CPU) / float64(time.Microsecond))
	if t.Facts.Virtual { // it charges for no processor
		cpu = nan
	}
	return PerOp{
		CPU:      cpu,
		Messages: per(float64(t.Facts.Cost.Messages)),
		Bytes:    per(float64(t.Facts.Cost.Bytes)),
		Syncs:    per(float64(t.Facts.Cost.Syncs)),
	}
}
