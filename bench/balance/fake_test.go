package balance

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nines/bench"
)

// An act is what a fake node does with a request: it answers after a time.
type act struct {
	after time.Duration
	err   error
	late  bool // it takes effect nevertheless, or only when it is answered
}

var (
	errRefused = fmt.Errorf("refused: %w", bench.ErrRejected)
	errLost    = errors.New("lost")
)

// fake is three nodes that hold one counter between them: a write adds one to it, and a
// read returns it. It watches how it is used.
type fake struct {
	t    testing.TB
	act  func(node int, op *bench.Op) act
	down [3]bool // refuses dials

	mu      sync.Mutex
	value   uint64
	changed []time.Time    // when it was added to
	applied map[uint64]int // how often, by Arg
	ids     map[uint64]bool
	asked   []string // requests, as in "1: read"

	ids0 atomic.Uint64
	open atomic.Int64
}

func newFake(t testing.TB, act func(node int, op *bench.Op) act) *fake {
	return &fake{t: t, act: act, applied: map[uint64]int{}, ids: map[uint64]bool{}}
}

func (f *fake) Nodes() []string { return three }

func (f *fake) Close() error { return nil }

func (f *fake) Dial(_ context.Context, name string, id uint64) (bench.Client, error) {
	var node int
	for i, n := range three {
		if n == name {
			node = i
		}
	}
	if f.down[node] {
		return nil, errors.New("connection refused")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ids[id] || id == 0 {
		f.t.Errorf("a second session with the id %d", id)
	}
	f.ids[id] = true
	f.open.Add(1)
	return &fakeSession{fake: f, node: node}, nil
}

// fakeSession insists on what a client may expect of its user.
type fakeSession struct {
	*fake
	node   int
	busy   atomic.Bool
	lost   bool
	closed bool
}

func (s *fakeSession) Do(ctx context.Context, op *bench.Op) (bench.Reply, error) {
	if !s.busy.CompareAndSwap(false, true) || s.lost || s.closed {
		s.t.Errorf("a session is used although busy, lost %v or closed %v", s.lost, s.closed)
	}
	defer s.busy.Store(false)
	a := s.act(s.node, op)
	s.mu.Lock()
	s.asked = append(s.asked, fmt.Sprintf("%d: %v", s.node, op.Kind))
	s.mu.Unlock()
	timer := time.NewTimer(a.after)
	defer timer.Stop()
	if a.err != nil && a.late {
		s.apply(op)
	}
	select {
	case <-timer.C:
	case <-ctx.Done():
		s.lost = true
		return bench.Reply{}, ctx.Err()
	}
	if a.err != nil {
		s.lost = bench.OutcomeOf(a.err) == bench.Unknown
		return bench.Reply{}, a.err
	}
	return bench.Reply{Value: s.apply(op)}, nil
}

func (f *fake) apply(op *bench.Op) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if op.Kind != bench.Read {
		f.value++
		f.changed = append(f.changed, time.Now())
		f.applied[op.Arg]++
	}
	return f.value
}

func (s *fakeSession) Close() error {
	if s.closed {
		s.t.Error("a session is closed twice")
	}
	s.closed = true
	s.open.Add(-1)
	return nil
}

// balancer is a policy at work on the fake.
func (f *fake) balancer(policy string) *Balancer {
	f.t.Helper()
	p, err := Parse(policy)
	if err != nil {
		f.t.Fatal(err)
	}
	b, err := p.Balance(Config{Nodes: three, Seed: 1, Leads: func() int { return 0 }, Dialer: f, NewSession: func() uint64 { return 1000 + f.ids0.Add(1) }})
	if err != nil {
		f.t.Fatal(err)
	}
	return b
}

// dial opens a session of the load with the first node.
func dial(t testing.TB, b *Balancer) bench.Router {
	t.Helper()
	c, err := b.Dial(t.Context(), "n1", 1)
	if err != nil {
		t.Fatal(err)
	}
	return c.(bench.Router)
}

var (
	aRead  = &bench.Op{Kind: bench.Read, Key: 1}
	aWrite = &bench.Op{Kind: bench.Write, Key: 1, Arg: 7, Size: 8}
	aTxn   = &bench.Op{Kind: bench.Transact, Arg: 8, Size: 8, Txn: &bench.Txn{}}
)
