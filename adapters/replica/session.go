package replica

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"nines/bench"
)

// errRetry completes an attempt that certainly had no effect and is worth
// another try, such as one that a node refused because it no longer leads.
var errRetry = errors.New("no leader took the operation")

// A Session performs the operations of one sequential client on one node. It
// retries on the client's behalf until the context ends: reads are repeated,
// and commands carry a sequence number by which the state machine applies each
// of them once (Ongaro's thesis, section 6.3).
type Session struct {
	id     uint64
	server *Server
	seq    uint64 // of the last command
	last   uint64 // number of the last attempt

	waiting atomic.Uint64 // the attempt that is waited for; 0: none
	answers chan answer   // of capacity 1: Complete never blocks
}

type answer struct {
	reply bench.Reply
	err   error
}

// Session opens a session.
func (s *Server) Session(id uint64) *Session {
	return &Session{id: id, server: s, answers: make(chan answer, 1)}
}

// On continues the session on another Server of its node, after a restart. Its
// numbers go on: neither the state machine nor a late answer must take a new
// operation for an old one.
func (s *Session) On(next *Server) *Session {
	return &Session{id: s.id, server: next, seq: s.seq, last: s.last, answers: make(chan answer, 1)}
}

// Complete implements [Completer].
func (s *Session) Complete(attempt uint64, r bench.Reply, err error) {
	if s.waiting.CompareAndSwap(attempt, 0) {
		s.answers <- answer{r, err}
	}
}

// Do performs op as [bench.Client] says.
func (s *Session) Do(ctx context.Context, op *bench.Op) (bench.Reply, error) {
	if op.Kind != bench.Read {
		s.seq++
	}
	call := Call{Session: s.id, Seq: s.seq, Op: *op, Done: s}
	var lost error // an attempt that may have taken effect, whatever later ones prove
	for ctx.Err() == nil {
		reply, err := s.try(ctx, &call)
		switch {
		case err == nil:
			return reply, nil
		case s.server.worthRetrying(err):
			if errors.Is(err, ErrLost) && op.Kind != bench.Read {
				lost = err
			}
		case lost != nil:
			return bench.Reply{}, lost
		default:
			return bench.Reply{}, err
		}
	}
	if lost != nil {
		return bench.Reply{}, fmt.Errorf("%w: %w", givenUp(ctx), lost)
	}
	return bench.Reply{}, fmt.Errorf("%w: no leader was found: %w", bench.ErrRejected, givenUp(ctx))
}

func givenUp(ctx context.Context) error {
	return fmt.Errorf("given up by the client: %w", context.Cause(ctx))
}

// try makes one attempt. If ctx ends before it does, the error is errRetry if
// the attempt certainly had no effect.
func (s *Session) try(ctx context.Context, c *Call) (bench.Reply, error) {
	s.last++
	c.Attempt = s.last
	s.waiting.Store(c.Attempt)
	if err := s.server.start(*c); err != nil {
		s.waiting.Store(0)
		return bench.Reply{}, err
	}
	select {
	case a := <-s.answers:
		return a.reply, a.err
	case <-ctx.Done():
	}
	switch held := s.server.forget(s.id); {
	case !s.waiting.CompareAndSwap(c.Attempt, 0): // Complete was quicker
		a := <-s.answers
		return a.reply, a.err
	case held:
		return bench.Reply{}, errRetry
	default:
		return bench.Reply{}, givenUp(ctx)
	}
}
