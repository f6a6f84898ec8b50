package etcdraft

import (
	"slices"

	"go.etcd.io/raft/v3"

	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// machineReads is the reads of a leader: those that wait for the next round, those
// of the round that is under way, and those that wait for an index.
type machineReads struct {
	queue, round []replica.Call
	id           uint64 // of the round
	ready        []confirmed
}

// nextReads begins a round for the reads that have come, as reads.next does.
func (m *raftMachine) nextReads() bool {
	r := &m.reads
	if len(r.queue) == 0 || len(r.round) > 0 || m.leads && m.term != m.state.GetTerm() {
		return false
	}
	r.round, r.queue = r.queue, nil
	r.id++
	m.rn.ReadIndex(order.AppendUint64(nil, r.id))
	return true
}

func (m *raftMachine) confirm(s raft.ReadState) {
	r := &m.reads
	if len(r.round) > 0 && order.Uint64(s.RequestCtx) == r.id {
		r.ready = append(r.ready, confirmed{s.Index, r.round})
		r.round = nil
	}
}

func (m *raftMachine) answerReads(out *step.Output) {
	r := &m.reads
	for len(r.ready) > 0 && r.ready[0].index <= m.kv.Applied() {
		for _, c := range r.ready[0].calls {
			m.answer(c, m.kv.Read(c.Op.Key), nil, out)
		}
		r.ready = r.ready[1:]
	}
	if !m.leads && m.raft.Reads != ReadLocal {
		m.failReads(out)
	}
}

// failReads sends the reads elsewhere: none had an effect.
func (m *raftMachine) failReads(out *step.Output) {
	r := &m.reads
	all := slices.Concat(r.queue, r.round)
	for _, c := range r.ready {
		all = append(all, c.calls...)
	}
	for _, c := range all {
		m.answer(c, bench.Reply{}, m.notLeader(), out)
	}
	r.queue, r.round, r.ready = nil, nil, nil
}
