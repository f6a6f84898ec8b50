package workloads

import (
	"sync"

	"nines/bench"
)

// modifying is a source of reads and of read-modify-writes. A
// read-modify-write is two operations of one user, each with a due time of its
// own: a read, whose Arg is the id that is to be written, and a compare-and-swap
// that expects what the read found. The swap is the next operation that is due
// after the read was answered; a read that was not answered has none. A swap that
// finds something else has lost, and is answered all the same.
type modifying struct {
	*source
	mu    sync.Mutex
	swaps []bench.Op // that are to be made, the oldest first
	first int        // of swaps; those before it are made
}

func (s *modifying) Next(op *bench.Op) bool {
	if s.swap(op) {
		return true
	}
	s.source.Next(op)
	if op.Kind == bench.Write {
		op.Kind, op.Size = bench.Read, 0
	}
	return true
}

// swap takes the oldest swap that is to be made, if there is one.
func (s *modifying) swap(op *bench.Op) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first == len(s.swaps) {
		s.swaps, s.first = s.swaps[:0], 0
		return false
	}
	*op = s.swaps[s.first]
	s.first++
	return true
}

// Observe makes a swap of the answer to a read that announced one. See
// [bench.Observer].
func (s *modifying) Observe(op *bench.Op, reply bench.Reply) {
	if op.Kind != bench.Read || op.Arg == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.swaps = append(s.swaps, bench.Op{
		Kind: bench.CAS, Key: op.Key, Arg: op.Arg, Expect: reply.Value, Size: s.w.cfg.ValueSize, User: op.User,
	})
}
