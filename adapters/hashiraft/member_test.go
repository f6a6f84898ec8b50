package hashiraft

import (
	"testing"
	"testing/synctest"

	"github.com/hashicorp/raft"

	"nines/adapters/replica"
)

func TestMemberOf(t *testing.T) {
	for _, m := range []replica.Member{{Node: "n2"}, {Node: "n2", Life: 1}, {Node: "spare-1", Life: 41}} {
		if got := memberOf(raft.Server{ID: serverID(m), Address: raft.ServerAddress(m.Node)}); got != m {
			t.Errorf("%v is known again as %v", m, got)
		}
	}
}

// A request for the member that this node was is refused.
func TestRequestForAnotherLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr, port := newTestTransport(t, 1)
		port.take("n2", &request{to: "n1#2", id: 7, call: &raft.RequestVoteRequest{Term: 1}})
		m := port.next(t)
		if r := m.payload.(*response); r.id != 7 || r.err != errStranger.Error() || len(tr.requests) != 0 {
			t.Errorf("answered %+v, and queued %d", r, len(tr.requests))
		}
	})
}

// The state machine knows the newest configuration, from entries and snapshots.
func TestLearn(t *testing.T) {
	f := newFSM(func([]applied) {}, nil)
	f.learn(3, of("n1", "n2"))
	f.learn(2, of("n9"))
	f.ApplyBatch([]*raft.Log{{Index: 5, Type: raft.LogConfiguration, Data: raft.EncodeConfiguration(of("n1", "n3"))}})
	f.learn(4, of("n9"))
	if got := f.voters(); len(got) != 2 || got[1].Node != "n3" {
		t.Errorf("the voters are %v", got)
	}
}
