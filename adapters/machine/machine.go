// Package machine is the deterministic key-value state machine that all
// systems replicate.
//
// A [Command] changes one key, or is a transaction: all of its micro-operations
// in one step, or none. Commands carry a session and a sequence number, so one
// that is retried, and so stands in the log twice, is applied once: see
// [KV.Apply]. Every entry is folded into a digest ([KV.Digest]); nodes that
// applied the same log have the same digest at the same index, also after
// their logs are compacted and their state came from a snapshot.
//
// Values are kept in full, not only their ids: what systems copy, write and
// snapshot is what a real store would.
//
// Systems that do not replicate one log, but lock keys, share [Execute] with it.
package machine

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cespare/xxhash/v2"

	"nines/bench"
)

// KV is the state machine. It is not safe for concurrent use.
type KV struct {
	applied  uint64
	digest   uint64
	values   map[uint64][]byte // in full, id first; of 0 bytes if it is a list that was emptied
	order    order             // of the keys
	sessions table
}

// New returns a machine that has applied nothing.
func New() *KV { return newKV(SessionCapacity) }

func newKV(capacity int) *KV {
	return &KV{values: make(map[uint64][]byte), sessions: newTable(capacity)}
}

// ErrStale is wrapped by the error for a command older than the last one that
// was applied for its session. This attempt had no effect; an earlier attempt
// may have had, so the error is not a [bench.ErrRejected].
var ErrStale = errors.New("stale command")

// Apply applies the log entry at index, which must be higher than all before.
//
// A command with the Session and Seq of the last one of its session is a retry:
// it changes no key and gets the reply that the first attempt got, or the error:
// that of a transaction that was undone wraps [bench.ErrAborted]. The returned
// Command tells the caller whom to answer, also beside an error. An entry
// that is refused, because it is stale or no command at all, is part of the log
// all the same: it counts as applied, and in the digest. Apply keeps no
// reference to cmd.
func (m *KV) Apply(index uint64, cmd []byte) (Command, bench.Reply, error) {
	if index <= m.applied {
		return Command{}, bench.Reply{}, fmt.Errorf("applying entry %d: entry %d was applied already", index, m.applied)
	}
	m.applied = index
	m.fold(index, cmd)
	c, err := Decode(cmd)
	if err != nil {
		return Command{}, bench.Reply{}, fmt.Errorf("applying entry %d: %w", index, err)
	}
	s, found := m.sessions.touch(c.Session)
	switch {
	case found && c.Seq == s.seq:
		return c, s.reply, s.aborted(&c)
	case found && c.Seq < s.seq:
		return c, bench.Reply{}, fmt.Errorf("applying entry %d: %w: sequence %d of session %d, which is at %d", index, ErrStale, c.Seq, c.Session, s.seq)
	}
	s.seq = c.Seq
	if c.Kind == bench.Transact {
		s.reply, s.abort = m.transact(c.Txn, c.Size)
		return c, s.reply, s.aborted(&c)
	}
	s.reply, s.abort = m.change(&c, cmd[headerSize:]), abort{}
	return c, s.reply, nil
}

// change performs a command for the first time.
func (m *KV) change(c *Command, value []byte) bench.Reply {
	old := m.values[c.Key]
	var r bench.Reply
	if c.Kind == bench.CAS {
		if r.Value = id(old); r.Value != c.Expect {
			return r
		}
	}
	now := append(old[:0], value...) // in place as long as it fits
	if len(now) != len(old) || cap(now) != cap(old) {
		m.put(c.Key, now)
	}
	return r
}

// put has a key hold a value, in memory of its own.
func (m *KV) put(key uint64, value []byte) {
	before := len(m.values)
	m.values[key] = value
	if len(m.values) > before {
		m.order.add(key)
	}
}

// transact performs a transaction for the first time.
func (m *KV) transact(t *bench.Txn, size uint32) (bench.Reply, abort) {
	if scan := &t.Micros[0]; scan.Kind == bench.Scan {
		found := bench.Found{List: m.scan(scan.Key, int(scan.Arg))}
		return bench.Reply{Txn: &bench.TxnReply{Found: []bench.Found{found}}}, abort{}
	}
	e, err := Execute(func(key uint64) []byte { return m.values[key] }, t.Micros, size)
	if err != nil {
		last := len(e.Found) - 1
		return bench.Reply{}, abort{micro: uint32(last) + 1, found: e.Found[last].Value}
	}
	for _, w := range e.Writes {
		m.put(w.Key, w.Value)
	}
	return bench.Reply{Txn: &bench.TxnReply{Found: e.Found}}, abort{}
}

// Read returns the id of the value of key.
func (m *KV) Read(key uint64) bench.Reply { return bench.Reply{Value: id(m.values[key])} }

// Applied returns the index of the last entry.
func (m *KV) Applied() uint64 { return m.applied }

// Advance says that the entries up to index that were not applied are no
// commands. An index that is not higher than Applied changes nothing.
func (m *KV) Advance(index uint64) { m.applied = max(m.applied, index) }

// Digest is the fold of all commands up to Applied, with their indexes.
func (m *KV) Digest() uint64 { return m.digest }

// fold chains the entry into the digest, as in a hash chain: the state, the
// index and the hash of the bytes are hashed into the next state.
func (m *KV) fold(index uint64, cmd []byte) {
	var b [24]byte
	binary.LittleEndian.PutUint64(b[0:], m.digest)
	binary.LittleEndian.PutUint64(b[8:], index)
	binary.LittleEndian.PutUint64(b[16:], xxhash.Sum64(cmd))
	m.digest = xxhash.Sum64(b[:])
}

// id is the id of a value, IdleValue for an absent one, and for an empty list.
func id(value []byte) uint64 {
	if len(value) == 0 {
		return bench.IdleValue
	}
	return binary.LittleEndian.Uint64(value)
}
