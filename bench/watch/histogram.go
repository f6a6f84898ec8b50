package watch

import (
	"slices"
	"time"
)

// bounds are the upper bounds of the buckets of a [Histogram]: 1, 2.5 and 5 of
// each decade from 50 µs, below which no replicated write is, to 10 s, when
// clients give up unless told otherwise.
var bounds = [...]time.Duration{
	50 * time.Microsecond, 100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond,
	10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second,
}

// A Histogram counts times by bucket. The last bucket is of those beyond every
// bound.
type Histogram struct {
	Buckets [len(bounds) + 1]uint64 `json:"buckets"`
	Sum     time.Duration           `json:"sum_ns"` // of those that ended
}

// add counts a time: in the first bucket whose bound it does not exceed.
func (h *Histogram) add(d time.Duration) {
	i, _ := slices.BinarySearch(bounds[:], d)
	h.Buckets[i]++
	h.Sum += d
}

// never counts one that did not end.
func (h *Histogram) never() { h.Buckets[len(bounds)]++ }
