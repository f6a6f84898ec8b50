package commit

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"nines/adapters/machine"
	"nines/adapters/replica/step"
	"nines/bench"
)

// Recover implements [step.Machine]. Parts that were prepared keep their locks.
func (n *Node) Recover(s step.Stable) error {
	if s.Index > 0 {
		if err := n.restore(s.Snapshot); err != nil {
			return fmt.Errorf("restore snapshot %d: %w", s.Index, err)
		}
	}
	n.index, n.snapped = s.Index, s.Index
	for _, r := range s.Records {
		if r.Index <= n.index {
			continue // the snapshot has it
		}
		n.index = r.Index
		if err := n.replay(r.Kind, r.Data); err != nil {
			return fmt.Errorf("replay record %d of kind %d: %w", r.Index, r.Kind, err)
		}
	}
	return nil
}

func (n *Node) replay(kind byte, data []byte) error {
	if kind >= FirstKind {
		return n.protocol.Replay(kind, data)
	}
	r := NewReader(data, len(n.cfg.Members))
	switch kind {
	case recordEpoch:
		n.epoch = r.Uint64()
	case recordPrepared:
		l := r.local()
		if r.Err() == nil {
			return n.recovered(l)
		}
	case recordCommitted, recordAborted:
		id, _ := r.ID(), r.Byte()
		if r.Err() == nil {
			return n.replayEnd(id, kind)
		}
	case recordOnce:
		t, writes := r.Txn(), r.writes()
		if r.Err() == nil {
			n.seen[t.ID.Node].add(t.ID.Seq, true)
			n.apply(t, writes)
		}
	case recordRenounced:
		id := r.ID()
		n.seen[id.Node].add(id.Seq, false)
	default:
		return fmt.Errorf("%w: of no known kind", ErrDamaged)
	}
	return r.Err()
}

// recovered puts a part that is in doubt back where it was.
func (n *Node) recovered(l *Local) error {
	if n.locals[l.Txn.ID] != nil || n.locks.inTheWay(l) != nil {
		return fmt.Errorf("%w: %v is prepared, and its locks are taken", ErrDamaged, l.Txn.ID)
	}
	n.locals[l.Txn.ID] = l
	n.clock = max(n.clock, l.Txn.Stamp)
	n.hold(l)
	return nil
}

func (n *Node) replayEnd(id ID, kind byte) error {
	l := n.locals[id]
	if l == nil {
		return fmt.Errorf("%w: %v is over, and was never prepared", ErrDamaged, id)
	}
	if kind == recordCommitted {
		n.apply(l.Txn, l.Writes)
	}
	n.free(l, kind == recordCommitted)
	n.retry = nil
	return nil
}

// snapshot asks for the state to be saved, now and then.
func (n *Node) snapshot() {
	every := n.cfg.Batch.SnapshotEvery
	if every == 0 || n.snapping || n.index-n.snapped < every {
		return
	}
	n.snapping, n.snapped = true, n.index
	n.out.Snapshot = &step.Snapshot{Index: n.index, State: n.state()}
}

// magic begins a snapshot; its last character is the version of the format.
const magic = "ninesac1"

// state encodes everything that the log up to here says, little endian: magic;
// epoch, clock, applied, digest (8 each); number of keys (4), each with its length
// (4) and value, by key; number of parts in doubt (4), each as in its record and
// with the protocol's byte, in order of preparation; for each coordinator low (8)
// and the number of Seqs above it (4), these, rising, each with its fate (1); the protocol's state.
func (n *Node) state() []byte {
	b := []byte(magic)
	for _, v := range []uint64{n.epoch, n.clock, n.applied, n.digest} {
		b = appendUint64(b, v)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(n.values)))
	for _, key := range slices.Sorted(maps.Keys(n.values)) {
		v := n.values[key]
		b = binary.LittleEndian.AppendUint32(appendUint64(b, key), uint32(len(v)))
		b = append(b, v...)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(n.inDoubt))
	for l := range n.InDoubt {
		b = append(appendLocal(b, l), l.Protocol)
	}
	for i := range n.seen {
		s := &n.seen[i]
		b = binary.LittleEndian.AppendUint32(appendUint64(b, s.low), uint32(len(s.over)))
		for _, seq := range slices.Sorted(maps.Keys(s.over)) {
			b = append(appendUint64(b, seq), truth(s.over[seq]))
		}
	}
	return n.protocol.AppendState(b)
}

func (n *Node) restore(b []byte) error {
	r := NewReader(b, len(n.cfg.Members))
	if string(r.Bytes(len(magic))) != magic {
		return fmt.Errorf("%w: a snapshot begins with %q", ErrDamaged, magic)
	}
	n.epoch, n.clock, n.applied, n.digest = r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()
	for range r.Count(12) {
		key, size := r.Uint64(), r.Uint32()
		if r.err == nil && size > 0 && (size < bench.MinValueSize || size > machine.MaxValueSize) { // 0: an empty list
			r.err = fmt.Errorf("%w: key %d has a value of %d bytes", ErrDamaged, key, size)
		}
		n.values[key] = append([]byte(nil), r.Bytes(int(size))...)
	}
	for range r.Count(1) {
		l := r.local()
		l.Protocol = r.Byte()
		if r.err != nil {
			return r.err
		}
		if err := n.recovered(l); err != nil {
			return err
		}
	}
	for i := range n.seen {
		n.seen[i].low = r.Uint64()
		for range r.Count(9) {
			n.seen[i].add(r.Uint64(), r.Byte() != 0)
		}
	}
	if r.err != nil {
		return r.err
	}
	return n.protocol.Restore(r.b)
}
