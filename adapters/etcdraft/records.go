package etcdraft

import (
	"encoding/binary"
	"fmt"

	pb "go.etcd.io/raft/v3/raftpb"

	"nines/adapters/disk"
)

// Kinds of log records. Entries carry their index; the others index 0.
const (
	recordEntry   byte = iota + 1 // type (1 byte), term (8), data
	recordState                   // term, vote, commit (8 each): the hard state
	recordInstall                 // index, term (8 each): the log before it is void
)

var order = binary.LittleEndian

// entryHeader is the size of what stands before an entry's data.
const entryHeader = 1 + 8

// encoder makes the records of one write, in memory that it keeps for the next.
type encoder struct {
	recs []disk.Record
	buf  []byte // of the records' data; where it moves, older records keep the old array
}

func (c *encoder) reset() { c.recs, c.buf = c.recs[:0], c.buf[:0] }

func (c *encoder) entry(e *pb.Entry) {
	from := len(c.buf)
	c.buf = append(c.buf, byte(e.GetType()))
	c.buf = order.AppendUint64(c.buf, e.GetTerm())
	c.buf = append(c.buf, e.GetData()...)
	c.recs = append(c.recs, disk.Record{Kind: recordEntry, Index: e.GetIndex(), Data: c.buf[from:]})
}

func (c *encoder) add(r disk.Record) { c.recs = append(c.recs, r) }

func decodeEntry(r disk.Record) (*pb.Entry, error) {
	if len(r.Data) < entryHeader {
		return nil, fmt.Errorf("entry %d has %d bytes, and its header alone has %d", r.Index, len(r.Data), entryHeader)
	}
	e := &pb.Entry{
		Type:  pb.EntryType(r.Data[0]).Enum(),
		Term:  new(order.Uint64(r.Data[1:])),
		Index: new(r.Index),
	}
	if data := r.Data[entryHeader:]; len(data) > 0 {
		e.Data = append([]byte(nil), data...)
	}
	return e, nil
}

func numbersRecord(kind byte, ns ...uint64) disk.Record {
	var b []byte
	for _, n := range ns {
		b = order.AppendUint64(b, n)
	}
	return disk.Record{Kind: kind, Data: b}
}

func stateRecord(s *pb.HardState) disk.Record {
	return numbersRecord(recordState, s.GetTerm(), s.GetVote(), s.GetCommit())
}

func installRecord(s *pb.SnapshotMetadata) disk.Record {
	return numbersRecord(recordInstall, s.GetIndex(), s.GetTerm())
}

func decodeNumbers(r disk.Record, n int) ([]uint64, error) {
	if len(r.Data) != 8*n {
		return nil, fmt.Errorf("record of kind %d has %d bytes, not %d", r.Kind, len(r.Data), 8*n)
	}
	ns := make([]uint64, n)
	for i := range ns {
		ns[i] = order.Uint64(r.Data[8*i:])
	}
	return ns, nil
}

// A snapshot on disk is its term followed by the state machine's own encoding;
// its index is the store's. The members never change.

func encodeSnapshot(term uint64, state []byte) []byte {
	return append(order.AppendUint64(make([]byte, 0, 8+len(state)), term), state...)
}

func decodeSnapshot(b []byte) (term uint64, state []byte, err error) {
	if len(b) < 8 {
		return 0, nil, fmt.Errorf("snapshot of %d bytes has no term", len(b))
	}
	return order.Uint64(b), b[8:], nil
}
