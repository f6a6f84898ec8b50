package workloads

import (
	"sync"
	"time"

	"nines/bench"
)

// locking is a source of users who want locks. A lock is a register. Its value is
// free or a token of who holds it, and changes by compare-and-swap only: from what
// was seen last to a token of one's own, to acquire the lock or to take it away;
// and from one's own token to a free value, to release it.
//
// A holder takes itself for one from the answer to its acquisition on, until it
// sends its release or a lease has passed since it sent the acquisition. Others
// take the lock away when a lease has passed since one of them first saw the
// token, or saw it again after something else, which is later. All this is measured by one clock, the load's: it says
// nothing of clocks that differ.
//
// What is next for a lock is what follows from what was seen of it last: acquire
// it if it is free, release it if its holder is known to have it, take it away if
// it is held for too long, else read it. Reads come on top of that.
type locking struct {
	*source
	epoch uint64 // the highest that this source gave out
}

// A lock is what was seen of one, by all users together. An answer may come after
// a later one, and then be stale: a swap that relies on it loses.
type lock struct {
	mu    sync.Mutex
	value uint64    // seen last
	since time.Time // when it was seen first, since another was
	// token is one whose holder knows that it has the lock, and has not begun to
	// release it; 0: there is none.
	token  uint64
	holder uint32 // user
}

// A value of a lock counts up in its bits 25 to 63, so that it is higher than all
// before; then comes the number of the source, which makes it unique, since a
// source never gives out the same count twice; and bit 0 is as bench.Held says.
const epochShift = 64 - idBits + 1

// next is a value that no other is equal to, and higher than the one before.
func (s *locking) next(before uint64, held uint64) uint64 {
	s.epoch = max(s.epoch, before>>epochShift) + 1
	return s.epoch<<epochShift | uint64(s.ids)>>idBits<<1 | held
}

func (s *locking) Next(op *bench.Op) bool {
	s.source.Next(op)
	if op.Kind == bench.Read {
		return true
	}
	l := &s.w.locks[op.Key]
	l.mu.Lock()
	defer l.mu.Unlock()
	op.Kind, op.Expect = bench.CAS, l.value
	switch {
	case !bench.Held(l.value):
		op.Arg = s.next(l.value, 1)
	case l.value == l.token:
		l.token = 0
		op.User, op.Arg = l.holder, s.next(l.value, 0)
	case time.Since(l.since) >= s.w.cfg.Lease:
		op.Arg = s.next(l.value, 1)
	default:
		op.Kind, op.Arg, op.Expect, op.Size = bench.Read, 0, 0, 0
	}
	return true
}

// Observe notes what was seen of a lock. See [bench.Observer].
func (s *locking) Observe(op *bench.Op, reply bench.Reply) {
	value := reply.Value
	swapped := op.Kind == bench.CAS && value == op.Expect
	if swapped {
		value = op.Arg
	}
	l := &s.w.locks[op.Key]
	l.mu.Lock()
	defer l.mu.Unlock()
	if value != l.value {
		l.value, l.since = value, time.Now()
	}
	if swapped && bench.Held(value) {
		l.token, l.holder = value, op.User
	}
}
