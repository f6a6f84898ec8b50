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

func entryRecord(e *pb.Entry) disk.Record {
	b := make([]byte, 9, 9+len(e.GetData()))
	b[0] = byte(e.GetType())
	order.PutUint64(b[1:], e.GetTerm())
	return disk.Record{Kind: recordEntry, Index: e.GetIndex(), Data: append(b, e.GetData()...)}
}

func decodeEntry(r disk.Record) (*pb.Entry, error) {
	if len(r.Data) < 9 {
		return nil, fmt.Errorf("entry %d has %d bytes, and its header alone has 9", r.Index, len(r.Data))
	}
	e := &pb.Entry{
		Type:  pb.EntryType(r.Data[0]).Enum(),
		Term:  new(order.Uint64(r.Data[1:])),
		Index: new(r.Index),
	}
	if data := r.Data[9:]; len(data) > 0 {
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
