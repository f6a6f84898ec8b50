package calibration

import (
	"fmt"
	"math"
	"time"

	"nines/analysis"
	"nines/bench"
)

// Outages are stalls of known lengths at known instants, each of which probes at
// several rates must find. One trial for each rate, in virtual time.
type Outages struct {
	Stalls   []Stall
	Rates    []float64 // of the probes of a node, a second
	Nodes    int
	Deadline time.Duration
	Duration time.Duration
}

// StandardOutages have four lengths, and one node alone, at five phases against
// the probes each.
func StandardOutages() Outages {
	o := Outages{Rates: []float64{10, 50, 100, 200}, Nodes: 3, Deadline: 100 * time.Millisecond}
	const apart = 2500 * time.Millisecond
	at := time.Second
	for _, s := range []Stall{
		{For: 30 * time.Millisecond}, {For: 80 * time.Millisecond}, {For: 250 * time.Millisecond},
		{For: time.Second}, {For: time.Second, Node: "n2"},
	} {
		for phase := range 5 {
			// Multiples of the golden ratio spread evenly over any probe period.
			_, f := math.Modf(float64(phase) * math.Phi)
			s.At = at + time.Duration(f*1000)*100*time.Microsecond
			o.Stalls = append(o.Stalls, s)
			at += apart
		}
	}
	o.Duration = at
	return o
}

// Title is what the checks are about.
func (o Outages) Title() string {
	return "Outages of known lengths at every probe rate, in virtual time"
}

// Bound is where the bounds come from.
func (o Outages) Bound() string {
	return "Worst of five phases against the probes. Bound: the spacing p of the cluster's probes (one period P of a node's where one node stalls), which is within the stated " +
		"resolution of one period. A gap is between L-p and L, and found if L is three periods or more; an SLO outage is L less the deadline, ± p."
}

// Judge makes checks of the trials, one for each rate.
func (o Outages) Judge(trials []Trial) []Check {
	out := []Check{sound(trials, len(o.Rates))}
	for i := range min(len(trials), len(o.Rates)) {
		out = append(out, o.judge(o.Rates[i], &trials[i])...)
	}
	return out
}

func (o Outages) judge(rate float64, t *Trial) []Check {
	period := time.Duration(float64(time.Second) / rate)
	step := period / time.Duration(o.Nodes)
	of := fmt.Sprintf("%g probes/s", rate)
	p := inMS(period)
	out := []Check{check(of, "probe period", "ms", p, inMS(spacing(t.Samples)), p-inMS(tick), p+inMS(tick))}
	gaps, slo := newFound(t.Gaps), newFound(t.SLO)
	for _, same := range alike(o.Stalls) {
		s := same[0]
		if s.Node != "" {
			node := newFound(nodeGaps(t, s.Node))
			node.skip(o.Stalls, s.Node)
			figure := fmt.Sprintf("gap, %v stall of %s", s.For, s.Node)
			out = append(out, node.worst(of, figure, same, reach{s.For, -period, 0, 2 * period}), node.unexplained(of, "other gaps of "+s.Node))
			continue
		}
		out = append(out, gaps.worst(of, fmt.Sprintf("gap, %v stall", s.For), same, reach{s.For, -step, 0, 3*period - step}))
		if s.For > o.Deadline {
			out = append(out, slo.worst(of, fmt.Sprintf("SLO outage, %v stall", s.For), same, reach{s.For - o.Deadline, -step, step, period}))
		}
	}
	return append(out, gaps.unexplained(of, "other gaps"), slo.unexplained(of, "other SLO outages"))
}

// alike splits stalls into runs of the same length and node.
func alike(stalls []Stall) [][]Stall {
	var out [][]Stall
	for _, s := range stalls {
		last := len(out) - 1
		if last >= 0 && out[last][0].For == s.For && out[last][0].Node == s.Node {
			out[last] = append(out[last], s)
		} else {
			out = append(out, []Stall{s})
		}
	}
	return out
}

func nodeGaps(t *Trial, node string) analysis.Outages {
	for _, n := range t.ByNode {
		if n.Node == node {
			return n.Gaps
		}
	}
	return analysis.Outages{}
}

// spacing is the mean time between the due times of the first node's probes.
func spacing(samples []bench.Sample) time.Duration {
	first, last, n := bench.Never, time.Duration(math.MinInt64), 0
	for i := range samples {
		if s := &samples[i]; s.Class == bench.Probe && s.Node == 0 {
			first, last = min(first, s.Due), max(last, s.Due)
			n++
		}
	}
	if n < 2 {
		return 0
	}
	return (last - first) / time.Duration(n-1)
}

// found are the outages that a trial reports, and which of them a stall explains.
type found struct {
	list      []analysis.Outage
	explained []bool
}

func newFound(o analysis.Outages) *found {
	return &found{o.List, make([]bool, len(o.List))}
}

// of is the length in ms of the outage that begins during a stall; 0 if there is none, or
// more than one.
func (f *found) of(s Stall) float64 {
	length, n := 0.0, 0
	for i, o := range f.list {
		if at := float64(o.Start); at >= inMS(s.At-tick) && at < inMS(s.At+s.For) {
			length = float64(o.Length)
			f.explained[i] = true
			n++
		}
	}
	if n != 1 {
		return 0
	}
	return length
}

// skip takes the outages of all stalls but those of the one node for explained.
func (f *found) skip(stalls []Stall, node string) {
	for _, s := range stalls {
		if s.Node != node {
			f.of(s)
		}
	}
}

// reach is the length of an outage, by how much it may be off, and what it must
// exceed to be told from normal service.
type reach struct{ length, low, high, floor time.Duration }

// worst holds the outage that is the furthest off among those of stalls of one
// length against what is expected: none, if it cannot stand out.
func (f *found) worst(of, figure string, stalls []Stall, r reach) Check {
	want, least, most := inMS(r.length), inMS(r.length+r.low-tick), inMS(r.length+r.high+tick)
	switch {
	case r.length+r.high <= r.floor:
		want, least, most = 0, 0, 0
		figure = "no " + figure
	case r.length+r.low < r.floor: // it depends on the phase
		least = 0
	}
	measured := want
	for _, s := range stalls {
		if got := f.of(s); math.Abs(got-want) > math.Abs(measured-want) {
			measured = got
		}
	}
	return check(of, figure, "ms", want, measured, least, most)
}

// unexplained counts the outages that no stall explains.
func (f *found) unexplained(of, figure string) Check {
	n := 0
	for _, ok := range f.explained {
		if !ok {
			n++
		}
	}
	return exactly(of, figure, 0, n)
}
