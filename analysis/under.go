package analysis

import (
	"slices"
	"time"

	"nines/bench"
)

// Under is how the load was served under one fault, from the start of its injection to
// the end of its healing, or before the first: of the operations that were due then,
// whenever they ended.
type Under struct {
	Fault   string  `json:"fault,omitempty"` // "": none yet
	Number  int     `json:"number"`          // among the trial's faults, from 1; 0: none yet
	Seconds float64 `json:"seconds"`
	Counts  Counts  `json:"counts"`
	Reads   Served  `json:"reads"`
	Others  Served  `json:"others"`
	P99     MS      `json:"p99_ms"` // of the response
	Tries   uint64  `json:"tries"`  // requests in all, retries and hedges included
	Hedges  uint64  `json:"hedges"`
	OnHit   uint64  `json:"on_hit"` // operations that a node which was hit served, or was the last to be asked for
}

// Served is how many operations of a kind were due, and good.
type Served struct {
	Due  uint64 `json:"due"`
	Good uint64 `json:"good"`
}

// underFaults looks at the time before the first fault, and at each fault. There is nothing
// where faults are too many to be told of one by one.
func (t *trial) underFaults() []Under {
	if len(t.faults) == 0 || len(t.faults) > manyFaults {
		return nil
	}
	out := []Under{t.servedIn(0, t.faults[0].Start, nil)}
	for _, f := range t.faults {
		u := t.servedIn(f.Start, min(f.End, t.end), f.Nodes)
		u.Fault, u.Number = f.Fault, f.index+1
		out = append(out, u)
	}
	return out
}

// servedIn looks at what was due in [from, to), while these nodes were hit.
func (t *trial) servedIn(from, to time.Duration, hit []string) Under {
	ops := phase{ranges: []stretch{{from, to}}}.of(t)
	u := Under{Seconds: max(0, to-from).Seconds(), Counts: countsOf(ops, t.Facts.Deadline), P99: quantiles(responses(ops)).P99}
	for _, s := range ops {
		kind := &u.Others
		if s.Kind == bench.Read {
			kind = &u.Reads
		}
		kind.Due++
		if s.Good(t.Facts.Deadline) {
			kind.Good++
		}
		u.Tries, u.Hedges = u.Tries+uint64(s.Tries), u.Hedges+uint64(s.Hedges)
		if s.Outcome != bench.Dropped && int(s.Node) < len(t.Facts.Nodes) && slices.Contains(hit, t.Facts.Nodes[s.Node]) {
			u.OnHit++
		}
	}
	return u
}
