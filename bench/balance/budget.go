package balance

import "sync/atomic"

// A budget bounds extra requests to a share of the operations: each operation pays in
// the share, each extra request takes out one. So in any stretch of n operations there
// are at most share·n + burst of them, however badly a system fares; without a bound,
// clients that ask again would multiply the load of one that is overloaded
// (Beyer et al., Site Reliability Engineering, 2016, chapter 21).
type budget struct {
	share int64 // per operation, in thousandths of a request
	saved atomic.Int64
}

// burst is how many extra requests a budget holds at most, and to begin with.
const (
	burst   = 10
	request = 1000 // in thousandths
)

func newBudget(share float64) *budget {
	b := &budget{share: int64(share*request + 0.5)}
	b.saved.Store(burst * request)
	return b
}

// earn pays in for one operation.
func (b *budget) earn() {
	for {
		have := b.saved.Load()
		more := min(have+b.share, burst*request)
		if more == have || b.saved.CompareAndSwap(have, more) {
			return
		}
	}
}

// take takes out one request, if there is one.
func (b *budget) take() bool {
	for {
		have := b.saved.Load()
		if have < request {
			return false
		}
		if b.saved.CompareAndSwap(have, have-request) {
			return true
		}
	}
}
