package trial

import (
	"sync/atomic"
	"time"

	"nines/bench"
)

// A period is the measured one, whose end may be moved to an earlier instant while
// it lasts: a schedule of episodes is over when the last of them is.
type period struct {
	until atomic.Int64  // nanoseconds since the base instant
	known chan struct{} // closed when until is final
}

func newPeriod(atMost time.Duration) *period {
	p := &period{known: make(chan struct{})}
	p.until.Store(int64(atMost))
	return p
}

// end makes the period end at an instant that is still to come, or at its
// longest.
func (p *period) end(at time.Duration) {
	p.until.Store(min(p.until.Load(), int64(at)))
	close(p.known)
}

func (p *period) length() time.Duration { return time.Duration(p.until.Load()) }

// stop ends an open stream with the period. The generator knows one arrival
// ahead, so it is the source that says, when that is due, that there is no more.
func (p *period) stop(s *bench.Open) {
	c := &cut{period: p, arrivals: s.Arrivals, source: s.Source}
	s.Arrivals, s.Source = c.next, c
	if o, ok := c.source.(bench.Observer); ok {
		s.Source = observedCut{c, o}
	}
}

// cut is a stream that ends with a period. One goroutine uses it.
type cut struct {
	*period
	arrivals bench.Arrivals
	source   bench.Source
	due      time.Duration // of the arrival that was given out last
}

func (c *cut) next() (time.Duration, bool) {
	due, ok := c.arrivals()
	c.due = due
	return due, ok
}

// Next implements [bench.Source].
func (c *cut) Next(op *bench.Op) bool { return c.due < c.length() && c.source.Next(op) }

type observedCut struct {
	*cut
	bench.Observer
}
