// Package clock is the clock of a node that a host can bend. Until it does, the
// clock passes through to package time.
//
// A clock that is bent may be set back. Whoever counts intervals by it takes that
// as standing still: time that was, does not come again.
package clock

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"nines/chaos"
)

// Clock is a node's clock, over all the replicas that run on the node. Its zero
// value is right. Its methods are safe for concurrent use.
type Clock struct {
	bend     atomic.Pointer[bend] // nil: it has always been right
	readings atomic.Uint64        // of a clock that was bent

	mu      sync.Mutex
	faults  []*fault
	tickers map[*time.Ticker]time.Duration // that run, and their periods
}

// bend is how the clock goes from an instant on.
type bend struct {
	from  time.Time     // by package time
	ahead time.Duration // at that instant
	rate  float64       // 1 is right
}

func (b *bend) at(now time.Time) time.Time {
	if b == nil {
		return now
	}
	return now.Add(b.ahead + time.Duration(float64(now.Sub(b.from))*(b.rate-1)))
}

type fault struct {
	chaos.ClockFault
	began    time.Time // by package time
	readings uint64    // of the clock before
	tickers  uint64    // that it has driven
	harm     chaos.ClockHarm
	healed   bool
}

// Now is the time by this clock.
func (c *Clock) Now() time.Time {
	b := c.bend.Load()
	if b == nil {
		return time.Now()
	}
	c.readings.Add(1)
	return b.at(time.Now())
}

// NewTicker is a ticker by this clock, as time.NewTicker makes it: a tick that
// nobody has taken is lost, and so are those that a jump of the clock leaves out.
// stop ends it.
func (c *Clock) NewTicker(d time.Duration) (ticks <-chan time.Time, stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := time.NewTicker(c.span(d))
	if c.tickers == nil {
		c.tickers = make(map[*time.Ticker]time.Duration)
	}
	c.tickers[t] = d
	for _, f := range c.faults {
		f.tickers++
	}
	return t.C, func() {
		t.Stop()
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.tickers, t)
	}
}

// span is how long d by this clock takes now. c.mu is held.
func (c *Clock) span(d time.Duration) time.Duration {
	b := c.bend.Load()
	if b == nil || b.rate == 1 {
		return d
	}
	return max(1, time.Duration(float64(d)/b.rate))
}

// Hurt bends the clock, on top of how it is bent already; see [chaos.Clocker].
// Rates multiply.
func (c *Clock) Hurt(f chaos.ClockFault) (heal func() chaos.ClockHarm) {
	c.mu.Lock()
	defer c.mu.Unlock()
	y := &fault{ClockFault: f, began: time.Now(), tickers: uint64(len(c.tickers)), readings: c.readings.Load()}
	c.faults = append(c.faults, y)
	c.set(f.Offset)
	return func() chaos.ClockHarm {
		c.mu.Lock()
		defer c.mu.Unlock()
		if !y.healed {
			c.heal(y)
		}
		return y.harm
	}
}

// Hurts lists the faults in force.
func (c *Clock) Hurts() (all []chaos.ClockFault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, y := range c.faults {
		all = append(all, y.ClockFault)
	}
	return all
}

func (c *Clock) heal(y *fault) {
	y.healed = true
	y.harm.Readings = c.readings.Load() - y.readings
	if y.Rate != 0 {
		y.harm.Readings = y.tickers
		y.harm.Ahead = time.Duration(float64(time.Since(y.began)) * y.Rate)
	}
	c.faults = slices.DeleteFunc(c.faults, func(f *fault) bool { return f == y })
	c.set(-y.Offset)
}

// set moves the clock, and has it go as the faults in force say. c.mu is held.
func (c *Clock) set(by time.Duration) {
	now := time.Now()
	old := c.bend.Load()
	b := &bend{from: now, ahead: old.at(now).Sub(now) + by, rate: 1}
	for _, f := range c.faults {
		b.rate *= 1 + f.Rate
	}
	if b.ahead == 0 && b.rate == 1 && len(c.faults) == 0 {
		b = nil
	}
	c.bend.Store(b)
	if old.speed() == b.speed() {
		return
	}
	for t, d := range c.tickers {
		t.Reset(c.span(d))
	}
}

func (b *bend) speed() float64 {
	if b == nil {
		return 1
	}
	return b.rate
}
