package bench

import (
	"context"
	"math"
	"sync/atomic"
)

// A session is one connection to one node, with the id that makes it one
// sequential process to a checker. Everything but the deadline is set once.
type session struct {
	id     uint64
	ctx    context.Context
	cancel context.CancelFunc
	client Client
	// deadline is when the operation in hand is given up, in nanoseconds since
	// the base instant, or one of the marks below. The sweeper sets gaveUp with a
	// compare-and-swap before it cancels, so it never takes the wrong operation.
	deadline atomic.Int64
}

const (
	markIdle   = math.MaxInt64     // no operation in hand
	markGaveUp = math.MinInt64     // the sweeper has cancelled the session
	markClosed = math.MinInt64 + 1 // the session will not be used again
)

// A seat is a place at a node that one session after another takes. It serves
// one goroutine.
type seat struct {
	run     *run
	count   *counter
	observe Observer // nil if nobody is interested
	class   Class
	node    int
	session *session // nil: the next operation dials
}

func newSeat(r *run, count *counter, class Class, source Source, node int) seat {
	observe, _ := source.(Observer)
	return seat{run: r, count: count, observe: observe, class: class, node: node}
}

// perform does op, due and sent when s says, and fills in the rest of s.
func (p *seat) perform(op *Op, s *Sample) {
	s.Key, s.Arg, s.Expect = op.Key, op.Arg, op.Expect
	s.User, s.Size, s.Kind = op.User, op.Size, op.Kind
	s.Node, s.Class = uint16(p.node), p.class
	s.Session, s.Result = 0, 0
	deadline := int64(s.Due + p.run.abandon)
	if p.session != nil {
		p.session.deadline.Store(deadline)
	} else if !p.dial(deadline, s) {
		return
	}
	c := p.session
	s.Session = c.id
	reply, err := c.client.Do(c.ctx, op)
	s.Done = p.run.now()
	s.Outcome = OutcomeOf(err)
	gaveUp := c.deadline.Swap(markIdle) == markGaveUp
	if err == nil {
		s.Result = reply.Value
		if p.observe != nil {
			p.observe.Observe(op, reply)
		}
	}
	if gaveUp || s.Outcome == Unknown {
		p.retire()
	}
}

// lost completes the sample of an operation during which the client panicked.
// The client may hold locks, so the session is left as it is.
func (p *seat) lost(s *Sample) {
	s.Outcome, s.Done = Unknown, p.run.now()
	p.session = nil
}

// dial opens a session. If that fails the operation was never sent: it is
// rejected, whatever the error.
func (p *seat) dial(deadline int64, s *Sample) bool {
	r := p.run
	c := &session{id: r.sessions.Add(1)}
	c.ctx, c.cancel = context.WithCancel(r.ctx)
	c.deadline.Store(deadline)
	r.sweeper.add(c, p.count)
	p.count.sessions.Add(1)
	client, err := r.cluster.Dial(c.ctx, r.nodes[p.node], c.id)
	c.client = client
	p.session = c
	if err == nil && c.deadline.Load() != markGaveUp {
		return true
	}
	p.count.dialsFailed.Add(1)
	if err != nil {
		c.client = nil
	}
	p.retire()
	s.Session, s.Outcome, s.Done = c.id, Rejected, r.now()
	return false
}

// retire closes the session, if there is one. A checker must not take the next
// operation of this seat for one that followed an operation whose end nobody
// knows.
func (p *seat) retire() {
	c := p.session
	if c == nil {
		return
	}
	p.session = nil
	c.deadline.Store(markClosed)
	c.cancel()
	if c.client != nil {
		// A client that cannot close cleanly has lost nothing that was measured.
		_ = c.client.Close()
	}
}
