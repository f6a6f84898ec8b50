package analysis

import (
	"encoding/json"
	"time"

	"nines/bench"
)

// Reads and writes may fare differently: where any node answers reads from what it
// has, they go on while nobody can write. All probes together are answered then, and
// show no outage. So the probes of each kind are a stream of their own, beside the
// mixed one, of which the figures of the cluster are.
//
// A node's probes write and read in turn, so each kind is asked every second period
// of the node, or where keys have owners every second time round these. That is the
// resolution. A kind's probes are not evenly spaced: all nodes ask for the one kind, one
// after the other, and then for the other. The step is the longest time between two of
// a kind: what ends a gap may be as much late as what begins it, so that of an outage of length
// L it is between L-s and L+s, and of a stall, which is answered at its end, between L-s and L.

// probeKinds is how many kinds of operation a node's probes go through.
const probeKinds = 2

// KindOut is the availability of one kind of operation: of the load that was of it, and of
// the probes. Figures of the load are NaN if it has none of them, and outages are not
// measured of kinds that probes are not.
type KindOut struct {
	Kind string `json:"kind"`
	Due  uint64 `json:"due"`
	Good uint64 `json:"good"`

	SuccessRatio         float64 `json:"success_ratio"`
	IntervalAvailability float64 `json:"interval_availability"`
	UserUptime           float64 `json:"user_uptime"` // of the stretches between a user's operations of this kind
	Downtime             MS      `json:"downtime_ms"` // equivalent: (1 - success ratio) × measured period

	Gaps Outages `json:"gaps"` // of the cluster, by the probes of this kind; of the worst owner, where keys have owners
	SLO  Outages `json:"slo"`
}

// byKind has each kind of which there are operations in the load, or probes.
func (t *trial) byKind(p probeFigures, cutoff time.Duration) []KindOut {
	probed := map[bench.Kind][]outages{bench.Read: p.reads, bench.Write: p.writes}
	var out []KindOut
	for kind := bench.Read; kind <= bench.Transact; kind++ {
		k := t.loadOf(kind, cutoff)
		k.Gaps, k.SLO = notMeasured, notMeasured
		if list := probed[kind]; len(list) > 0 {
			o := worstOf(list)
			k.Gaps, k.SLO = o.gaps, o.slo
		}
		if k.Due > 0 || k.Gaps.Measured {
			out = append(out, k)
		}
	}
	return out
}

// loadOf has the figures of the load's operations of a kind.
func (t *trial) loadOf(kind bench.Kind, cutoff time.Duration) KindOut {
	ops := t.where(func(s *bench.Sample) bool { return s.Kind == kind })
	c := countsOf(ops, t.Facts.Deadline)
	k := KindOut{Kind: kind.String(), Due: c.Due, Good: c.Good, SuccessRatio: ratio(float64(c.Good), float64(c.Due)),
		IntervalAvailability: t.intervalAvailability(ops), UserUptime: userUptime(t.stretches(ops, cutoff))}
	k.Downtime = downtime(k.SuccessRatio, t.end)
	return k
}

// outagesByKind has the outages that the probes of one kind saw: one for the cluster, or
// where keys have owners one for each of these.
func (t *trial) outagesByKind() (reads, writes []outages) {
	parts, n := 1, max(1, len(t.Facts.Nodes))
	step := t.Facts.Probe + t.Facts.Probe/time.Duration(n)
	if t.Facts.Guarantees.Partitioned && n > 1 {
		parts, step = n, step+time.Duration(n)*t.Facts.Probe
	}
	period := probeKinds * time.Duration(parts) * t.Facts.Probe
	var of [probeKinds][]stream
	for k := range of {
		of[k] = make([]stream, parts)
		for i := range of[k] {
			of[k][i].period, of[k][i].step = period, step
		}
	}
	for i := range t.Samples {
		s := &t.Samples[i]
		if s.Class != bench.Probe {
			continue
		}
		kind, part := 1, 0
		if s.Kind == bench.Read {
			kind = 0
		}
		if parts > 1 {
			part = probeOwner(s.Key)
		}
		if part < parts {
			of[kind][part].add(s, t.Facts.Deadline)
		}
	}
	var out [probeKinds][]outages
	for k, list := range of {
		for _, st := range list {
			st.sort()
			out[k] = append(out[k], t.outages(st))
		}
	}
	return out[0], out[1]
}

type kindFigures struct {
	SuccessRatio         MS `json:"success_ratio"`
	IntervalAvailability MS `json:"interval_availability"`
	UserUptime           MS `json:"user_uptime"`
}

type plainKind KindOut

type deepKind struct{ *plainKind }

type kindJSON struct {
	deepKind
	kindFigures
}

// MarshalJSON writes figures that have no value as null.
func (k KindOut) MarshalJSON() ([]byte, error) {
	return json.Marshal(kindJSON{deepKind{(*plainKind)(&k)}, kindFigures{MS(k.SuccessRatio), MS(k.IntervalAvailability), MS(k.UserUptime)}})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (k *KindOut) UnmarshalJSON(b []byte) error {
	v := kindJSON{deepKind: deepKind{(*plainKind)(k)}}
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	f := v.kindFigures
	k.SuccessRatio, k.IntervalAvailability, k.UserUptime = float64(f.SuccessRatio), float64(f.IntervalAvailability), float64(f.UserUptime)
	return nil
}
