package etcdraft

import (
	"fmt"
	"testing"

	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"nines/adapters/replica"
)

// Every member has an id of its own, from which it is known again.
func TestMemberIDs(t *testing.T) {
	env := replica.Env{Members: []string{"a", "b", "c"}, Spares: []string{"d"}}
	seen := make(map[uint64]replica.Member)
	rapid.Check(t, func(t *rapid.T) {
		m := replica.Member{
			Node: rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "node"),
			Life: rapid.Uint64Range(0, 1<<40).Draw(t, "life"),
		}
		id := memberID(env, m)
		if got := member(env, id); got != m {
			t.Fatalf("%v has the id %x, which is that of %v", m, id, got)
		}
		if other, ok := seen[id]; ok && other != m {
			t.Fatalf("%v and %v have the id %x", m, other, id)
		}
		seen[id] = m
	})
	if ids := fmt.Sprint(memberID(env, replica.Member{Node: "c"}), founders(env).Voters); ids != "3 [1 2 3]" {
		t.Errorf("the founders have the ids %s", ids)
	}
	for _, id := range []uint64{0, 5, 1 << lifeShift} {
		if m := member(env, id); m != (replica.Member{}) {
			t.Errorf("the id %x is that of %v", id, m)
		}
	}
	if id := memberID(env, replica.Member{Node: "e"}); id != 0 {
		t.Errorf("a stranger has the id %x", id)
	}
}

// What was sent to the member that this node was is not for the one that it is.
func TestMessagesForAnotherLife(t *testing.T) {
	wake := make(chan struct{}, 1)
	n := &node{id: 1<<lifeShift | 2, msgs: replica.NewInbox[*pb.Message](wake)}
	n.receive("n1", &pb.Message{To: new(uint64(2))})
	if got := n.msgs.Take(); len(got) != 0 {
		t.Errorf("took %v", got)
	}
	n.receive("n1", &pb.Message{To: new(uint64(1<<lifeShift | 2))})
	if got := n.msgs.Take(); len(got) != 1 {
		t.Errorf("took %v", got)
	}
}

// The configuration is that of the snapshot, whatever the cluster began with: with
// whom a node was in a joint configuration is known after a restart.
func TestRecoverConfiguration(t *testing.T) {
	_, s := newStore(t)
	joint := &pb.ConfState{Voters: []uint64{1, 3, 1<<lifeShift | 2}, VotersOutgoing: []uint64{1, 2, 3}, AutoLeave: new(true)}
	snap := snapshotOf(7, 2)
	snap.conf = joint
	b, err := encodeSnapshot(snap)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SaveSnapshot(7, b); err != nil {
		t.Fatal(err)
	}
	r, err := recoverNode(s, members)
	if err != nil {
		t.Fatal(err)
	}
	_, conf, err := r.log.InitialState()
	if err != nil || !proto.Equal(conf, joint) || !proto.Equal(r.conf, joint) {
		t.Errorf("recovered %v and %v, %v; want %v", conf, r.conf, err, joint)
	}
}

// A snapshot from before a member was added is not offered: its node would refuse it.
func TestSnapshotKnowsAllMembers(t *testing.T) {
	n, _ := writer(t)
	if _, err := n.log.Snapshot(); err != nil {
		t.Fatal(err)
	}
	n.log.least.Store(5)
	if s, err := n.log.Snapshot(); err == nil {
		t.Errorf("offered the snapshot at %d", s.GetMetadata().GetIndex())
	}
	n.kv.Advance(6)
	n.compacts = replica.NewInbox[*snapshot](make(chan struct{}, 1))
	n.maybeSnapshot() // although so few entries were applied
	n.running.Wait()
	if got := n.compacts.Take(); len(got) != 1 || got[0].index != 6 {
		t.Errorf("took the snapshots %v", got)
	}
}
