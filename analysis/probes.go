package analysis

import (
	"cmp"
	"slices"
	"time"

	"nines/bench"
)

// A stream is the probes that tell of one service: those of one node, or those
// of all nodes together, which tell of the cluster.
//
// The resolution of both is one probe period P of a node. The probes of n nodes
// together come n times as often, but while all nodes but one are cut off, only
// every P does one come that can succeed; so that is what a figure of the
// cluster may rest on.
type stream struct {
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
}

// probeFigures are the outages of the cluster and of each node.
type probeFigures struct {
	cluster outages
	nodes   []outages // as in Facts.Nodes
}

func (t *trial) probes() probeFigures {
	all, nodes := t.streams()
	out := probeFigures{cluster: t.outages(all)}
	for _, s := range nodes {
		out.nodes = append(out.nodes, t.outages(s))
	}
	return out
}

// streams sorts the probes, those of the warm-up included: an outage may have
// begun before the measured period.
func (t *trial) streams() (all stream, nodes []stream) {
	nodes = make([]stream, len(t.Facts.Nodes))
	add := func(st *stream, s *bench.Sample) {
		a := asked{due: s.Due, good: s.Good(t.Facts.Deadline)}
		if s.Sent != bench.Never {
			a.lag = s.Sent - s.Due
		}
		st.asked = append(st.asked, a)
		if s.Outcome == bench.OK {
			st.answered = append(st.answered, s.Done)
		}
	}
	for i := range t.Samples {
		s := &t.Samples[i]
		if s.Class != bench.Probe {
			continue
		}
		add(&all, s)
		if int(s.Node) < len(nodes) {
			add(&nodes[s.Node], s)
		}
	}
	all.sort()
	for i := range nodes {
		nodes[i].sort()
	}
	return all, nodes
}

func (st *stream) sort() {
	slices.SortFunc(st.asked, func(a, b asked) int { return cmp.Compare(a.due, b.due) })
	slices.Sort(st.answered)
}

// outages measures a stream over the measured period.
func (t *trial) outages(st stream) outages {
	period := t.Facts.Probe
	if period <= 0 || len(st.asked) == 0 {
		none := Outages{Total: MS(nan), Max: MS(nan), Resolution: MS(nan), Threshold: MS(nan)}
		return outages{gaps: none, slo: none}
	}
	// Without faults no part of the trial is known to be healthy.
	var healthy time.Duration
	if len(t.faults) > 0 {
		healthy = t.healthy()
	}
	threshold := max(3*period, st.usual(healthy))
	return outages{
		gaps: st.summarize(st.gaps(period, threshold, t.end), period, threshold-period),
		slo:  st.summarize(st.slo(period, t.end), period, period),
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
// period, where they exceed the threshold. A stall of length L that begins
// within a period after an answer and ends with the next one thus has a gap
// between L-P and L. The gap ends with the answer that ends it; so it begins
// one period after the last answer before it, at or after the stall did.
func (st stream) gaps(period, threshold, end time.Duration) []outage {
	var out []outage
	last := st.asked[0].due - period // as if the service had been up till then
	for _, at := range append(slices.Clip(st.answered), bench.Never) {
		to := min(at, end)
		if from := max(0, last+period); to-last > threshold && to > from {
			out = append(out, outage{from, to, at > end})
		}
		if at >= end {
			break
		}
		last = at
	}
	return out
}

// slo are the SLO outages: maximal stretches, by due time, in which no probe
// was good, from the first probe that was not to the next that was. They last
// at least a period, since in less not every node was asked.
func (st stream) slo(period, end time.Duration) []outage {
	var out []outage
	var from time.Duration
	down := false
	upAgain := func(at time.Duration) {
		if at-from >= period && at > 0 {
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
func (st stream) summarize(list []outage, period, floor time.Duration) Outages {
	out := Outages{Measured: true, Count: len(list), Resolution: ms(period), Threshold: ms(floor)}
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
	for i, o := range p.nodes {
		out = append(out, NodeOut{Node: names[i], Gaps: o.gaps, SLO: o.slo})
	}
	return out
}
