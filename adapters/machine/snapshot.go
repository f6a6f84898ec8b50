package machine

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/cespare/xxhash/v2"

	"nines/bench"
)

// magic begins a snapshot; its last character is the version of the format.
const magic = "nineskv2"

// ErrSnapshot is wrapped by every error about bytes that are not a snapshot.
var ErrSnapshot = errors.New("not a snapshot of the state machine")

// Snapshot encodes the whole state. Machines that applied the same entries
// have the same snapshot, byte for byte.
//
// The format, little endian, 8 bytes each unless said otherwise: magic; applied;
// digest; number of keys; each key in rising order with the length of its value
// (4) and the value; number of sessions; each session from the least to the most
// recently used with its last sequence number and what came of that command: how
// it ended (1) and the reply's value, what the transaction found as [AppendFound]
// writes it, or the number (4) of the micro-operation that failed, from 1, and what
// that found; xxhash of all before.
func (m *KV) Snapshot() []byte {
	b := make([]byte, 0, m.snapshotSize())
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint64(b, m.applied)
	b = binary.LittleEndian.AppendUint64(b, m.digest)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(m.values)))
	for _, key := range slices.Sorted(maps.Keys(m.values)) {
		v := m.values[key]
		b = binary.LittleEndian.AppendUint64(b, key)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(v)))
		b = append(b, v...)
	}
	b = binary.LittleEndian.AppendUint64(b, uint64(m.sessions.len()))
	for i := m.sessions.all[0].next; i != 0; {
		s := &m.sessions.all[i]
		b = binary.LittleEndian.AppendUint64(b, s.id)
		b = binary.LittleEndian.AppendUint64(b, s.seq)
		b = s.appendOutcome(b)
		i = s.next
	}
	return binary.LittleEndian.AppendUint64(b, xxhash.Sum64(b))
}

func (m *KV) snapshotSize() int {
	n := len(magic) + 5*8
	for _, v := range m.values {
		n += 12 + len(v)
	}
	for i := range m.sessions.all[1:] {
		n += 16 + m.sessions.all[i+1].outcomeSize()
	}
	return n
}

// How the last command of a session ended.
const (
	endedWell    byte = iota // with a value
	endedTxn                 // with what a transaction found
	endedAborted             // a transaction was undone
)

func (s *session) appendOutcome(b []byte) []byte {
	switch {
	case s.abort.micro > 0:
		b = append(b, endedAborted)
		b = binary.LittleEndian.AppendUint32(b, s.abort.micro)
		return binary.LittleEndian.AppendUint64(b, s.abort.found)
	case s.reply.Txn != nil:
		return AppendFound(append(b, endedTxn), s.reply.Txn.Found)
	default:
		return binary.LittleEndian.AppendUint64(append(b, endedWell), s.reply.Value)
	}
}

func (s *session) outcomeSize() int {
	switch {
	case s.abort.micro > 0:
		return 1 + 4 + 8
	case s.reply.Txn != nil:
		return 1 + FoundSize(s.reply.Txn.Found)
	default:
		return 1 + 8
	}
}

func (r *reader) outcome() (reply bench.Reply, a abort) {
	switch end := r.uint8(); end {
	case endedWell:
		reply.Value = r.uint64()
	case endedTxn:
		reply.Txn = &bench.TxnReply{Found: r.found()}
	case endedAborted:
		a = abort{r.uint32(), r.uint64()}
		if r.err == nil && (a.micro == 0 || a.micro > MaxMicros) {
			r.err = fmt.Errorf("micro-operation %d failed, they are numbered from 1 to %d", a.micro, MaxMicros)
		}
	default:
		r.err = fmt.Errorf("a command that ended as %d", end)
	}
	return reply, a
}

// Restore replaces the whole state by a snapshot. After an error nothing has
// changed. It keeps no reference to b.
func (m *KV) Restore(b []byte) error {
	if len(b) < len(magic)+8 || string(b[:len(magic)]) != magic {
		return fmt.Errorf("%w: it does not begin with %q", ErrSnapshot, magic)
	}
	body := b[:len(b)-8]
	if got, want := xxhash.Sum64(body), binary.LittleEndian.Uint64(b[len(body):]); got != want {
		return fmt.Errorf("%w: checksum %016x, want %016x", ErrSnapshot, got, want)
	}
	r := reader{b: body, off: len(magic)}
	n := newKV(m.sessions.capacity)
	n.applied, n.digest = r.uint64(), r.uint64()
	r.values(n)
	r.sessions(n)
	switch {
	case r.err != nil:
		return fmt.Errorf("%w: %w", ErrSnapshot, r.err)
	case r.off != len(body):
		return fmt.Errorf("%w: %d bytes too many", ErrSnapshot, len(body)-r.off)
	}
	*m = *n
	return nil
}

func (r *reader) values(m *KV) {
	count, last := r.uint64(), uint64(0)
	for i := uint64(0); i < count && r.err == nil; i++ {
		key, size := r.uint64(), r.uint32()
		if r.err == nil && !valueSize(size) {
			r.err = fmt.Errorf("key %d has a value of %d bytes", key, size)
		}
		if r.err == nil && i > 0 && key <= last {
			r.err = fmt.Errorf("key %d after key %d", key, last)
		}
		if v := r.bytes(int(size)); v != nil {
			m.values[key] = slices.Clone(v)
		}
		last = key
	}
}

func (r *reader) sessions(m *KV) {
	count := r.uint64()
	if r.err == nil && count > uint64(m.sessions.capacity) {
		r.err = fmt.Errorf("%d sessions, the most is %d", count, m.sessions.capacity)
	}
	for i := uint64(0); i < count && r.err == nil; i++ {
		id, seq := r.uint64(), r.uint64()
		reply, a := r.outcome()
		if r.err != nil {
			return
		}
		s, found := m.sessions.touch(id)
		if found || seq == 0 {
			r.err = fmt.Errorf("session %d stands twice or has applied nothing", id)
		}
		s.seq, s.reply, s.abort = seq, reply, a
	}
}
