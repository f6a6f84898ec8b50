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
}

// HurtLink does l to the messages from one node to another, on top of what is
// done to them already; it implements [chaos.Linker].
//
// Delays add up. Whether a fault drops a message is decided for each fault by
// itself, so each one's harm is what it would have done alone: a message that
// two faults drop counts for both. A cut also drops what arrives during it, as
// a cable would; messages in flight that arrive after it are not lost. Healing
// a delay leaves the messages in flight their time, and those sent after wait
// behind them.
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
	lk.setWeather(append(lk.layers, y))
	return func() chaos.LinkHarm {
		f.mu.Lock()
		defer f.mu.Unlock()
		if i := slices.Index(lk.layers, y); i >= 0 {
			lk.setWeather(slices.Delete(lk.layers, i, i+1))
		}
		return y.harm
	}, nil
}

func check(l chaos.LinkFault) error {
	switch {
	case !(l.Loss >= 0 && l.Loss <= 1):
		return fmt.Errorf("loss %v, want a probability from 0 to 1", l.Loss)
	case l.Delay < 0:
		return fmt.Errorf("delay %v is negative", l.Delay)
	case l.Jitter < 0 || l.Jitter > l.Delay:
		return fmt.Errorf("jitter %v, want 0 to the delay, %v", l.Jitter, l.Delay)
	}
	return nil
}

// setWeather replaces the layers. Fabric.mu is held, or l is not yet shared.
func (l *link) setWeather(layers []*layer) {
	l.layers = layers
	l.clouded.Store(l.base > 0 || len(layers) > 0)
}

// judge decides what becomes of a message that is sent now. Fabric.mu is held.
func (l *link) judge() (delay time.Duration, lost bool) {
	delay = l.base
	for _, y := range l.layers {
		if y.Cut || y.Loss > 0 && l.rand.Float64() < y.Loss {
			y.harm.Dropped++
			lost = true
		}
	}
	if lost {
		return 0, true
	}
	for _, y := range l.layers {
		d := y.Delay
		if y.Jitter > 0 {
			d += time.Duration(l.rand.Int64N(int64(2*y.Jitter)+1)) - y.Jitter
		}
		if d > 0 {
			y.harm.Delayed++
			delay += d
		}
	}
	return delay, false
}

// cutNow reports whether a message that arrives now meets a cut, and counts it.
// Fabric.mu is held.
func (l *link) cutNow() (lost bool) {
	for _, y := range l.layers {
		if y.Cut {
			y.harm.Dropped++
			lost = true
		}
	}
	return lost
}
