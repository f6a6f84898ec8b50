package analysis

import (
	"math"
	"time"

	"nines/bench"
)

// episodes has one for each fault interval, in their order.
func (t *trial) episodes(p probeFigures) []Episode {
	out := make([]Episode, len(t.Faults))
	for i, f := range t.Faults {
		out[i] = Episode{
			Step: f.Step, Fault: f.Fault, NA: f.NA, Error: f.Error, Nodes: f.Nodes, Evidence: f.Evidence,
			Start: ms(f.Start), HealFrom: ms(f.HealFrom), End: ms(f.End), Until: MS(nan),
			Detect: MS(nan), Back95: MS(nan), HealBack: MS(nan), Baseline: nan, LostOps: nan,
			Inject: noWindow, Heal: noWindow, InDoubt: t.inDoubt(nil), Orphaned: t.inDoubt(nil),
			For: wanted(f), Out: noStretches, OutSLO: noStretches, OutReads: noStretches, OutWrites: noStretches, InjectReach: noReach, HealReach: noReach, Lasting: noLasting,
		}
	}
	base := t.baseline()
	doubts := t.byFault(t.doubts())
	for k, f := range t.faults {
		e := &out[f.index]
		e.Until = ms(f.limit)
		if !t.Facts.Guarantees.Partitioned { // every node leads its own part
			e.Detect = t.detect(f)
		}
		e.InDoubt, e.Orphaned = t.inDoubt(doubts[k]), t.inDoubt(orphaned(doubts[k], f.Nodes))
		e.Inject = window(p.cluster, f.Start, f.HealFrom)
		e.Heal = window(p.cluster, f.HealFrom, f.limit)
		for i, node := range p.nodes {
			out, _, _ := without(node, f)
			e.ByNode = append(e.ByNode, EpNode{
				Node:   t.Facts.Nodes[i],
				Inject: window(node, f.Start, f.HealFrom),
				Heal:   window(node, f.HealFrom, f.limit),
				Out:    out,
			})
		}
		e.Out, e.OutSLO, e.Unready = without(p.cluster, f)
		e.OutReads, _, _ = without(p.reads, f)
		e.OutWrites, _, _ = without(p.writes, f)
		e.InjectReach, e.HealReach = p.reach(f)
		t.recover(f, base, e)
		e.Lasting = t.lasting(f, base, e)
	}
	return out
}

// wanted is how long a fault was to last. Records that do not say so have how
// long it did, which differs by how late the timers were: to two digits it is
// the same.
func wanted(f bench.Interval) MS {
	if f.For > 0 || f.HealFrom <= f.Injected {
		return ms(f.For)
	}
	lasted := float64(ms(f.HealFrom - f.Injected))
	digit := math.Pow(10, math.Floor(math.Log10(lasted))-1)
	return MS(math.Round(lasted/digit) * digit)
}

// noWindow is that of a trial without probes.
var noWindow = Window{Gap: Outage{MS(nan), MS(nan), false, MS(nan)}, SLO: Outage{MS(nan), MS(nan), false, MS(nan)}}

// window picks the longest outages that began in [from, to).
func (o outages) window(from, to time.Duration) Window {
	if !o.gaps.Measured {
		return noWindow
	}
	return Window{
		Gap: o.gaps.longest(ms(from), ms(to), ms(o.gapSlack)),
		SLO: o.slo.longest(ms(from), ms(to), ms(o.sloSlack)),
	}
}

func (o Outages) longest(from, to, slack MS) Outage {
	var worst Outage
	for _, x := range o.List {
		if x.since(from, slack) && !x.since(to, slack) && x.Length > worst.Length {
			worst = x
		}
	}
	return worst
}

// since reports whether the outage began at t or later, as far as can be told:
// it may seem to have begun up to slack earlier if it lasted beyond t.
func (o Outage) since(t, slack MS) bool {
	return o.Start >= t || o.Start >= t-slack && o.Start+o.Length > t
}

// detect is the time from the start of the injection until a node became leader
// in a higher term than any before; NaN if none did before the next fault.
func (t *trial) detect(f span) MS {
	var term uint64
	for _, e := range t.Events {
		if e.Kind == bench.EventLeader && e.At < f.Start {
			term = max(term, e.Term)
		}
	}
	first := bench.Never
	for _, e := range t.Events {
		if e.Kind == bench.EventLeader && e.At >= f.Start && e.At < f.limit && e.Term > term {
			first = min(first, e.At)
		}
	}
	if first == bench.Never {
		return MS(nan)
	}
	return ms(first - f.Start)
}

// Recovery of throughput.
//
// Throughput is back when, over recoveryBins bins together, it is at least 95 %
// of what is expected, and in none of them below half of that. One bin could not
// tell: at 2000 op/s Poisson a healthy bin of 100 ms has 200 ± 14 arrivals, and
// every fourth is below 95 %. What is answered at once at the end of an outage
// must not make up for what is missing elsewhere: so only good completions count
// (by the instant of completion), which leaves out all but the last Deadline of
// the backlog; and that must not fill an empty bin.
//
// What is expected of a bin in open loop is what was asked for in it, times the
// share that was served in the baseline: the noise of the arrivals cancels. In
// closed loop, where a stalled system is asked for nothing, it is the rate of
// the baseline. The baseline is the no-fault band: from when the system had
// settled ([Steady]) to the first fault.
const (
	recoveryBins = 5
	recovered    = 0.95
	collapsed    = 0.5
	// minPerBin widens the bins of a slow load until they hold this many.
	minPerBin = 20
)

type baseline struct {
	rate  float64 // good completions a second; NaN if there is no healthy time
	share float64 // good completions for each arrival
	bin   time.Duration
}

func (t *trial) baseline() baseline {
	from, until := t.calm, t.healthy()
	good := float64(within(t.good, from, until))
	b := baseline{
		rate:  ratio(good, (until - from).Seconds()),
		share: ratio(good, float64(within(t.due, from, until))),
		bin:   TimelineBin,
	}
	if wide := minPerBin / b.rate; wide > b.bin.Seconds() && !math.IsInf(wide, 1) {
		b.bin = time.Duration(wide * float64(time.Second)).Round(TimelineBin)
	}
	return b
}

// recover fills in what became of throughput.
func (t *trial) recover(f span, base baseline, e *Episode) {
	e.Baseline = base.rate
	if !(base.rate > 0) { // NaN too
		return
	}
	c := course{t, base, f.limit}
	if !c.fits(f.Start, 0) {
		return
	}
	inject, lost, censored := c.dip(f.Start, f.HealFrom)
	e.Back95, e.LostOps, e.Censored = ms(inject), lost, censored
	if back := f.Start + inject; back > f.HealFrom {
		e.HealBack = ms(back - f.HealFrom)
		return
	}
	if censored || !c.fits(f.HealFrom, 0) { // no window after healing was seen: it says nothing of it
		return
	}
	// What healing does shows at the latest a window's length after it.
	heal, lost, censored := c.dip(f.HealFrom, f.End+recoveryBins*base.bin)
	e.HealBack, e.LostOps, e.Censored = ms(heal), e.LostOps+lost, censored
}

// course is the throughput from a fault to the next.
type course struct {
	*trial
	base  baseline
	limit time.Duration
}

// dip finds the first window of [from, until), or the one that begins with from,
// in which throughput was down, and returns how long after from it was back: 0
// if it was never down. lost is the integral of the deficit. If it was not back
// by the limit, the time is that of the last window that was looked at: a lower
// bound.
func (c course) dip(from, until time.Duration) (back time.Duration, lost float64, censored bool) {
	i, found := 0, false
	for ; (i == 0 || c.at(from, i+recoveryBins) <= until) && c.fits(from, i); i++ {
		if !c.isBack(from, i) {
			found = true
			break
		}
	}
	if !found {
		return 0, 0, false
	}
	for ; c.fits(from, i); i++ {
		if c.isBack(from, i) {
			return c.at(from, i) - from, c.lost(from, i), false
		}
	}
	return c.at(from, i) - from, c.lost(from, i+recoveryBins-1), true
}

func (c course) at(from time.Duration, i int) time.Duration {
	return from + time.Duration(i)*c.base.bin
}

// fits reports whether the window that begins with bin i ends by the limit.
func (c course) fits(from time.Duration, i int) bool {
	return c.at(from, i+recoveryBins) <= c.limit
}

func (c course) isBack(from time.Duration, i int) bool {
	var served, expected float64
	for k := i; k < i+recoveryBins; k++ {
		s, e := c.bin(from, k)
		if s < collapsed*e {
			return false
		}
		served += s
		expected += e
	}
	return served >= recovered*expected
}

// lost integrates the deficit over the first n bins.
func (c course) lost(from time.Duration, n int) (sum float64) {
	for i := range n {
		s, e := c.bin(from, i)
		sum += max(0, e-s)
	}
	return sum
}

// bin is what was served in a bin and what was expected.
func (c course) bin(from time.Duration, i int) (served, expected float64) {
	a, b := c.at(from, i), c.at(from, i+1)
	served = float64(within(c.good, a, b))
	if c.Facts.Arrivals == closedLoop {
		return served, c.base.rate * c.base.bin.Seconds()
	}
	return served, c.base.share * float64(within(c.due, a, b))
}

// closedLoop is what Facts.Arrivals says of load that waits for the system.
const closedLoop = "closed"
