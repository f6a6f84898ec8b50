//lint:file-ignore SA1019 the library still sends the fields that it calls deprecated

package hashiraft

import (
	"bytes"
	"testing"
	"time"

	"github.com/hashicorp/go-msgpack/v2/codec"
	"github.com/hashicorp/raft"
)

// encodedSize is what the library's network transport makes of a message, with
// the byte for its type.
func encodedSize(t *testing.T, vs ...any) int {
	var b bytes.Buffer
	var handle codec.MsgpackHandle
	handle.TimeNotBuiltin = true
	enc := codec.NewEncoder(&b, &handle)
	for _, v := range vs {
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	return b.Len()
}

func TestSizes(t *testing.T) {
	const index, term = 1_000_000, 300
	head := raft.RPCHeader{ProtocolVersion: 3, ID: []byte("n1"), Addr: []byte("n1")}
	var logs []*raft.Log
	for i := range uint64(100) {
		logs = append(logs, &raft.Log{Index: index + i, Term: term, Data: make([]byte, 53), AppendedAt: time.Now()})
	}
	node := []byte("n1")
	conf := raft.EncodeConfiguration(raft.Configuration{Servers: []raft.Server{{ID: "n1", Address: "n1"}, {ID: "n2", Address: "n2"}}})
	for _, r := range []*request{
		{call: &raft.AppendEntriesRequest{RPCHeader: head, Term: term, Leader: node}},
		{call: &raft.AppendEntriesRequest{RPCHeader: head, Term: term, Leader: node, PrevLogEntry: index, PrevLogTerm: term, Entries: logs, LeaderCommitIndex: index}},
		{call: &raft.RequestVoteRequest{RPCHeader: head, Term: term, Candidate: node, LastLogIndex: index, LastLogTerm: term}},
		{call: &raft.RequestPreVoteRequest{RPCHeader: head, Term: term, LastLogIndex: index, LastLogTerm: term}},
		{call: &raft.InstallSnapshotRequest{RPCHeader: head, Term: term, Leader: node, LastLogIndex: index, LastLogTerm: term, Configuration: conf, ConfigurationIndex: 1, Size: 1000}, state: make([]byte, 1000)},
		{call: &raft.TimeoutNowRequest{RPCHeader: head}},
	} {
		near(t, r.call, r.size("n1"), 1+encodedSize(t, r.call)+len(r.state))
	}
	for _, body := range []any{
		&raft.AppendEntriesResponse{RPCHeader: head, Term: term, LastLog: index},
		&raft.RequestVoteResponse{RPCHeader: head, Term: term},
	} {
		m := &response{body: body}
		near(t, body, m.size("n1"), encodedSize(t, "", body))
	}
}

func near(t *testing.T, what any, got, want int) {
	t.Helper()
	if d := got - want; d < -20-want/50 || d > 20+want/50 {
		t.Errorf("%T counts as %d bytes, the library sends %d", what, got, want)
	}
}
