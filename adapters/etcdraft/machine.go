package etcdraft

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// raftMachine is the library as a step machine, so that a cluster of it repeats
// exactly. The library draws its election timeouts from a source that has no
// seed, so they are drawn here and an election is begun from outside.
type raftMachine struct {
	cfg  step.Config
	raft Config
	id   uint64 // position in Members, from 1

	rn    *raft.RawNode
	log   *memoryLog
	kv    *machine.KV
	conf  *pb.ConfState
	state *pb.HardState
	lead  uint64
	leads bool
	term  uint64 // of the last applied entry

	silent, patience int // ticks since a leader or a candidate was heard, and until this node stands

	calls map[uint64]replica.Call // proposed, by session
	reads machineReads

	snaps     machineSnapshots
	written   *pb.HardState        // the newest that is in the log
	compacted uint64               // what the log on disk is to be cut to
	mark      *pb.SnapshotMetadata // of a snapshot before which the log is void, and does not say so yet
	enc       encoder
}

// NewMachine returns what makes the library a step machine.
func NewMachine(cfg Config) (step.New, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("etcdraft: %w", err)
	}
	return func(c step.Config) (step.Machine, error) {
		return &raftMachine{cfg: c, raft: cfg, id: uint64(c.Self) + 1, calls: make(map[uint64]replica.Call)}, nil
	}, nil
}

// Recover implements [step.Machine].
func (m *raftMachine) Recover(s step.Stable) error {
	m.conf = &pb.ConfState{}
	for i := range m.cfg.Members {
		m.conf.Voters = append(m.conf.Voters, uint64(i)+1)
	}
	snap, err := m.restore(s)
	if err != nil {
		return err
	}
	w := walReader{state: &pb.HardState{Term: new(uint64(bootTerm)), Vote: new(uint64(0)), Commit: new(uint64(bootIndex))}}
	for _, r := range s.Records {
		if err := w.read(r); err != nil {
			return err
		}
	}
	ents, void, err := w.behind(snap.GetMetadata())
	if err != nil {
		return err
	}
	if void {
		m.mark = snap.GetMetadata()
	}
	if c := m.kv.Applied(); w.state.GetCommit() < c {
		w.state.Commit = new(c)
	}
	m.log, m.state, m.written = newMemoryLog(), w.state, w.state
	err = m.log.restart(snap)
	if err == nil {
		err = m.log.Append(ents)
	}
	if err == nil {
		err = m.log.SetHardState(w.state)
	}
	if err == nil {
		m.rn, err = raft.NewRawNode(m.config())
	}
	m.wait()
	return err
}

func (m *raftMachine) config() *raft.Config {
	option := raft.ReadOnlySafe
	if m.raft.Reads == ReadLease {
		option = raft.ReadOnlyLeaseBased
	}
	return &raft.Config{
		ID:           m.id,
		ElectionTick: m.cfg.ElectionTicks, HeartbeatTick: m.cfg.HeartbeatTicks,
		Storage: m.log, Applied: m.kv.Applied(), AsyncStorageWrites: true,
		MaxSizePerMsg: math.MaxUint64, MaxInflightMsgs: 256,
		PreVote: m.raft.PreVote, CheckQuorum: m.raft.CheckQuorum, ReadOnlyOption: option,
		DisableProposalForwarding: true,
		Logger:                    logger{slog.New(slog.DiscardHandler)},
	}
}

// Step implements [step.Machine].
func (m *raftMachine) Step(in step.Input, out *step.Output) {
	if m.mark != nil {
		out.Records = append(out.Records, installRecord(m.mark))
		m.mark = nil
	}
	out.Failed = m.step(in, out)
}

func (m *raftMachine) step(in step.Input, out *step.Output) error {
	for _, msg := range in.Messages {
		if err := m.take(msg.Body.(*pb.Message), out); err != nil {
			return err
		}
	}
	m.tick(in.Ticks)
	m.accept(in.Calls, out)
	if in.Saved > 0 {
		if err := m.saved(in.Saved, out); err != nil {
			return err
		}
	}
	for more := true; more; more = m.nextReads() {
		for m.rn.HasReady() {
			if err := m.handle(m.rn.Ready(), out); err != nil {
				return err
			}
		}
		m.answerReads(out)
	}
	if err := m.maybeSnapshot(out); err != nil {
		return err
	}
	m.cut(out)
	return nil
}

// take gives the library a message. One that it refuses is as good as lost.
func (m *raftMachine) take(msg *pb.Message, out *step.Output) error {
	if msg.GetType() == pb.MsgStorageAppendResp && msg.Snapshot != nil {
		if err := m.install(msg.Snapshot, out); err != nil {
			return err
		}
	}
	m.rn.Step(msg)
	switch msg.GetType() {
	case pb.MsgApp, pb.MsgHeartbeat, pb.MsgSnap:
		if msg.GetTerm() == m.rn.BasicStatus().GetTerm() {
			m.silent = 0
		}
	}
	return nil
}

// wait draws how long this node waits for a leader, as the library would.
func (m *raftMachine) wait() {
	m.silent, m.patience = 0, m.cfg.ElectionTicks+m.cfg.Rand.IntN(m.cfg.ElectionTicks)
}

func (m *raftMachine) tick(n int) {
	for range n {
		if m.leads {
			m.rn.Tick()
			continue
		}
		// The library counts, for the lease of CheckQuorum, but does not act: its own
		// election timeouts would not repeat.
		m.rn.TickQuiesced()
		if m.silent++; m.silent >= m.patience {
			m.wait()
			m.rn.Campaign() // which fails for one that leads, and this one does not
		}
	}
}

// accept queues reads, and proposes the commands as one message.
func (m *raftMachine) accept(calls []replica.Call, out *step.Output) {
	var cmds []replica.Call
	proposal := &pb.Message{Type: pb.MsgProp.Enum(), From: &m.id}
	for _, c := range calls {
		switch {
		case c.Op.Kind != bench.Read:
			cmds = append(cmds, c)
			proposal.Entries = append(proposal.Entries, &pb.Entry{Data: c.Command().AppendTo(nil)})
		case m.raft.Reads == ReadLocal:
			m.answer(c, m.kv.Read(c.Op.Key), nil, out)
		default:
			m.reads.queue = append(m.reads.queue, c)
		}
	}
	if len(cmds) == 0 {
		return
	}
	err := m.rn.Step(proposal)
	for _, c := range cmds {
		if err != nil { // it does not lead
			m.answer(c, bench.Reply{}, m.notLeader(), out)
		} else {
			m.calls[c.Session] = c
		}
	}
}

func (m *raftMachine) answer(c replica.Call, r bench.Reply, err error, out *step.Output) {
	out.Replies = append(out.Replies, step.Reply{Call: c, Reply: r, Err: err})
}

func (m *raftMachine) notLeader() error { return &bench.NotLeaderError{Leader: m.name(m.lead)} }

func (m *raftMachine) name(id uint64) string {
	if id == raft.None {
		return ""
	}
	return m.cfg.Members[id-1]
}

// handle does what the library asks for.
func (m *raftMachine) handle(rd raft.Ready, out *step.Output) error {
	if rd.HardState != nil {
		if rd.HardState.GetTerm() != m.state.GetTerm() || rd.HardState.GetVote() != m.state.GetVote() {
			m.wait()
		}
		m.state = rd.HardState
	}
	if rd.SoftState != nil {
		m.changeRole(rd.SoftState, out)
	}
	for _, r := range rd.ReadStates {
		m.confirm(r)
	}
	for _, msg := range rd.Messages {
		var err error
		switch msg.GetTo() {
		case raft.LocalAppendThread:
			m.snaps.behind = append(m.snaps.behind, msg)
			err = m.writeBehind(out)
		case raft.LocalApplyThread:
			err = m.apply(msg, out)
		default:
			out.Send = append(out.Send, m.wrap(msg))
			if msg.GetType() == pb.MsgSnap {
				m.rn.ReportSnapshot(msg.GetTo(), raft.SnapshotFinish) // as node.handle does
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *raftMachine) wrap(msg *pb.Message) step.Message {
	return step.Message{Peer: int(msg.GetTo()) - 1, Body: msg, Size: wireSize(msg)}
}

// persist has entries and the hard state written, and the answers wait for that.
func (m *raftMachine) persist(msg *pb.Message, out *step.Output) error {
	m.enc = encoder{} // what it encodes is kept
	for _, e := range msg.Entries {
		m.enc.entry(e)
	}
	if err := m.log.Append(msg.Entries); err != nil {
		return fmt.Errorf("append to the log in memory: %w", err)
	}
	if msg.Term != nil {
		state := &pb.HardState{Term: msg.Term, Vote: msg.Vote, Commit: msg.Commit}
		m.enc.add(stateRecord(state))
		m.written = state
		if err := m.log.SetHardState(state); err != nil {
			return fmt.Errorf("set the hard state in memory: %w", err)
		}
	}
	out.Records = append(out.Records, m.enc.recs...)
	for _, r := range msg.Responses {
		out.After = append(out.After, m.wrap(r))
	}
	return nil
}

// apply feeds committed entries to the state machine.
func (m *raftMachine) apply(msg *pb.Message, out *step.Output) error {
	for _, e := range msg.Entries {
		m.term = e.GetTerm()
		if len(e.Data) == 0 {
			m.kv.Advance(e.GetIndex())
			continue
		}
		cmd, reply, err := m.kv.Apply(e.GetIndex(), e.Data)
		if errors.Is(err, machine.ErrCommand) {
			return fmt.Errorf("apply entry %d: %w", e.GetIndex(), err)
		}
		if c, ok := m.calls[cmd.Session]; ok && c.Seq == cmd.Seq {
			delete(m.calls, cmd.Session)
			m.answer(c, reply, err, out)
		}
	}
	for _, r := range msg.Responses {
		if err := m.take(r, out); err != nil {
			return err
		}
	}
	return nil
}

// changeRole follows an election.
func (m *raftMachine) changeRole(s *raft.SoftState, out *step.Output) {
	led := m.leads
	m.lead, m.leads = s.Lead, s.RaftState == raft.StateLeader
	if m.leads && !led {
		out.Points = append(out.Points, replica.Point{
			Name: "elected", Txn: m.state.GetTerm(), Coordinator: m.name(m.id),
		})
	}
	if led && !m.leads {
		m.wait()
		for _, session := range slices.Sorted(maps.Keys(m.calls)) {
			m.answer(m.calls[session], bench.Reply{}, replica.ErrLost, out)
		}
		clear(m.calls)
		m.failReads(out)
	}
}

// Status implements [step.Machine].
func (m *raftMachine) Status() bench.Status {
	return bench.Status{
		Up: true, Leader: m.name(m.lead), Term: m.state.GetTerm(),
		Committed: m.state.GetCommit(), Applied: m.kv.Applied(), Digest: m.kv.Digest(),
	}
}
