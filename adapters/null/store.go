package null

import (
	"context"
	"sync"
	"sync/atomic"

	"nines/bench"
)

// A store is a linearizable map from key to value id: one atomic word for each
// key, found without a lock for the keys that workloads use.
type store struct {
	pages [pages]atomic.Pointer[page]
	// Keys beyond the pages, such as those of probes.
	mu   sync.RWMutex
	rest map[uint64]*atomic.Uint64
}

const (
	pages    = 1 << 12
	pageSize = 1 << 8
)

type page [pageSize]atomic.Uint64

// cell returns the word of key, making it if need be.
func (s *store) cell(key uint64) *atomic.Uint64 {
	if key >= pages*pageSize {
		return s.far(key)
	}
	slot := &s.pages[key/pageSize]
	p := slot.Load()
	if p == nil {
		slot.CompareAndSwap(nil, new(page))
		p = slot.Load()
	}
	return &p[key%pageSize]
}

func (s *store) far(key uint64) *atomic.Uint64 {
	s.mu.RLock()
	c := s.rest[key]
	s.mu.RUnlock()
	if c != nil {
		return c
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c = s.rest[key]; c == nil {
		if s.rest == nil {
			s.rest = make(map[uint64]*atomic.Uint64)
		}
		c = new(atomic.Uint64)
		s.rest[key] = c
	}
	return c
}

func (s *store) apply(op *bench.Op) bench.Reply {
	c := s.cell(op.Key)
	switch op.Kind {
	case bench.Read:
		return bench.Reply{Value: c.Load()}
	case bench.CAS:
		return bench.Reply{Value: compareAndSwap(c, op.Expect, op.Arg)}
	default:
		c.Store(op.Arg)
		return bench.Reply{}
	}
}

// compareAndSwap returns the value that it found.
func compareAndSwap(c *atomic.Uint64, expect, arg uint64) uint64 {
	for {
		found := c.Load()
		if found != expect || c.CompareAndSwap(expect, arg) {
			return found
		}
	}
}

// Do makes the store a [bench.Client] for all sessions of a system that answers
// at once.
func (s *store) Do(_ context.Context, op *bench.Op) (bench.Reply, error) {
	return s.apply(op), nil
}

// Close does nothing.
func (s *store) Close() error { return nil }
