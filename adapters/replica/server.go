package replica

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"nines/bench"
)

// A Server is the part of a node that is the same for every system. It stands
// between the sessions of clients and the node's [Replica]: an operation that
// the replica cannot serve goes over the link to the node that leads, and waits
// here while nobody does.
type Server struct {
	id      string
	port    Port
	replica Replica
	forward bool
	timing  Timing

	open   atomic.Bool // replica is set; what other nodes ask for before that is lost
	failed atomic.Bool // the replica has stopped by itself; what other nodes ask for is lost, as with a crash

	asked attempts // by other nodes

	mu     sync.Mutex      // never held while anything is sent or completed
	leader string          // as last learnt; "" if nobody is known to lead
	remote map[uint64]sent // by session: forwarded, not yet answered
	held   map[uint64]Call // by session: waiting for a leader to be known
	closed bool

	stop chan struct{}
	done sync.WaitGroup
}

type sent struct {
	call       Call
	to         string
	at         time.Time
	redirected bool // to is whom another node took for the leader
}

// ServerConfig is what a Server needs beside the node's Env.
type ServerConfig struct {
	// Reject makes a node that cannot serve an operation reject it with a hint,
	// instead of forwarding it to the leader and retrying.
	Reject bool
}

// Serve opens a node and starts its Server.
func Serve(env Env, open Open, cfg ServerConfig) (*Server, error) {
	if err := env.Timing.Validate(); err != nil {
		return nil, fmt.Errorf("open node %s: %w", env.ID, err)
	}
	s := &Server{
		id:      env.ID,
		port:    env.Link,
		forward: !cfg.Reject,
		timing:  env.Timing,
		remote:  make(map[uint64]sent),
		held:    make(map[uint64]Call),
		stop:    make(chan struct{}),
	}
	events := env.Events
	env.Events = func(e bench.Event) {
		s.learn(e)
		events(e)
	}
	env.Link = protocolPort{s}
	r, err := open(env)
	if err != nil {
		return nil, fmt.Errorf("open node %s: %w", env.ID, err)
	}
	s.replica = r
	s.open.Store(true)
	s.done.Go(s.tick)
	return s, nil
}

// Replica is the one that serves here, for what only some can do.
func (s *Server) Replica() Replica { return s.replica }

// Status asks the replica.
func (s *Server) Status() bench.Status { return s.replica.Status() }

// Close stops the node as a crash would. What its clients wait for ends
// unknown, unless it never left this node.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	close(s.stop)
	err := s.replica.Close()
	s.done.Wait()

	s.mu.Lock()
	remote, held := s.remote, s.held
	s.remote, s.held = nil, nil
	s.mu.Unlock()
	for _, f := range remote {
		f.call.Complete(bench.Reply{}, ErrLost)
	}
	for _, c := range held {
		c.Complete(bench.Reply{}, s.downError())
	}
	return err
}

func (s *Server) downError() error {
	return fmt.Errorf("node %s is down: %w", s.id, bench.ErrRejected)
}

// worthRetrying reports whether a session tries again after err: the node lost
// its leadership, or had lost it when it came to the call.
func (s *Server) worthRetrying(err error) bool {
	if errors.Is(err, errRetry) {
		return true
	}
	var elsewhere *bench.NotLeaderError
	if !errors.Is(err, ErrLost) && !errors.As(err, &elsewhere) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.forward && !s.closed
}

// start begins one attempt. An error means that it is not under way.
func (s *Server) start(c Call) error {
	err := s.replica.Submit(c)
	if err == nil {
		return nil
	}
	var elsewhere *bench.NotLeaderError
	if !errors.As(err, &elsewhere) || !s.forward {
		return err
	}
	to := elsewhere.Leader
	s.mu.Lock()
	if to == "" {
		to = s.leader
	}
	away := to != "" && to != s.id
	switch {
	case s.closed:
		s.mu.Unlock()
		return s.downError()
	case away:
		s.remote[c.Session] = sent{call: c, to: to, at: time.Now()}
	default:
		s.held[c.Session] = c
	}
	s.mu.Unlock()
	if away {
		s.ask(to, &c)
	}
	return nil
}

// ask forwards c, which is in remote already: on a link without delay the answer
// comes before Send returns.
func (s *Server) ask(to string, c *Call) {
	s.port.Send(to, request{c.Session, c.Seq, c.Attempt, c.Op}, requestSize(&c.Op))
}

// forget drops what is known of a session's call, and reports whether the call
// was held here, so that it certainly had no effect.
func (s *Server) forget(session uint64) (held bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, held = s.held[session]
	delete(s.held, session)
	delete(s.remote, session)
	return held
}

// learn follows the leadership as the replica reports it.
func (s *Server) learn(e bench.Event) {
	var leader string
	moved := func(f sent) bool { return leader != "" && leader != f.to }
	switch e.Kind {
	case bench.EventLeader:
		leader = s.id
	case bench.EventFollows:
		leader = e.Detail
	case bench.EventNoLeader:
	case bench.EventFailed:
		s.failed.Store(true)
		leader = s.id // which refuses what is held; those who were asked may yet answer
		moved = func(sent) bool { return false }
	default:
		return
	}
	s.mu.Lock()
	s.leader = leader
	retry := s.stale(moved)
	s.mu.Unlock()
	completeAll(retry)
}

// tick tries again what a lost message or a stale hint left hanging.
func (s *Server) tick() {
	t := time.NewTicker(s.timing.Heartbeat)
	defer t.Stop()
	for {
		select {
		case <-s.stop:
			return
		case now := <-t.C:
			s.mu.Lock()
			retry := s.stale(func(f sent) bool { return now.Sub(f.at) > s.timing.Election })
			s.mu.Unlock()
			completeAll(retry)
		}
	}
}

type outcome struct {
	call Call
	err  error
}

// stale takes out the calls to try again: those forwarded that old picks and,
// if a leader is known, those held. s.mu is held.
func (s *Server) stale(old func(sent) bool) []outcome {
	var out []outcome
	for session, f := range s.remote {
		if old(f) {
			delete(s.remote, session)
			out = append(out, outcome{f.call, ErrLost})
		}
	}
	if s.leader == "" {
		return out
	}
	for session, c := range s.held {
		delete(s.held, session)
		out = append(out, outcome{c, errRetry})
	}
	return out
}

func completeAll(os []outcome) {
	for _, o := range os {
		o.call.Complete(bench.Reply{}, o.err)
	}
}
