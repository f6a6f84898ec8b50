package analysis

import (
	"cmp"
	"slices"
	"time"

	"nines/bench"
)

// A stream is the probes that tell of one service: those of one node, or those
// of all n nodes together, which tell of the cluster.
//
// A node is probed every period P, and the nodes evenly after one another, so
// that the cluster is probed every step p = P/n. Yet while only one node is
// served, only every P does a probe come that can succeed. So the resolution of
// every figure, the cluster's too, is P.
type stream struct {
	period   time.Duration   // P
	step     time.Duration   // p; P if the stream is that of a node
	asked    []asked         // by due time, rising
	answered []time.Duration // completions of successful probes, rising
}

// asked is what became of one probe.
type asked struct {
	due, lag time.Duration // lag: how late it was sent
	good     bool
}

// An outage lasted from one instant to the other; longer, if it is censored.
type outage struct {
	from, to time.Duration
	censored bool
}

// outages are what a stream says.
type outages struct {
	gaps, slo Outages
	// By how much an outage may seem to begin before its cause: a gap begins
	// near the last answer, and a probe that is not good may have been due as
	// long as the deadline before what made it so.
	gapSlack, sloSlack time.Duration
}

// probeFigures are the outages of the cluster and of each node. Where keys have
// owners they are several, of which the worst counts: one for each owner.
type probeFigures struct {
	cluster []outages
	nodes   [][]outages // as in Facts.Nodes

	reads, writes []outages // of the cluster, by the probes of one kind
}

func (t *trial) probes() probeFigures {
	var out probeFigures
	if out.cluster, out.nodes = t.byOwner(); out.cluster == nil {
		all, nodes := t.streams()
		out.cluster = []outages{t.outages(all)}
		for _, s := range nodes {
			out.nodes = append(out.nodes, []outages{t.outages(s)})
		}
	}
	out.reads, out.writes = t.outagesByKind()
	return out
}

// streams sorts the probes, those of the warm-up included: an outage may have
// begun before the measured period.
func (t *trial) streams() (all stream, nodes []stream) {
	nodes = make([]stream, len(t.Facts.Nodes))
	period := t.Facts.Probe
	all.period, all.step = period, period/time.Duration(max(1, len(nodes)))
	for i := range nodes {
		nodes[i].period, nodes[i].step = period, period
	}
	for i := range t.Samples {
		s := &t.Samples[i]
		if s.Class != bench.Probe {
			continue
		}
		all.add(s, t.Facts.Deadline)
		if int(s.Node) < len(nodes) {
			nodes[s.Node].add(s, t.Facts.Deadline)
		}
	}
	all.sort()
	for i := range nodes {
		nodes[i].sort()
	}
	return all, nodes
}

func (st *stream) add(s *bench.Sample, deadline time.Duration) {
	a := asked{due: s.Due, good: s.Good(deadline)}
	if s.Sent != bench.Never {
		a.lag = s.Sent - s.Due
	}
	st.asked = append(st.asked, a)
	if s.Outcome == bench.OK {
		st.answered = append(st.answered, s.Done)
	}
}

func (st *stream) sort() {
	slices.SortFunc(st.asked, func(a, b asked) int { return cmp.Compare(a.due, b.due) })
	slices.Sort(st.answered)
}

// notMeasured is what there is of a stream without probes.
var notMeasured = Outages{Total: MS(nan), Max: MS(nan), Resolution: MS(nan), Threshold: MS(nan)}

// outages measures a stream over the measured period.
func (t *trial) outages(st stream) outages {
	if st.period <= 0 || len(st.asked) == 0 {
		return outages{gaps: notMeasured, slo: notMeasured}
	}
	// Without faults no part of the trial is known to be healthy.
	var healthy time.Duration
	if len(t.faults) > 0 {
		healthy = t.healthy()
	}
	threshold := max(3*st.period, st.usual(healthy))
	return outages{
		gaps: st.summarize(st.gaps(threshold, t.end), threshold-st.step), gapSlack: threshold,
		slo: st.summarize(st.slo(t.end), st.period), sloSlack: t.Facts.Deadline,
	}
}

// usual is the 99.9th percentile (nearest rank) of the times between
// consecutive answers in [0, until).
func (st stream) usual(until time.Duration) time.Duration {
	lo, _ := slices.BinarySearch(st.answered, 0)
	hi, _ := slices.BinarySearch(st.answered, until)
	if hi-lo < 2 {
		return 0
	}
	var between []time.Duration
	for i := lo + 1; i < hi; i++ {
		between = append(between, st.answered[i]-st.answered[i-1])
	}
	slices.Sort(between)
	return between[rank(0.999, len(between))-1]
}

// gaps are the service gaps: the times between consecutive answers, less one
// step, where they exceed the threshold, which is at least three periods. The
// gap ends with the answer that ends it, and begins one step after the last
// answer before it. Of a stall of length L that cuts off all nodes, the last
// answer came at most a step before it, so the gap is between L-p and L. If only
// one node was served before, it came at most a period before it, and the gap is
// between L-p and L+P-p: always within one period of L.
func (st stream) gaps(threshold, end time.Duration) []outage {
	var out []outage
	last := st.asked[0].due - st.step // as if the service had been up till then
	for _, at := range append(slices.Clip(st.answered), bench.Never) {
		to := min(at, end)
		if from := max(0, last+st.step); to-last > threshold && to > from {
			out = append(out, outage{from, to, at > end})
		}
		last = at // beyond the end nothing exceeds the threshold
	}
	return out
}

// slo are the SLO outages: maximal stretches, by due time, in which no probe
// was good, from the first probe that was not to the next that was. They last
// at least a period (but for the rounding of due times), since in less not every
// node was asked.
func (st stream) slo(end time.Duration) []outage {
	least := st.period - st.period/100
	var out []outage
	var from time.Duration
	down := false
	upAgain := func(at time.Duration) {
		if at-from >= least && at > 0 {
			out = append(out, outage{max(0, from), at, at == end})
		}
		down = false
	}
	for i := 0; i < len(st.asked) && st.asked[i].due < end; {
		due, good := st.asked[i].due, false
		for ; i < len(st.asked) && st.asked[i].due == due; i++ {
			good = good || st.asked[i].good
		}
		switch {
		case good && down:
			upAgain(due)
		case !good && !down:
			from, down = due, true
		}
	}
	if down {
		upAgain(end)
	}
	return out
}

// summarize makes figures of outages; floor is the shortest that is reported.
func (st stream) summarize(list []outage, floor time.Duration) Outages {
	out := Outages{Measured: true, Count: len(list), Resolution: ms(st.period), Threshold: ms(floor)}
	var total, longest time.Duration
	for _, o := range list {
		length := o.to - o.from
		total += length
		longest = max(longest, length)
		out.List = append(out.List, Outage{Start: ms(o.from), Length: ms(length), Censored: o.censored, Lag: ms(st.lag(o))})
	}
	out.Total, out.Max = ms(total), ms(longest)
	return out
}

// lag is the longest by which a probe that was due in the outage was late.
func (st stream) lag(o outage) time.Duration {
	at := func(a asked, t time.Duration) int { return cmp.Compare(a.due, t) }
	lo, _ := slices.BinarySearchFunc(st.asked, o.from, at)
	hi, _ := slices.BinarySearchFunc(st.asked, o.to, at)
	var worst time.Duration
	for _, a := range st.asked[lo:hi] {
		worst = max(worst, a.lag)
	}
	return worst
}

func (p probeFigures) byNode(names []string) []NodeOut {
	var out []NodeOut
	for i, list := range p.nodes {
		o := worstOf(list)
		out = append(out, NodeOut{Node: names[i], Gaps: o.gaps, SLO: o.slo})
	}
	return out
}
