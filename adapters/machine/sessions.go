package machine

import "nines/bench"

// SessionCapacity is how many sessions a machine remembers. When one more
// applies its first command, the session whose last command lies furthest back
// in the log is forgotten: the same one on every node, since only the log
// decides.
//
// The bound that follows: a retry is applied once provided that fewer than
// SessionCapacity other sessions had commands applied since the session's own
// last one. A session is used again and again, and retired only when an outcome
// was unknown; were each of 100,000 commands/s that of a new session, the bound
// would still be 1.3 s of log between a command and its retry.
//
// What a session's last transaction found is remembered in full, and goes into
// every snapshot: workloads that read whole lists keep them short.
const SessionCapacity = 1 << 17

// session is what is remembered of one: its last command.
type session struct {
	id         uint64
	seq        uint64
	reply      bench.Reply
	abort      abort
	prev, next int32 // in order of use: places in table.all
}

// abort is why a transaction was undone, short enough to be remembered. The zero
// abort is that of a command that was not.
type abort struct {
	micro uint32 // the micro-operation that failed, from 1
	found uint64 // what it found
}

// aborted is the error for c, the session's last command; nil if it succeeded.
func (s *session) aborted(c *Command) error {
	i := int(s.abort.micro) - 1
	switch {
	case i < 0:
		return nil
	case c.Txn == nil || i >= len(c.Txn.Micros): // a retry that is not the same command
		return bench.ErrAborted
	}
	return &abortedError{i, c.Txn.Micros[i], s.abort.found}
}

// table is the sessions in order of use. Place 0 of all is the ring's sentinel:
// its next is the least recently used session, its prev the most recently used.
type table struct {
	capacity int
	at       map[uint64]int32
	all      []session
}

func newTable(capacity int) table {
	return table{capacity: capacity, at: make(map[uint64]int32), all: make([]session, 1)}
}

// touch makes id the most recently used session and returns it, valid until the
// next touch. If it is not found it is added with Seq 0; another may go.
func (t *table) touch(id uint64) (s *session, found bool) {
	i, found := t.at[id]
	switch {
	case found:
		if t.all[0].prev == i {
			return &t.all[i], true
		}
		t.unlink(i)
	case len(t.all) <= t.capacity:
		i = int32(len(t.all))
		t.all = append(t.all, session{id: id})
		t.at[id] = i
	default:
		i = t.all[0].next
		t.unlink(i)
		delete(t.at, t.all[i].id)
		t.all[i] = session{id: id}
		t.at[id] = i
	}
	last := t.all[0].prev
	s = &t.all[i]
	s.prev, s.next = last, 0
	t.all[last].next, t.all[0].prev = i, i
	return s, found
}

func (t *table) unlink(i int32) {
	s := &t.all[i]
	t.all[s.prev].next, t.all[s.next].prev = s.next, s.prev
}

// len is the number of sessions remembered.
func (t *table) len() int { return len(t.all) - 1 }
