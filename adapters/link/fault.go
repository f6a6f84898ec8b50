package link

import (
	"fmt"
	"slices"
	"time"

	"nines/chaos"
)

// layer is one fault upon a link, and what it did.
type layer struct {
	chaos.LinkFault
	harm chaos.LinkHarm

	free  time.Duration // Rate: when the last message so far will have passed, since Fabric.start
	until time.Duration // Reset: when the connection is up again
}

// HurtLink does l to the messages from one node to another, on top of what is
// done to them already; it implements [chaos.Linker].
//
// Delays add up. Whether a fault drops a message is decided for each fault by
// itself, so each one's harm is what it would have done alone: a message that
// two faults drop counts for both. A cut also drops what arrives during it, as
// a cable would; messages in flight that arrive after it are not lost. Healing
// a delay leaves the messages in flight their time, and those sent after wait
// behind them. A message that arrives twice does so at the same time, unless one
// of the two may be overtaken: that is decided for each. Healing a clog has
// everything arrive that waited and is due. A reset drops what is in flight, and
// like a cut until a round trip and [chaos.Reconnect] have passed.
func (f *Fabric) HurtLink(from, to string, l chaos.LinkFault) (heal func() chaos.LinkHarm, err error) {
	if err := check(l); err != nil {
		return nil, fmt.Errorf("hurting the link from %s to %s: %w", from, to, err)
	}
	if f.nodes[from] == nil || f.nodes[to] == nil || from == to {
		return nil, fmt.Errorf("hurting the link from %q to %q: no such link", from, to)
	}
	lk, y := f.nodes[from].to[to], &layer{LinkFault: l}
	f.mu.Lock()
	defer f.mu.Unlock()
	if l.Reset {
		y.until = f.now() + lk.base + f.nodes[to].to[from].base + chaos.Reconnect
		y.harm.Dropped += uint64(lk.purge())
	}
	lk.setWeather(append(lk.layers, y))
	if f.settle(lk) {
		f.waiter.wake()
	}
	return func() chaos.LinkHarm {
		f.mu.Lock()
		defer f.mu.Unlock()
		i := slices.Index(lk.layers, y)
		if i < 0 {
			return y.harm
		}
		if y.Clog {
			y.harm.Delayed += lk.overdue()
		}
		lk.setWeather(slices.Delete(lk.layers, i, i+1))
		if f.settle(lk) {
			f.waiter.wake()
		}
		return y.harm
	}, nil
}

// Hurts lists the faults in force, each such as "link n1 -> n2 (cut)".
func (f *Fabric) Hurts() (all []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, l := range f.links {
		for _, y := range l.layers {
			all = append(all, fmt.Sprintf("link %s -> %s (%v)", l.from.name, l.to.name, y.LinkFault))
		}
	}
	return all
}

func check(l chaos.LinkFault) error {
	for _, p := range []struct {
		name  string
		share float64
	}{
		{"loss", l.Loss}, {"duplicate", l.Duplicate}, {"reorder", l.Reorder},
	} {
		if !(p.share >= 0 && p.share <= 1) {
			return fmt.Errorf("%s %v, want a probability from 0 to 1", p.name, p.share)
		}
	}
	switch {
	case l.Delay < 0:
		return fmt.Errorf("delay %v is negative", l.Delay)
	case l.Jitter < 0 || l.Jitter > l.Delay:
		return fmt.Errorf("jitter %v, want 0 to the delay, %v", l.Jitter, l.Delay)
	case l.Late < 0 || l.Reorder > 0 && l.Late == 0:
		return fmt.Errorf("reordered messages come up to %v late, want a time of more than 0", l.Late)
	case l.Rate < 0:
		return fmt.Errorf("rate %d is negative, want bytes per second, or 0 for no limit", l.Rate)
	}
	return nil
}

// setWeather replaces the layers. Fabric.mu is held, or l is not yet shared.
func (l *link) setWeather(layers []*layer) {
	l.layers = layers
	l.clouded.Store(l.base > 0 || len(layers) > 0)
	l.clogged = slices.ContainsFunc(layers, func(y *layer) bool { return y.Clog })
}

// fate is what becomes of a message: how much later it is due, and how often it
// arrives, 0 times if it is lost.
type fate struct {
	delay  time.Duration
	copies int
}

// judge decides what becomes of a message of size bytes that is sent now.
// Fabric.mu is held.
func (l *link) judge(size int) fate {
	v := fate{delay: l.base, copies: 1}
	if len(l.layers) == 0 {
		return v
	}
	now := l.f.now()
	for _, y := range l.layers {
		if y.cuts(now) || l.chance(y.Loss) || y.Rate > 0 && y.free-now > chaos.Backlog {
			y.harm.Dropped++
			v.copies = 0
		}
	}
	if v.copies == 0 {
		return v
	}
	for _, y := range l.layers {
		d := y.Delay
		if y.Jitter > 0 {
			d += time.Duration(l.rand.Int64N(int64(2*y.Jitter)+1)) - y.Jitter
		}
		d += y.transmit(now, size)
		if d > 0 {
			y.harm.Delayed++
			v.delay += d
		}
		if l.chance(y.Duplicate) {
			y.harm.Duplicated++
			v.copies++
		}
	}
	return v
}

// chance draws nothing for a probability of 0: a fault does not change what
// others draw unless it has to.
func (l *link) chance(p float64) bool { return p > 0 && l.rand.Float64() < p }

// cuts reports whether the layer lets nothing through.
func (y *layer) cuts(now time.Duration) bool { return y.Cut || y.Reset && now < y.until }

// transmit is how long a message of size bytes takes from now on through a link
// of limited bandwidth, what waits before it included.
func (y *layer) transmit(now time.Duration, size int) time.Duration {
	if y.Rate == 0 {
		return 0
	}
	took := time.Duration(float64(size) / float64(y.Rate) * float64(time.Second))
	y.free = max(y.free, now) + took
	return y.free - now
}

// holdBack decides for how long a message that is sent now may be overtaken, and
// which layer says so. Fabric.mu is held.
func (l *link) holdBack() (by *layer, late time.Duration) {
	for _, y := range l.layers {
		if l.chance(y.Reorder) {
			by = y
			late += 1 + time.Duration(l.rand.Int64N(int64(y.Late)))
		}
	}
	return by, late
}

// overdue counts the messages that would have arrived. Fabric.mu is held.
func (l *link) overdue() (n uint64) {
	now := l.f.now()
	for i := range l.queue.len() {
		if l.queue.at(i).due > now {
			break
		}
		n++
	}
	for _, s := range l.late.h {
		if s.due <= now {
			n++
		}
	}
	return n
}

// cutNow reports whether a message that arrives now meets a cut, and counts it.
// Fabric.mu is held.
func (l *link) cutNow() (lost bool) {
	if len(l.layers) == 0 {
		return false
	}
	now := l.f.now()
	for _, y := range l.layers {
		if y.cuts(now) {
			y.harm.Dropped++
			lost = true
		}
	}
	return lost
}
