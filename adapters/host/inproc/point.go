package inproc

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"nines/adapters/replica"
	"nines/chaos"
)

// traps are the faults that wait for a node to reach a protocol point.
type traps struct {
	set atomic.Int64 // how many wait: all that a node looks at while none does

	mu      sync.Mutex
	waiting []*trap // the oldest first
	closed  bool
	sprung  sync.WaitGroup
}

type trap struct {
	point  string
	strike func(chaos.Point)
	struck chan struct{} // closed when strike has returned
}

// Points implements [chaos.Pointer].
func (c *Cluster) Points() []string { return c.cfg.Points }

// AtPoint implements [chaos.Pointer]. Of several strikes that wait for the same
// point, the oldest takes the first node.
func (c *Cluster) AtPoint(point string, strike func(chaos.Point)) (disarm func(), err error) {
	if !slices.Contains(c.cfg.Points, point) {
		return nil, fmt.Errorf("the system has no protocol point %q; it has %v", point, c.cfg.Points)
	}
	t := &trap{point: point, strike: strike, struck: make(chan struct{})}
	s := &c.traps
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, t)
	s.set.Add(1)
	return func() {
		if !s.remove(t) {
			<-t.struck
		}
	}, nil
}

// remove takes the trap out, and reports whether it had not been sprung. One that
// was taken out before counts as struck.
func (s *traps) remove(t *trap) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.waiting, t)
	if i < 0 {
		return false
	}
	s.waiting = slices.Delete(s.waiting, i, i+1)
	s.set.Add(-1)
	close(t.struck)
	return true
}

// reached springs the oldest trap at the point, if there is one. The node may go
// on when the channel is closed. The strike has a goroutine of its own, since a
// kill waits for those of the node.
func (c *Cluster) reached(n *node, p replica.Point) <-chan struct{} {
	s := &c.traps
	if s.set.Load() == 0 || n.dying.Load() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.waiting, func(t *trap) bool { return t.point == p.Name })
	if i < 0 || s.closed {
		return nil
	}
	t := s.waiting[i]
	s.waiting = slices.Delete(s.waiting, i, i+1)
	s.set.Add(-1)
	s.sprung.Go(func() {
		defer close(t.struck)
		t.strike(chaos.Point{Name: p.Name, Node: n.name, Coordinator: p.Coordinator, Participants: p.Participants, Txn: p.Txn})
	})
	return t.struck
}

// close lets nothing strike from now on, and waits for what is striking.
func (s *traps) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.sprung.Wait()
}
