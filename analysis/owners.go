package analysis

import (
	"slices"
	"time"

	"nines/bench"
)

// In a partitioned system a key is served as long as its owner is, whatever the
// other nodes do. All probes together would hide a dead owner behind the others: so
// the probes of each owner's keys are a stream of their own, and the figures of the
// cluster are those of the worst owner. A node asks the owners in turn, so each is
// asked by it every n periods, and that is the resolution.

// probeOwner is the owner of a probe's key: workloads.ProbeKey has it in these bits.
func probeOwner(key uint64) int { return int(key >> 16 & 0xffff) }

// byOwner has the outages of each owner's keys, as all nodes' probes and as those of
// each node saw them. nil if nobody owns keys.
func (t *trial) byOwner() (owners []outages, nodes [][]outages) {
	n := len(t.Facts.Nodes)
	if !t.Facts.Guarantees.Partitioned || n == 0 {
		return nil, nil
	}
	period := time.Duration(n) * t.Facts.Probe
	all := make([]stream, n)
	each := make([]stream, n*n) // of node i and owner o at i*n + o
	for o := range all {
		all[o].period, all[o].step = period, t.Facts.Probe
	}
	for i := range each {
		each[i].period, each[i].step = period, period
	}
	for i := range t.Samples {
		s := &t.Samples[i]
		if s.Class != bench.Probe || int(s.Node) >= n {
			continue
		}
		if o := probeOwner(s.Key); o < n {
			all[o].add(s, t.Facts.Deadline)
			each[int(s.Node)*n+o].add(s, t.Facts.Deadline)
		}
	}
	for o := range all {
		all[o].sort()
		owners = append(owners, t.outages(all[o]))
	}
	for i := range each {
		each[i].sort()
		if i%n == 0 {
			nodes = append(nodes, nil)
		}
		nodes[i/n] = append(nodes[i/n], t.outages(each[i]))
	}
	return owners, nodes
}

// worstOf is the one with the most time without service.
func worstOf(list []outages) outages {
	return slices.MaxFunc(list, func(a, b outages) int {
		switch {
		case a.gaps.Total != b.gaps.Total:
			return sign(float64(a.gaps.Total - b.gaps.Total))
		default:
			return sign(float64(a.slo.Total - b.slo.Total))
		}
	})
}

func sign(x float64) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// window picks the longest outages of any owner.
func window(list []outages, from, to time.Duration) Window {
	worst := noWindow
	for i, o := range list {
		w := o.window(from, to)
		if i == 0 || w.Gap.Length > worst.Gap.Length {
			worst.Gap = w.Gap
		}
		if i == 0 || w.SLO.Length > worst.SLO.Length {
			worst.SLO = w.SLO
		}
	}
	return worst
}
