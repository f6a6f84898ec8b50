package analysis

import (
	"fmt"
	"slices"
	"time"

	"nines/bench"
)

// splits are the latencies by kind, by node and by phase, each of the whole
// load; groups without operations are left out.
func (t *trial) splits() []Latency {
	var out []Latency
	add := func(l Latency, ops []*bench.Sample) {
		if len(ops) > 0 {
			l.Response, l.Service = quantiles(responses(ops)), quantiles(services(ops))
			out = append(out, l)
		}
	}
	for kind := bench.Read; kind <= bench.Transact; kind++ {
		add(Latency{Kind: kind.String()}, t.where(func(s *bench.Sample) bool { return s.Kind == kind }))
	}
	for i, node := range t.Facts.Nodes {
		add(Latency{Node: node}, t.where(func(s *bench.Sample) bool { return int(s.Node) == i }))
	}
	for _, p := range t.phases() {
		add(Latency{Phase: p.name}, p.of(t))
	}
	return out
}

func (t *trial) where(member func(*bench.Sample) bool) []*bench.Sample {
	var ops []*bench.Sample
	for _, s := range t.load {
		if member(s) {
			ops = append(ops, s)
		}
	}
	return ops
}

// phase is a named part of the measured period: disjoint stretches, rising.
type phase struct {
	name   string
	ranges []stretch
}

// stretch is the time in [from, to).
type stretch struct{ from, to time.Duration }

// of are the operations of the load that were due in the phase.
func (p phase) of(t *trial) []*bench.Sample {
	var ops []*bench.Sample
	for _, r := range p.ranges {
		lo, _ := slices.BinarySearch(t.due, r.from)
		hi, _ := slices.BinarySearch(t.due, r.to)
		if lo < hi {
			ops = append(ops, t.load[lo:hi]...)
		}
	}
	return ops
}

// manyFaults is how many faults of a trial are told of one by one.
const manyFaults = 20

// phases are "before" (any fault), "during" (at least one) and "after" (all the
// rest), which part the measured period, and for each fault, numbered from 1,
// "during 1 kill(leader)" and "after 1 kill(leader)", which lasts until the
// next fault. A fault lasts from the start of its injection to the end of its
// healing. Of more than manyFaults each alone is too short to have percentiles, and
// only the three are told.
func (t *trial) phases() []phase {
	if len(t.faults) == 0 {
		return nil
	}
	before := phase{"before", []stretch{{0, t.faults[0].Start}}}
	during, after := phase{name: "during"}, phase{name: "after"}
	var each []phase
	covered := t.faults[0].Start // up to here the faults so far reach
	for _, f := range t.faults {
		if f.Start > covered {
			after.ranges = append(after.ranges, stretch{covered, f.Start})
		}
		if f.End > covered {
			during.ranges = append(during.ranges, stretch{max(covered, f.Start), f.End})
			covered = f.End
		}
		name := fmt.Sprintf("%d %s", f.index+1, f.Fault)
		each = append(each,
			phase{"during " + name, []stretch{{f.Start, f.End}}},
			phase{"after " + name, []stretch{{f.End, f.limit}}})
	}
	after.ranges = append(after.ranges, stretch{covered, t.end})
	if len(t.faults) > manyFaults {
		each = nil
	}
	return append([]phase{before, during, after}, each...)
}
