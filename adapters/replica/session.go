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
	id      uint64
	server  *Server
	seq     uint64 // of the last command
	attempt uint64

	waiting atomic.Uint64 // the attempt that is waited for; 0: none
	answers chan answer   // of capacity 1: Complete never blocks
}

type answer struct {
	reply bench.Reply
	err   error
}

// Session opens a session. seq is the sequence number of the last command that
// the session id has used on an earlier Server of this node, 0 for a new one.
func (s *Server) Session(id, seq uint64) *Session {
	return &Session{id: id, server: s, seq: seq, answers: make(chan answer, 1)}
}

// Seq is the sequence number of the last command.
func (s *Session) Seq() uint64 { return s.seq }

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
	var lost error // an earlier attempt may have taken effect
	for {
		s.attempt++
		call.Attempt = s.attempt
		s.waiting.Store(call.Attempt)
		err := s.server.start(call)
		var a answer
		if err == nil {
			select {
			case a = <-s.answers:
			case <-ctx.Done():
				return bench.Reply{}, s.giveUp(ctx, lost)
			}
			err = a.err
		}
		switch {
		case err == nil:
			return a.reply, nil
		case s.server.worthRetrying(err):
			if errors.Is(err, ErrLost) && op.Kind != bench.Read {
				lost = err
			}
		case lost != nil: // whatever this attempt proved, an earlier one may have had its effect
			return bench.Reply{}, lost
		default:
			return bench.Reply{}, err
		}
	}
}

// giveUp ends a call whose client waits no longer.
func (s *Session) giveUp(ctx context.Context, lost error) error {
	s.waiting.Store(0)
	held := s.server.forget(s.id)
	cause := fmt.Errorf("given up by the client: %w", context.Cause(ctx))
	if held && lost == nil {
		return fmt.Errorf("%w: no leader was found: %w", bench.ErrRejected, cause)
	}
	return cause
}
