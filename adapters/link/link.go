package link

import (
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// link is one direction between two nodes.
type link struct {
	f        *Fabric
	from, to *node
	base     time.Duration // of the profile

	// clouded is true if anything is done to messages: the slow way. pending
	// counts those that were queued in order and not yet handed over or dropped.
	clouded         atomic.Bool
	pending         atomic.Int64
	messages, bytes atomic.Uint64

	// Guarded by Fabric.mu:
	rand    *rand.Rand
	layers  []*layer
	clogged bool       // nothing is handed over
	queue   ring       // in the order of sending, so a message waits for those before it
	late    stragglers // what may be overtaken
	place   int        // in Fabric.due, or -1
	sent    uint64     // messages that came this way
	passed  uint64     // the greatest number, of those that arrived
}

// message is one in flight to an endpoint, not to whoever has its name later.
type message struct {
	due     time.Duration // since Fabric.start
	to      *Endpoint
	payload any
	number  uint64 // in the order of sending, among those that came the slow way
}

// delivery is a message that is due. One of the queue, in order, is pending until
// it has been handed over.
type delivery struct {
	message
	inOrder bool
}

// sendSlow sends over a link that has a delay, a fault or messages in flight.
func (l *link) sendSlow(e *Endpoint, payload any, size int) {
	f := l.f
	f.mu.Lock()
	to := l.to.attached.Load()
	fate := l.judge(size)
	if fate.copies == 0 || to == nil || f.closed || !e.live() {
		f.mu.Unlock()
		return
	}
	l.sent++
	m := message{due: f.now() + fate.delay, to: to, payload: payload, number: l.sent}
	direct, wake := 0, false
	for range fate.copies {
		by, late := l.holdBack()
		switch {
		case late == 0 && fate.delay == 0 && !l.clogged && l.pending.Load() == 0:
			l.passed = m.number
			direct++
		case l.flying() >= f.queue:
			f.overflow++
		case late > 0:
			held := m
			held.due += late
			l.late.push(straggler{held, by})
			wake = f.settle(l) || wake
		default:
			l.pending.Add(1)
			l.queue.push(m)
			wake = l.queue.len() == 1 && f.settle(l) || wake
		}
	}
	f.mu.Unlock()
	if wake {
		f.waiter.wake()
	}
	for range direct {
		to.receive(e.node.name, payload)
	}
}

// flying is how many messages are in flight.
func (l *link) flying() int { return l.queue.len() + l.late.len() }

// first is when the next message is due, and whether it is one of the late ones.
func (l *link) first() (due time.Duration, late bool) {
	switch {
	case l.late.len() == 0:
		return l.queue.head().due, false
	case l.queue.len() == 0 || l.late.head().due < l.queue.head().due:
		return l.late.head().due, true
	default:
		return l.queue.head().due, false
	}
}

// take takes out the next message; f.mu is held. One that others have overtaken
// counts as harm of the fault that held it back.
func (l *link) take() delivery {
	if _, late := l.first(); late {
		s := l.late.pop()
		if s.number < l.passed {
			s.by.harm.Reordered++
		}
		l.passed = max(l.passed, s.number)
		return delivery{s.message, false}
	}
	m := l.queue.pop()
	l.passed = max(l.passed, m.number)
	return delivery{m, true}
}

// purge loses everything in flight, and tells how much that was: the connection
// is gone. f.mu is held.
func (l *link) purge() (lost int) {
	lost = l.flying()
	l.pending.Add(-int64(l.queue.len()))
	l.queue, l.late = ring{}, stragglers{}
	l.f.settle(l)
	return lost
}
