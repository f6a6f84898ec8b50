package bench

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// Progress is a [Recorder] that counts Main operations for a display, while the
// load runs. It is not exact enough for a result. The zero Progress is ready;
// Now may be called from any goroutine.
type Progress struct {
	due, ok, failed, dropped atomic.Uint64
	latency                  [64 * perOctave]atomic.Uint32 // response times since the last Now
}

// ProgressNow is what a display shows.
type ProgressNow struct {
	Due     uint64 // that is OK + Failed + Dropped
	OK      uint64
	Failed  uint64 // rejected or unknown
	Dropped uint64
	// Response times of those that succeeded since the last call of Now, with
	// an error of at most a sixteenth; 0 if there were none.
	P50, P99 time.Duration
}

// perOctave is the number of buckets between a latency and twice that.
const perOctave = 8

// Record counts the batch.
func (p *Progress) Record(batch []Sample) error {
	var n ProgressNow
	for i := range batch {
		s := &batch[i]
		if s.Class != Main {
			continue
		}
		n.Due++
		switch s.Outcome {
		case OK:
			n.OK++
			p.latency[bucket(s.Done-s.Due)].Add(1)
		case Dropped:
			n.Dropped++
		default:
			n.Failed++
		}
	}
	p.due.Add(n.Due)
	p.ok.Add(n.OK)
	p.failed.Add(n.Failed)
	p.dropped.Add(n.Dropped)
	return nil
}

// Now returns the counts so far, and the latency since the last call.
func (p *Progress) Now() ProgressNow {
	n := ProgressNow{Due: p.due.Load(), OK: p.ok.Load(), Failed: p.failed.Load(), Dropped: p.dropped.Load()}
	var counts [len(p.latency)]uint64
	var total uint64
	for i := range p.latency {
		counts[i] = uint64(p.latency[i].Swap(0))
		total += counts[i]
	}
	var below uint64
	for i, c := range counts {
		// The k-th smallest of n, with k = ⌈q·n⌉, is in this bucket.
		if k := (total + 1) / 2; below < k && k <= below+c {
			n.P50 = middle(i)
		}
		if k := (99*total + 99) / 100; below < k && k <= below+c {
			n.P99 = middle(i)
		}
		below += c
	}
	return n
}

// bucket is the index of d: eight to an octave, linear within it, and one for
// each nanosecond below 8.
func bucket(d time.Duration) int {
	if d < perOctave {
		return int(max(d, 0))
	}
	octave := bits.Len64(uint64(d)) - 4 // d>>octave is in [8, 16)
	return octave*perOctave + int(d>>octave)
}

// middle is the middle of a bucket.
func middle(bucket int) time.Duration {
	if bucket < 2*perOctave {
		return time.Duration(bucket)
	}
	octave := bucket/perOctave - 1
	low := time.Duration(bucket%perOctave+perOctave) << octave
	return low + 1<<octave/2
}
