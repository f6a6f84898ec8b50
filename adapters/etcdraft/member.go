package etcdraft

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"nines/adapters/replica"
	"nines/bench"
)

// lifeShift is where a node's life stands in the library's id of a member. Below it
// is the node's place, from 1, among the members that the cluster began with and the
// spares; the library's 0 is nobody.
const lifeShift = 16

func memberID(env replica.Env, m replica.Member) uint64 {
	place := slices.Index(slices.Concat(env.Members, env.Spares), m.Node) + 1
	if place == 0 {
		return raft.None
	}
	return uint64(place) | m.Life<<lifeShift
}

func member(env replica.Env, id uint64) replica.Member {
	m := replica.Member{Life: id >> lifeShift}
	switch place, first := int(id&(1<<lifeShift-1)), len(env.Members); {
	case place == 0 || place > first+len(env.Spares):
		return replica.Member{}
	case place <= first:
		m.Node = env.Members[place-1]
	default:
		m.Node = env.Spares[place-first-1]
	}
	return m
}

// founders is the configuration that the cluster begins with.
func founders(env replica.Env) *pb.ConfState {
	conf := &pb.ConfState{}
	for i := range env.Members {
		conf.Voters = append(conf.Voters, uint64(i+1))
	}
	return conf
}

// name is the node of the member with the library's id, "" for nobody.
func (n *node) name(id uint64) string { return member(n.env, id).Node }

// change is one that the host wants of the configuration.
type change struct {
	replica.Change
	ctx  context.Context
	done chan changed // of capacity 1
	next int          // when, on the loop's clock, it is proposed again; 0: it was not yet
}

type changed struct {
	members []replica.Member
	err     error
}

// Reconfigure implements [replica.Reconfigurer]. What removes one member and adds
// another goes through a joint configuration, which the library leaves by itself
// (Ongaro's thesis, section 4.3); one member alone needs none.
func (n *node) Reconfigure(ctx context.Context, c replica.Change) ([]replica.Member, error) {
	w := &change{Change: c, ctx: ctx, done: make(chan changed, 1)}
	if !n.asks.Put(func() { n.changes = append(n.changes, w) }) {
		return nil, replica.ErrLost
	}
	select {
	case r := <-w.done:
		return r.members, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("change the configuration: %w", context.Cause(ctx))
	case <-n.stop.Done():
		return nil, replica.ErrLost
	}
}

// reconfigure works on the oldest change that is wanted, and goes to the next when
// that is done.
func (n *node) reconfigure() {
	for len(n.changes) > 0 {
		w := n.changes[0]
		members := n.voters()
		switch {
		case w.ctx.Err() != nil:
		case members != nil && w.Done(members):
			w.done <- changed{members: members}
		case !n.leads && w.next > 0:
			w.done <- changed{err: replica.ErrLost}
		case !n.leads:
			w.done <- changed{err: n.notLeader(n.lead.Load())}
		default:
			n.proposeChange(w)
			return
		}
		n.changes = n.changes[1:]
	}
}

// proposeChange proposes the change, and again after an election timeout: the
// library drops it without a word if another one is not over.
func (n *node) proposeChange(w *change) {
	if n.ticks < w.next {
		return
	}
	w.next = n.ticks + int(n.env.Timing.Election/n.tick())
	cc := &pb.ConfChangeV2{}
	add := func(t pb.ConfChangeType, members []replica.Member, wanted bool) {
		for _, m := range members {
			if id := memberID(n.env, m); id != raft.None && slices.Contains(n.conf.Voters, id) == wanted {
				cc.Changes = append(cc.Changes, &pb.ConfChangeSingle{Type: t.Enum(), NodeId: new(id)})
			}
		}
	}
	add(pb.ConfChangeRemoveNode, w.Remove, true)
	add(pb.ConfChangeAddNode, w.Add, false)
	if err := n.rn.ProposeConfChange(cc); err != nil && !errors.Is(err, raft.ErrProposalDropped) {
		w.done <- changed{err: fmt.Errorf("propose a change of the configuration: %w", err)}
		n.changes = n.changes[1:]
	}
}

// voters are those who vote, or nil in a joint configuration.
func (n *node) voters() []replica.Member {
	if len(n.conf.VotersOutgoing) > 0 {
		return nil
	}
	var all []replica.Member
	for _, id := range n.conf.Voters {
		all = append(all, member(n.env, id))
	}
	return all
}

// applyChange applies a committed change of the configuration. A member that was
// added may need a snapshot that knows it: one that does not, its node refuses.
func (n *node) applyChange(e *pb.Entry) error {
	cc, err := decodeChange(e)
	if err != nil {
		return fmt.Errorf("apply entry %d, a change of the configuration: %w", e.GetIndex(), err)
	}
	n.kv.Advance(e.GetIndex())
	n.conf = n.rn.ApplyConfChange(cc)
	for _, c := range cc.AsV2().Changes {
		if c.GetType() == pb.ConfChangeAddNode {
			n.log.least.Store(e.GetIndex())
		}
	}
	return nil
}

func decodeChange(e *pb.Entry) (pb.ConfChangeI, error) {
	if e.GetType() == pb.EntryConfChange {
		cc := &pb.ConfChange{}
		return cc, proto.Unmarshal(e.Data, cc)
	}
	cc := &pb.ConfChangeV2{}
	return cc, proto.Unmarshal(e.Data, cc)
}

// TransferLeader implements [replica.Transferrer].
func (n *node) TransferLeader(to string) error {
	done := make(chan error, 1)
	if !n.asks.Put(func() { done <- n.transfer(to) }) {
		return &bench.NotLeaderError{} // it has stopped: whoever leads is another
	}
	select {
	case err := <-done:
		return err
	case <-n.stop.Done():
		return &bench.NotLeaderError{}
	}
}

func (n *node) transfer(to string) error {
	if !n.leads {
		return n.notLeader(n.lead.Load())
	}
	for _, id := range n.conf.Voters {
		if n.name(id) == to {
			n.rn.TransferLeader(id)
			return nil
		}
	}
	return fmt.Errorf("%s is no voter, and cannot lead", to)
}
