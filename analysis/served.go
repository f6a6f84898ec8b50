package analysis

import (
	"slices"
	"time"

	"nines/bench"
)

// servedShare of the probes must be good for a part of the keys to count as served.
// Where none is, it is not.
const servedShare = 0.95

// A tally counts probes by node, kind and part of the keys.
type tally map[asker]*share

type asker struct {
	node int
	kind bench.Kind
	part int
}

type share struct{ due, good int }

func (t *trial) tally(from, to time.Duration) tally {
	got := make(tally)
	for i := range t.Samples {
		s := &t.Samples[i]
		if s.Class != bench.Probe || s.Due < from || s.Due >= to {
			continue
		}
		a := asker{node: int(s.Node), kind: s.Kind}
		if t.Facts.Guarantees.Partitioned {
			a.part = probeOwner(s.Key)
		}
		if got[a] == nil {
			got[a] = new(share)
		}
		got[a].due++
		if s.Good(t.Facts.Deadline) {
			got[a].good++
		}
	}
	return got
}

// service sums up what all nodes of a side got.
func (t *trial) service(got tally, side *Side, kind bench.Kind) Service {
	s := Service{Keys: 1, Agrees: true}
	if t.Facts.Guarantees.Partitioned {
		s.Keys = len(t.Facts.Nodes)
	}
	for part := range s.Keys {
		served, refused := true, true
		for _, name := range side.Nodes {
			x := got[asker{slices.Index(t.Facts.Nodes, name), kind, part}]
			if x == nil {
				x = new(share)
			}
			s.Due += x.due
			s.Good += x.good
			served = served && x.due > 0 && float64(x.good) >= servedShare*float64(x.due)
			refused = refused && x.good == 0
		}
		expected := t.expected(side, kind, part)
		if expected {
			s.Theory++
		}
		switch {
		case served:
			s.Served++
		case !refused:
			s.Partly++
		}
		if served != expected || !served && !refused {
			s.Agrees = false
		}
	}
	return s
}

// expected is whether clients of a side should be served, as the system's protocol
// says: a leader goes on with Serve nodes, another one needs Elect of them as well.
func (t *trial) expected(side *Side, kind bench.Kind, part int) bool {
	theory := t.Facts.Tolerance
	if side.Dead || theory == nil {
		return false
	}
	if t.Facts.Guarantees.Partitioned {
		return slices.Contains(side.Nodes, t.Facts.Nodes[part])
	}
	need := theory.Serve
	if !side.Leads {
		need = max(need, theory.Elect)
	}
	if kind == bench.Read && theory.Reads < theory.Serve {
		need = theory.Reads
	}
	return len(side.Nodes) >= need
}
