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
	// counts those that were queued and not yet handed over or dropped.
	clouded         atomic.Bool
	pending         atomic.Int64
	messages, bytes atomic.Uint64

	// Guarded by Fabric.mu:
	rand   *rand.Rand
	layers []*layer
	queue  ring // in the order of sending, so a message waits for those before it
	place  int  // in Fabric.due, or -1
}

// message is one in flight to an endpoint, not to whoever has its name later.
type message struct {
	due     time.Duration // since Fabric.start
	to      *Endpoint
	payload any
}

// sendSlow sends over a link that has a delay, a fault or messages in flight.
func (l *link) sendSlow(e *Endpoint, payload any) {
	f := l.f
	f.mu.Lock()
	to := l.to.attached.Load()
	delay, lost := l.judge()
	if lost || to == nil || f.closed || !e.live() {
		f.mu.Unlock()
		return
	}
	if delay == 0 && l.pending.Load() == 0 {
		f.mu.Unlock()
		to.receive(e.node.name, payload)
		return
	}
	if l.queue.len() >= f.queue {
		f.overflow++
		f.mu.Unlock()
		return
	}
	due := f.now() + delay
	l.pending.Add(1)
	l.queue.push(message{due: due, to: to, payload: payload})
	wake := false
	if l.queue.len() == 1 {
		f.settle(l)
		if wake = due < f.sleep; wake {
			f.sleep = 0 // once is enough
		}
	}
	f.mu.Unlock()
	if wake {
		f.waiter.wake()
	}
}

// purge loses everything in flight: the connection is gone. f.mu is held.
func (l *link) purge() {
	l.pending.Add(-int64(l.queue.len()))
	l.queue = ring{}
	l.f.settle(l)
}

// ring is a queue of messages.
type ring struct {
	buf   []message // its length is 0 or a power of two
	first int
	n     int
}

func (r *ring) len() int       { return r.n }
func (r *ring) head() *message { return &r.buf[r.first] }

func (r *ring) push(m message) {
	if r.n == len(r.buf) {
		grown := make([]message, max(16, 2*r.n))
		k := copy(grown, r.buf[r.first:])
		copy(grown[k:], r.buf[:r.first])
		r.buf, r.first = grown, 0
	}
	r.buf[(r.first+r.n)&(len(r.buf)-1)] = m
	r.n++
}

func (r *ring) pop() message {
	m := r.buf[r.first]
	r.buf[r.first] = message{}
	r.first = (r.first + 1) & (len(r.buf) - 1)
	r.n--
	return m
}
