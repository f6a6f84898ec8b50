package bench

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"time"
)

// A session is one connection to one node, with the id that makes it one
// sequential process to a checker. Everything but the deadline is set once.
type session struct {
	id     uint64
	ctx    context.Context
	cancel context.CancelFunc
	client Client
	router Router // the client, if it is one
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
	dialer  Dialer
	class   Class
	node    int
	session *session // nil: the next operation dials
}

func newSeat(r *run, count *counter, class Class, source Source, dialer Dialer, node int) seat {
	observe, _ := source.(Observer)
	if dialer == nil {
		dialer = r.cluster
	}
	return seat{run: r, count: count, observe: observe, dialer: dialer, class: class, node: node}
}

// perform does op, which was due and is sent as said, and writes its sample
// into s. It writes at the end only, because s may be in another core's cache,
// and an atomic operation waits for every write before it.
func (p *seat) perform(op *Op, due, sent time.Duration, s *Sample) {
	deadline := int64(due + p.run.abandon)
	if p.session != nil {
		p.session.deadline.Store(deadline)
	} else if id, ok := p.dial(deadline); !ok {
		// Whatever went wrong, the operation was never sent.
		s.Due, s.Sent, s.Done = due, sent, p.run.now()
		p.fill(s, op, id, Rejected)
		if op.Txn != nil {
			p.recordTxn(op, Reply{}, ErrRejected)
		}
		return
	}
	c := p.session
	reply, err := c.client.Do(c.ctx, op)
	done := p.run.now()
	outcome := OutcomeOf(err)
	gaveUp := c.deadline.Swap(markIdle) == markGaveUp
	if op.Txn != nil {
		p.recordTxn(op, reply, err)
	}
	s.Due, s.Sent, s.Done = due, sent, done
	p.fill(s, op, c.id, outcome)
	if c.router != nil {
		s.follow(c.router.Route())
	}
	if err == nil {
		s.Result = reply.Value
		if p.observe != nil {
			p.observe.Observe(op, reply)
		}
	}
	if gaveUp || outcome == Unknown {
		p.retire()
	}
}

// recordTxn records what a transaction asked for and got.
func (p *seat) recordTxn(op *Op, reply Reply, err error) {
	rec := TxnRecord{ID: op.Arg, Txn: op.Txn}
	if err == nil {
		rec.Reply = reply.Txn
	}
	if err := p.run.txns.RecordTxn(rec); err != nil {
		p.run.fail(err)
	}
}

// fill writes everything into s but its instants and its result.
func (p *seat) fill(s *Sample, op *Op, session uint64, outcome Outcome) {
	s.Session, s.Key, s.Arg, s.Expect, s.Result = session, op.Key, op.Arg, op.Expect, 0
	s.User, s.Size, s.Kind = op.User, op.Size, op.Kind
	s.Node, s.Class, s.Outcome = uint16(p.node), p.class, outcome
	s.Tries, s.Hedges = 1, 0
}

// follow writes down how the operation came to its reply.
func (s *Sample) follow(r Route) {
	s.Node, s.Tries, s.Hedges = uint16(r.Node), r.Tries, r.Hedges
}

var errLostClient = errors.New("the client panicked")

// lost writes the sample of an operation during which the client panicked. The
// client may hold locks, so the session is left as it is.
func (p *seat) lost(op *Op, due, sent time.Duration, s *Sample) {
	var id uint64
	if p.session != nil {
		id = p.session.id
	}
	s.Due, s.Sent, s.Done = due, sent, p.run.now()
	p.fill(s, op, id, Unknown)
	if op.Txn != nil {
		p.recordTxn(op, Reply{}, errLostClient)
	}
	p.session = nil
}

// dial opens a session for an operation with the given deadline.
func (p *seat) dial(deadline int64) (id uint64, ok bool) {
	r := p.run
	c := &session{id: r.sessions.Add(1)}
	c.ctx, c.cancel = context.WithCancel(r.ctx)
	c.deadline.Store(deadline)
	r.sweeper.add(c, p.count)
	p.count.sessions.Add(1)
	p.session = c
	client, err := p.dialer.Dial(c.ctx, r.nodes[p.node], c.id)
	if err == nil {
		c.client = client
		c.router, _ = client.(Router)
		if c.deadline.Load() != markGaveUp {
			return c.id, true
		}
	}
	p.count.dialsFailed.Add(1)
	p.retire()
	return c.id, false
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
