package etcdraft

import (
	"encoding/binary"
	"fmt"

	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

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

// A snapshot on disk is its term (8 bytes), the length of the configuration (8), the
// configuration in the library's own encoding, and the state machine in its; its
// index is the store's.

func encodeSnapshot(s *snapshot) ([]byte, error) {
	conf, err := proto.Marshal(s.conf)
	if err != nil {
		return nil, fmt.Errorf("encode the configuration of snapshot %d: %w", s.index, err)
	}
	b := make([]byte, 0, 8+8+len(conf)+len(s.data))
	b = order.AppendUint64(b, s.term)
	b = order.AppendUint64(b, uint64(len(conf)))
	b = append(b, conf...)
	return append(b, s.data...), nil
}

func decodeSnapshot(index uint64, b []byte) (*snapshot, error) {
	if len(b) < 16 || order.Uint64(b[8:]) > uint64(len(b)-16) {
		return nil, fmt.Errorf("snapshot %d of %d bytes is cut short in its term or its configuration", index, len(b))
	}
	s := &snapshot{index: index, term: order.Uint64(b), conf: &pb.ConfState{}}
	conf := 16 + order.Uint64(b[8:])
	if err := proto.Unmarshal(b[16:conf], s.conf); err != nil {
		return nil, fmt.Errorf("the configuration of snapshot %d: %w", index, err)
	}
	s.data = b[conf:]
	return s, nil
}
