package workloads

import (
	"sync/atomic"

	"nines/bench"
)

// inserting is a source whose writes are inserts: each of the next key, which
// nobody wrote before.
//
// A key counts as being there once its insert, or that of a higher one, was
// acknowledged. So a read may be of a key whose own insert is still under way, or
// was lost, and finds nothing: that is an answer like any other.
type inserting struct{ *source }

func (s *inserting) Next(op *bench.Op) bool {
	s.source.Next(op)
	if op.Kind == bench.Write {
		op.Key = s.w.issued.Add(1) - 1
	}
	return true
}

// Observe notes what was inserted. See [bench.Observer].
func (s *inserting) Observe(op *bench.Op, _ bench.Reply) {
	if op.Kind == bench.Write {
		raise(&s.w.there, op.Key+1)
	}
}

// scanning is a source whose reads are scans of the keys from one on: a
// transaction that says how many at most. Its writes are inserts.
type scanning struct{ inserting }

func (s *scanning) Next(op *bench.Op) bool {
	s.inserting.Next(op)
	if op.Kind == bench.Read {
		op.Arg = s.ids.next()
		s.transact(op, bench.Micro{Kind: bench.Scan, Key: op.Key, Arg: 1 + s.rng.Uint64N(uint64(s.w.cfg.ScanLength))})
		op.Size = 0
	}
	return true
}

// raise makes a number at least n.
func raise(a *atomic.Uint64, n uint64) {
	for now := a.Load(); now < n && !a.CompareAndSwap(now, n); now = a.Load() {
	}
}
