package etcdraft

import (
	"testing"

	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"
)

// TestWireSize holds the sum by hand to the library's own.
func TestWireSize(t *testing.T) {
	number := rapid.Ptr(rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 300)), true)
	bytes := rapid.OneOf(rapid.Just([]byte(nil)), rapid.SliceOfN(rapid.Byte(), 0, 300))
	entry := rapid.Custom(func(t *rapid.T) *pb.Entry {
		e := &pb.Entry{Term: number.Draw(t, "term"), Index: number.Draw(t, "index"), Data: bytes.Draw(t, "data")}
		if rapid.Bool().Draw(t, "typed") {
			e.Type = pb.EntryConfChangeV2.Enum()
		}
		return e
	})
	rapid.Check(t, func(t *rapid.T) {
		m := &pb.Message{
			Type: pb.MsgApp.Enum(), To: number.Draw(t, "to"), From: number.Draw(t, "from"),
			Term: number.Draw(t, "term"), LogTerm: number.Draw(t, "log term"), Index: number.Draw(t, "index"),
			Commit: number.Draw(t, "commit"), Vote: number.Draw(t, "vote"), RejectHint: number.Draw(t, "hint"),
			Reject: rapid.Ptr(rapid.Bool(), true).Draw(t, "reject"), Context: bytes.Draw(t, "context"),
			Entries: rapid.SliceOfN(entry, 0, 5).Draw(t, "entries"),
		}
		if got, want := wireSize(m), proto.Size(m); got != want {
			t.Errorf("%v has %d bytes on the wire, not %d", m, want, got)
		}
	})
}
