package balance

import (
	"math"
	"slices"
	"sync/atomic"
	"time"
)

// recent is a quantile of the latest times that reads took: of the last window of
// them, looked at again whenever a quarter of it is new. It may be used by many
// goroutines.
type recent struct {
	q     float64
	took  [window]atomic.Int64 // a ring
	n     atomic.Uint64        // that were ever added
	value atomic.Int64         // 0: too few so far
}

const (
	window = 1000
	renew  = window / 4
)

// add takes note of a read that took so long. At least so long is enough for one that
// was given up, since that is beyond the quantile.
func (r *recent) add(took time.Duration) {
	n := r.n.Add(1)
	r.took[(n-1)%window].Store(max(1, int64(took)))
	if n%renew != 0 {
		return
	}
	all := make([]int64, 0, window)
	for i := range min(n, window) {
		all = append(all, r.took[i].Load())
	}
	slices.Sort(all)
	rank := max(1, int(math.Ceil(r.q*float64(len(all)))))
	r.value.Store(all[rank-1])
}

// get returns the quantile; ok is false while there are too few reads to tell.
func (r *recent) get() (d time.Duration, ok bool) {
	d = time.Duration(r.value.Load())
	return d, d > 0
}
