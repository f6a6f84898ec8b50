package replica

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"nines/adapters/machine"
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

	watched *watched

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
	s.Close()
	return &Session{id: s.id, server: next, seq: s.seq, last: s.last, answers: make(chan answer, 1)}
}

// Close ends the session; it is not used again.
func (s *Session) Close() {
	if s.watched != nil {
		s.watched.stop()
	}
}

// Complete implements [Completer].
func (s *Session) Complete(attempt uint64, r bench.Reply, err error) {
	if s.waiting.CompareAndSwap(attempt, 0) {
		s.answers <- answer{r, err}
	}
}

// Do performs op as [bench.Client] says.
func (s *Session) Do(ctx context.Context, op *bench.Op) (bench.Reply, error) {
	if op.Kind == bench.Transact { // one that is wrong must not reach a log
		if err := machine.ValidateTxn(op.Txn, op.Size); err != nil {
			return bench.Reply{}, fmt.Errorf("%w: %w", bench.ErrRejected, err)
		}
	}
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
		case lost != nil && !errors.Is(err, bench.ErrAborted): // an abort is the command's, whichever attempt it was
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

// errAbandoned completes the attempt that is waited for when its context ends.
var errAbandoned = errors.New("given up by the client")

// try makes one attempt. If ctx ends before it does, the error is errRetry if
// the attempt certainly had no effect.
func (s *Session) try(ctx context.Context, c *Call) (bench.Reply, error) {
	s.watch(ctx)
	s.last++
	c.Attempt = s.last
	s.waiting.Store(c.Attempt)
	if ctx.Err() != nil { // perhaps before there was anything for abandon to end
		s.withdraw()
		return bench.Reply{}, errRetry
	}
	if err := s.server.start(*c); err != nil {
		s.withdraw()
		return bench.Reply{}, err
	}
	a := <-s.answers
	if a.err != errAbandoned {
		return a.reply, a.err
	}
	if s.server.forget(s.id) {
		return bench.Reply{}, errRetry
	}
	return bench.Reply{}, givenUp(ctx)
}

// withdraw ends an attempt that is not under way. It may have been abandoned just
// now: the next one must not take that for its answer.
func (s *Session) withdraw() {
	if !s.waiting.CompareAndSwap(s.last, 0) {
		<-s.answers
	}
}

// watch has the attempt in hand abandoned when ctx ends. ctx is usually the same
// for all operations of a session, so this costs them nothing, where a select
// over both channels took a tenth of the processor.
func (s *Session) watch(ctx context.Context) {
	if s.watched != nil {
		if s.watched.ctx == ctx {
			return
		}
		s.watched.last.Store(s.last)
		s.watched.stop()
	}
	w := &watched{ctx: ctx}
	w.stop = context.AfterFunc(ctx, func() { s.abandon(w) })
	s.watched = w
}

// watched is a context under which attempts are made.
type watched struct {
	ctx  context.Context
	stop func() bool
	last atomic.Uint64 // the last attempt under it, when there are others; 0: it is still the one
}

// abandon ends the attempt in hand, if it is one under w: a context may end when
// its operations are long done.
func (s *Session) abandon(w *watched) {
	attempt := s.waiting.Load()
	last := w.last.Load() // after waiting: if a later context has an attempt, this is set
	if attempt != 0 && (last == 0 || attempt <= last) {
		s.Complete(attempt, bench.Reply{}, errAbandoned)
	}
}
