package commit

import (
	"encoding/binary"
	"errors"
	"fmt"

	"nines/adapters/machine"
)

// Kinds of the node's own records.
const (
	recordEpoch     byte = iota + 1 // the node has started: epoch (8)
	recordPrepared                  // a part is in doubt: transaction, locks, writes
	recordCommitted                 // it was committed: its id, whether it only read (1)
	recordAborted                   // it was aborted: likewise
	recordOnce                      // a transaction of this node alone has written: transaction, writes
	recordRenounced                 // it will not be prepared here: its id

	// FirstKind is the first kind of a record that is a protocol's own.
	FirstKind byte = 16
)

// epochShift is where in a Seq the epoch begins: the rest of it is enough for a
// trillion transactions between two restarts.
const epochShift = 40

// ErrDamaged is wrapped by every error about bytes that no node has written.
var ErrDamaged = errors.New("damaged record")

func appendUint64(b []byte, v uint64) []byte { return binary.LittleEndian.AppendUint64(b, v) }

// AppendID appends the encoding of an ID to b: node (4), seq (8), little endian.
func AppendID(b []byte, id ID) []byte {
	return appendUint64(binary.LittleEndian.AppendUint32(b, uint32(id.Node)), id.Seq)
}

// AppendTxn appends the encoding of a Txn to b: its id, label (8), stamp (8),
// number of participants (4), these (4 each).
func AppendTxn(b []byte, t *Txn) []byte {
	b = AppendID(b, t.ID)
	b = appendUint64(appendUint64(b, t.Label), t.Stamp)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(t.Participants)))
	for _, p := range t.Participants {
		b = binary.LittleEndian.AppendUint32(b, uint32(p))
	}
	return b
}

// appendLocal appends what must be known of a part in doubt: its transaction,
// number of locks (4), key (8) and exclusive (1) of each, writes.
func appendLocal(b []byte, l *Local) []byte {
	b = AppendTxn(b, l.Txn)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(l.keys)))
	for _, k := range l.keys {
		b = append(appendUint64(b, k.key), truth(k.exclusive))
	}
	return machine.AppendWrites(b, l.Writes)
}

func appendOnce(b []byte, l *Local) []byte {
	return machine.AppendWrites(AppendTxn(b, l.Txn), l.Writes)
}

// A Reader takes encodings apart. After an error it yields zeros.
type Reader struct {
	b     []byte
	nodes int
	err   error
}

// NewReader reads b, which a node of a cluster of that many nodes has written.
func NewReader(b []byte, nodes int) *Reader { return &Reader{b: b, nodes: nodes} }

// Bytes takes n bytes.
func (r *Reader) Bytes(n int) []byte {
	if r.err == nil && len(r.b) < n {
		r.err = fmt.Errorf("%w: it ends too early", ErrDamaged)
	}
	if r.err != nil {
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

// Byte takes one byte.
func (r *Reader) Byte() byte {
	if b := r.Bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// Uint64 takes 8 bytes.
func (r *Reader) Uint64() uint64 {
	if b := r.Bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// Uint32 takes 4 bytes.
func (r *Reader) Uint32() uint32 {
	if b := r.Bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// Count takes a number of things, each of which takes at least size bytes.
func (r *Reader) Count(size int) int {
	n := int(r.Uint32())
	if r.err == nil && n > len(r.b)/size {
		r.err = fmt.Errorf("%w: it has no room for %d elements of %d bytes", ErrDamaged, n, size)
	}
	if r.err != nil {
		return 0
	}
	return n
}

// Node takes a node's index.
func (r *Reader) Node() int {
	n := int(r.Uint32())
	if r.err == nil && n >= r.nodes {
		r.err = fmt.Errorf("%w: node %d of %d", ErrDamaged, n, r.nodes)
	}
	if r.err != nil {
		return 0
	}
	return n
}

// ID takes an ID.
func (r *Reader) ID() ID { return ID{r.Node(), r.Uint64()} }

// Txn takes a Txn.
func (r *Reader) Txn() *Txn {
	t := &Txn{ID: r.ID(), Label: r.Uint64(), Stamp: r.Uint64()}
	for range r.Count(4) {
		t.Participants = append(t.Participants, r.Node())
	}
	if r.err == nil && len(t.Participants) == 0 {
		r.err = fmt.Errorf("%w: a transaction without participants", ErrDamaged)
	}
	return t
}

// Err is what was wrong; it is an error if something is left.
func (r *Reader) Err() error {
	if r.err == nil && len(r.b) > 0 {
		r.err = fmt.Errorf("%w: %d bytes too many", ErrDamaged, len(r.b))
	}
	return r.err
}

func (r *Reader) writes() []machine.Write {
	if r.err != nil {
		return nil
	}
	writes, rest, err := machine.DecodeWrites(r.b)
	if err != nil {
		r.err = fmt.Errorf("%w: %w", ErrDamaged, err)
		return nil
	}
	r.b = rest
	return writes
}

func (r *Reader) local() *Local {
	l := &Local{Txn: r.Txn(), Recovered: true}
	for range r.Count(9) {
		l.keys = append(l.keys, lockKey{r.Uint64(), r.Byte() != 0})
	}
	l.Writes = r.writes()
	return l
}

func truth(v bool) byte {
	if v {
		return 1
	}
	return 0
}

// valueID is the first 8 bytes of a value, 0 if it is an empty list.
func valueID(v []byte) uint64 {
	if len(v) == 0 {
		return 0
	}
	return binary.LittleEndian.Uint64(v)
}
