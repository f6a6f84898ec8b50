package replica

import (
	"errors"
	"time"

	"nines/adapters/machine"
	"nines/bench"
)

// request asks the leader to perform an operation for another node's client.
type request struct {
	session, seq, attempt uint64
	op                    bench.Op
}

// response answers a request. Of errors only their class crosses the link.
type response struct {
	session, attempt uint64
	reply            bench.Reply
	class            errorClass
	leader           string // hint of a notLeader
	text             string
}

type errorClass uint8

const (
	fine errorClass = iota
	notLeader
	rejected
	aborted // is rejected too
	lost
	other
)

// Encoded sizes, in bytes: the fields in fixed width, and one for the type. What
// is written is counted in full, and what a transaction finds.
const (
	opSize       = 1 + 8 + 8 + 8 + 4 + 4
	requestFixed = 1 + 3*8 + opSize
	responseSize = 1 + 3*8 + 1
)

func requestSize(op *bench.Op) int {
	switch op.Kind {
	case bench.Read:
		return requestFixed
	case bench.Transact:
		return requestFixed + machine.MicrosSize(op.Txn.Micros, op.Size)
	default:
		return requestFixed + int(op.Size)
	}
}

func (m *response) size() int {
	n := responseSize + len(m.leader) + len(m.text)
	if m.reply.Txn != nil {
		n += machine.FoundSize(m.reply.Txn.Found)
	}
	return n
}

// protocolPort is the Port that the replica sees: the node's own, without the
// messages between Servers.
type protocolPort struct{ s *Server }

func (p protocolPort) Send(to string, payload any, size int) { p.s.port.Send(to, payload, size) }

func (p protocolPort) Handle(fn func(from string, payload any)) {
	s := p.s
	s.port.Handle(func(from string, payload any) {
		switch m := payload.(type) {
		case request:
			s.serve(from, m)
		case response:
			s.answer(from, m)
		default:
			fn(from, payload)
		}
	})
}

// serve performs a forwarded operation if this node leads.
func (s *Server) serve(from string, m request) {
	if !s.open.Load() || s.failed.Load() || !s.asked.first(m.session, m.attempt) {
		return
	}
	c := Call{Session: m.session, Seq: m.seq, Attempt: m.attempt, Op: m.op, Done: &caller{s, from, m.session}}
	if err := s.replica.Submit(c); err != nil {
		c.Complete(bench.Reply{}, err)
	}
}

// caller completes a forwarded call by sending the answer back.
type caller struct {
	s       *Server
	from    string
	session uint64
}

func (c *caller) Complete(attempt uint64, r bench.Reply, err error) {
	m := response{session: c.session, attempt: attempt, reply: r}
	var elsewhere *bench.NotLeaderError
	switch {
	case err == nil:
	case errors.As(err, &elsewhere):
		m.class, m.leader = notLeader, elsewhere.Leader
	case errors.Is(err, bench.ErrAborted):
		m.class, m.text = aborted, err.Error()
	case errors.Is(err, bench.ErrRejected):
		m.class, m.text = rejected, err.Error()
	case errors.Is(err, ErrLost):
		m.class = lost
	default:
		m.class, m.text = other, err.Error()
	}
	c.s.port.Send(c.from, m, m.size())
}

// answer takes the response to a forwarded call.
func (s *Server) answer(from string, m response) {
	s.mu.Lock()
	f, ok := s.remote[m.session]
	if !ok || f.call.Attempt != m.attempt || f.to != from || s.closed {
		s.mu.Unlock()
		return
	}
	if m.class != notLeader {
		delete(s.remote, m.session)
		s.mu.Unlock()
		f.call.Complete(m.reply, m.err())
		return
	}
	elsewhere := s.redirect(f, m.leader)
	s.mu.Unlock()
	if elsewhere {
		s.ask(m.leader, &f.call)
	}
}

// redirect follows the hint of a node that does not lead, once. Nodes that take
// each other for the leader would only keep the link busy: after that, and if
// there is no hint, the call is held until there is news of a leader, or until
// the next tick. s.mu is held.
func (s *Server) redirect(f sent, hint string) (elsewhere bool) {
	if f.redirected || hint == "" || hint == f.to || hint == s.id {
		delete(s.remote, f.call.Session)
		s.held[f.call.Session] = f.call
		return false
	}
	s.remote[f.call.Session] = sent{call: f.call, to: hint, at: time.Now(), redirected: true}
	return true
}

func (m *response) err() error {
	switch m.class {
	case fine:
		return nil
	case aborted:
		return remoteError{m.text, bench.ErrAborted}
	case rejected:
		return remoteError{m.text, bench.ErrRejected}
	case lost:
		return ErrLost
	default:
		return remoteError{m.text, nil}
	}
}

// remoteError is an error of the leader, as told over the link.
type remoteError struct {
	text  string
	class error
}

func (e remoteError) Error() string { return "at the leader: " + e.text }
func (e remoteError) Unwrap() error { return e.class }
