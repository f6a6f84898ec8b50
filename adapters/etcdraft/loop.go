package etcdraft

import (
	"errors"
	"fmt"
	"runtime"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/bench"
)

// run is the loop that owns the RawNode and the state machine: messages, calls
// and ticks in; messages, log writes, applied entries and answers out.
func (n *node) run() {
	defer n.drain()
	// A tick that the loop is too late for is lost, as in etcd's server.
	tick, stop := n.env.Clock.NewTicker(n.tick())
	defer stop()
	for {
		select {
		case <-n.stop.Done():
			return
		case <-tick:
			n.ticks++
			n.rn.Tick()
		case <-n.wake:
			// Whoever is about to put something in should make this turn: fewer and
			// larger batches cost less.
			runtime.Gosched()
		}
		if err := n.turn(n.msgs.Take(), n.calls.Take()); err != nil {
			n.fail(err)
			return
		}
	}
}

// turn does all that there is to do.
func (n *node) turn(msgs []*pb.Message, calls []replica.Call) error {
	for _, m := range msgs {
		if err := n.step(m); err != nil {
			completeAll(calls, n.downError())
			return err
		}
	}
	n.accept(calls)
	for _, ask := range n.asks.Take() {
		ask()
	}
	n.reconfigure()
	for more := true; more; more = n.reads.next(n) {
		for n.rn.HasReady() {
			if err := n.handle(n.rn.Ready()); err != nil {
				return err
			}
		}
		n.reads.answer(n.kv)
	}
	n.reconfigure() // perhaps it is done
	n.maybeSnapshot()
	n.publish()
	return nil
}

// step gives the library a message from another node, or the response of a
// storage write.
func (n *node) step(m *pb.Message) error {
	if m.GetType() == pb.MsgStorageAppendResp && m.Snapshot != nil {
		if err := n.install(m.Snapshot); err != nil {
			return err
		}
	}
	// A message that the library refuses, such as a response from a node that it
	// does not know, is as good as lost.
	if err := n.rn.Step(m); err != nil {
		n.env.Log.Debug("message refused", "node", n.env.ID, "type", m.GetType(), "err", err)
	}
	return nil
}

// accept proposes the calls that are commands and queues the reads.
func (n *node) accept(calls []replica.Call) {
	cmds := calls[:0] // in place: a command moves to the left at most
	if len(n.parked) > 0 {
		cmds, n.parked = n.parked, nil
	}
	for _, c := range calls {
		switch {
		case c.Op.Kind != bench.Read:
			cmds = append(cmds, c)
		case n.cfg.Reads == ReadLocal:
			c.Complete(n.kv.Read(c.Op.Key), nil)
		default:
			n.reads.queue = append(n.reads.queue, c)
		}
	}
	for len(cmds) > 0 {
		k := len(cmds)
		if most := n.env.Batch.MaxEntries; most > 0 {
			k = min(k, most)
		}
		n.propose(cmds[:k])
		cmds = cmds[k:]
	}
}

// propose appends commands to the log as one message of many entries.
func (n *node) propose(calls []replica.Call) {
	var (
		buf  = make([]byte, 0, len(calls)*64)
		ents = make([]pb.Entry, len(calls))
		m    = &pb.Message{Type: pb.MsgProp.Enum(), From: &n.id, Entries: make([]*pb.Entry, len(calls))}
	)
	for i := range calls {
		from := len(buf)
		buf = calls[i].Command().AppendTo(buf) // where it moves, earlier entries keep the old array
		ents[i].Data = buf[from:len(buf):len(buf)]
		m.Entries[i] = &ents[i]
	}
	if err := n.rn.Step(m); err != nil { // nothing was appended
		if n.rn.BasicStatus().RaftState == raft.StateLeader { // it is handing over, and may fail to
			n.parked = append(n.parked, calls...)
			return
		}
		completeAll(calls, n.notLeader(n.lead.Load()))
		return
	}
	for i := range calls {
		n.waiters.Add(calls[i])
	}
}

// unpark completes the commands that the library did not take: none had an effect.
func (n *node) unpark(err error) {
	completeAll(n.parked, err)
	n.parked = nil
}

// handle does what the library asks for.
func (n *node) handle(rd raft.Ready) error {
	if rd.HardState != nil {
		n.state = rd.HardState
	}
	if rd.SoftState != nil {
		n.changeRole(rd.SoftState)
	}
	for _, r := range rd.ReadStates {
		n.reads.confirm(r)
	}
	for _, m := range rd.Messages {
		switch m.GetTo() {
		case raft.LocalAppendThread:
			n.writes.Put(m)
		case raft.LocalApplyThread:
			if err := n.apply(m); err != nil {
				return err
			}
		default:
			n.deliver(m)
			if m.GetType() == pb.MsgSnap {
				// Whether it arrived shows in the follower's next answer; until
				// then the library probes.
				n.rn.ReportSnapshot(m.GetTo(), raft.SnapshotFinish)
			}
		}
	}
	return nil
}

// changeRole follows an election.
func (n *node) changeRole(s *raft.SoftState) {
	led := n.leads
	n.leads = s.RaftState == raft.StateLeader
	before := n.lead.Swap(s.Lead)
	if led && !n.leads {
		n.waiters.Fail(replica.ErrLost)
		n.reads.fail(n.notLeader(s.Lead))
		n.unpark(n.notLeader(s.Lead))
	}
	if before == s.Lead {
		return
	}
	e := bench.Event{Kind: bench.EventNoLeader, Term: n.state.GetTerm()}
	switch s.Lead {
	case raft.None:
	case n.id:
		e.Kind = bench.EventLeader
	default:
		e.Kind, e.Detail = bench.EventFollows, n.name(s.Lead)
	}
	n.env.Events(e)
}

// apply feeds committed entries to the state machine and answers those who
// wait for them here.
func (n *node) apply(m *pb.Message) error {
	for _, e := range m.Entries {
		n.term = e.GetTerm()
		if t := e.GetType(); t == pb.EntryConfChange || t == pb.EntryConfChangeV2 {
			if err := n.applyChange(e); err != nil {
				return err
			}
			continue
		}
		if len(e.Data) == 0 { // a new leader's own
			n.kv.Advance(e.GetIndex())
			continue
		}
		cmd, reply, err := n.kv.Apply(e.GetIndex(), e.Data)
		if errors.Is(err, machine.ErrCommand) {
			return fmt.Errorf("apply entry %d: %w", e.GetIndex(), err)
		}
		n.waiters.Answer(cmd.Session, cmd.Seq, reply, err)
	}
	for _, r := range m.Responses {
		if err := n.step(r); err != nil {
			return err
		}
	}
	return nil
}

// publish makes the node's status visible to others.
func (n *node) publish() {
	n.statusMu.Lock()
	defer n.statusMu.Unlock()
	n.status = bench.Status{
		Up:        true,
		Leader:    n.name(n.lead.Load()),
		Term:      n.state.GetTerm(),
		Committed: n.state.GetCommit(),
		Applied:   n.kv.Applied(),
		Digest:    n.kv.Digest(),
	}
}

// drain answers everybody when the loop has ended.
func (n *node) drain() {
	n.stopNow()
	n.msgs.Close()
	n.asks.Close() // who has asked sees that the node has stopped
	left := n.calls.Close()
	n.waiters.Fail(replica.ErrLost)
	n.reads.fail(n.downError())
	n.unpark(n.downError())
	completeAll(left, n.downError())
	n.statusMu.Lock()
	defer n.statusMu.Unlock()
	n.status = bench.Status{}
}

func completeAll(calls []replica.Call, err error) {
	for i := range calls {
		calls[i].Complete(bench.Reply{}, err)
	}
}
