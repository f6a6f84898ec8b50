package hashiraft

import (
	"testing"
	"testing/synctest"

	"github.com/hashicorp/raft"
)

// A snapshot that comes twice, or late, does not get to the library, which would
// install it.
func TestLateSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr, port := newTestTransport(t, 1)
		install := func(term, id uint64) {
			port.take("n2", &request{to: "n1", id: id, call: &raft.InstallSnapshotRequest{Term: term}, state: []byte("state")})
		}
		add := func(term, id uint64) {
			port.take("n2", &request{to: "n1", id: id, call: &raft.AppendEntriesRequest{Term: term, PrevLogEntry: 1}})
		}
		for i, step := range []struct {
			do   func()
			gets bool // the library gets the request
		}{
			{func() { install(6, 10) }, true},
			{func() { install(6, 10) }, false}, // twice
			{func() { add(6, 12) }, true},
			{func() { add(6, 12) }, true}, // which the library knows how to take
			{func() { install(6, 11) }, false},
			{func() { install(6, 13) }, true},
			{func() { install(7, 1) }, true}, // of another leader
			{func() { install(6, 14) }, false},
			{func() { add(7, 2) }, true},
		} {
			step.do()
			select {
			case rpc := <-tr.Consumer():
				rpc.Respond(nil, nil)
				if !step.gets {
					t.Errorf("step %d: the library gets %+v", i, rpc.Command)
				}
			default:
				if step.gets {
					t.Errorf("step %d: the library gets nothing", i)
				}
			}
		}
		synctest.Wait()
	})
}
