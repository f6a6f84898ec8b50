package analysis

import (
	"slices"
	"time"

	"nines/bench"
)

// A doubt is a stretch in which a participant did not know the fate of a
// transaction that it had prepared.
type doubt struct {
	from, to time.Duration
	txn      uint64
	locks    int
	asked    string // the node that coordinates it; empty if that is not known
}

// doubts are those that ended. What was in doubt to the end is a check's affair.
func (t *trial) doubts() []doubt {
	coordinator := map[uint64]string{}
	if t.Facts.Guarantees.Partitioned {
		for i := range t.Samples {
			if s := &t.Samples[i]; s.Kind == bench.Transact && int(s.Node) < len(t.Facts.Nodes) {
				coordinator[s.Arg] = t.Facts.Nodes[s.Node] // the node that receives a transaction coordinates it
			}
		}
	}
	var out []doubt
	for _, e := range t.Events {
		if e.Kind == bench.EventInDoubt {
			out = append(out, doubt{e.At - e.Took, e.At, e.Txn, e.Locks, coordinator[e.Txn]})
		}
	}
	return out
}

// orphaned are the doubts whose coordinator is among the nodes that a fault hit. The
// others wait for a participant: what also needs a dead node waits for its vote.
func orphaned(doubts []doubt, hit []string) []doubt {
	return slices.DeleteFunc(slices.Clone(doubts), func(d doubt) bool { return !slices.Contains(hit, d.asked) })
}

// inDoubt sums doubts up.
func (t *trial) inDoubt(doubts []doubt) InDoubt {
	if !t.Facts.Guarantees.Partitioned {
		return InDoubt{Max: MS(nan), Total: MS(nan), Locks: MS(nan)}
	}
	var sum InDoubt
	txns := map[uint64]bool{}
	for _, d := range doubts {
		took := ms(d.to - d.from)
		txns[d.txn] = true
		sum.Max = max(sum.Max, took)
		sum.Total += took
		sum.Locks += took * MS(d.locks)
	}
	sum.Txns = len(txns)
	return sum
}

// byFault are the doubts of each fault, as in t.faults: where most of a doubt lies,
// there it belongs. It may have begun a little before the fault, since what waits to
// be decided is what a fault at a protocol point strikes at.
func (t *trial) byFault(doubts []doubt) [][]doubt {
	own := make([][]doubt, len(t.faults))
	for _, d := range doubts {
		var most time.Duration
		at := -1
		for i, f := range t.faults {
			if shared := min(d.to, f.limit) - max(d.from, f.Start); shared > most {
				at, most = i, shared
			}
		}
		if at >= 0 {
			own[at] = append(own[at], d)
		}
	}
	return own
}
