package balance

import (
	"sync/atomic"
	"time"

	"nines/bench"
)

// leaderFor is how long an answer about who leads is believed: short beside an
// election, long beside an operation.
const leaderFor = 5 * time.Millisecond

// Leader returns a function that tells which of the nodes leads, for
// [Policy.Pickers]: the node that takes itself for the leader, of several the one
// with the latest term, and -1 if there is none. All callers together ask the
// nodes once in 5 ms.
func Leader(cluster bench.Inspector, nodes []string) func() int {
	var lead, nextAsk atomic.Int64
	lead.Store(-1)
	start := time.Now()
	return func() int {
		now, due := int64(time.Since(start)), nextAsk.Load()
		if now >= due && nextAsk.CompareAndSwap(due, now+int64(leaderFor)) {
			lead.Store(int64(ask(cluster, nodes)))
		}
		return int(lead.Load())
	}
}

func ask(cluster bench.Inspector, nodes []string) int {
	lead, term := -1, uint64(0)
	for i, node := range nodes {
		if s := cluster.Status(node); s.Up && s.Leader == node && (lead < 0 || s.Term > term) {
			lead, term = i, s.Term
		}
	}
	return lead
}
