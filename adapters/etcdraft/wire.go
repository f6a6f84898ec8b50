package etcdraft

import (
	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// wireSize is proto.Size of a message, in bytes. Messages with entries, which
// are most of what a busy cluster sends, are added up by hand: reflection over
// every entry for every follower took a tenth of the processor.
func wireSize(m *pb.Message) int {
	if len(m.Entries) == 0 || m.Snapshot != nil || len(m.Responses) > 0 {
		return proto.Size(m)
	}
	size := numberSize(m.To) + numberSize(m.From) + numberSize(m.Term) + numberSize(m.LogTerm) +
		numberSize(m.Index) + numberSize(m.Commit) + numberSize(m.Vote) + numberSize(m.RejectHint)
	if m.Type != nil {
		size += tagSize + protowire.SizeVarint(uint64(*m.Type))
	}
	if m.Reject != nil {
		size += tagSize + 1
	}
	if m.Context != nil {
		size += tagSize + protowire.SizeBytes(len(m.Context))
	}
	for _, e := range m.Entries {
		size += tagSize + protowire.SizeBytes(entrySize(e))
	}
	return size
}

// tagSize is the size of a field's number and type, for numbers under 16.
const tagSize = 1

func entrySize(e *pb.Entry) int {
	size := numberSize(e.Term) + numberSize(e.Index)
	if e.Type != nil {
		size += tagSize + protowire.SizeVarint(uint64(*e.Type))
	}
	if e.Data != nil {
		size += tagSize + protowire.SizeBytes(len(e.Data))
	}
	return size
}

func numberSize(p *uint64) int {
	if p == nil {
		return 0
	}
	return tagSize + protowire.SizeVarint(*p)
}
