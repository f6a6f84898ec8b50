package etcdraft

import (
	"errors"
	"fmt"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"nines/adapters/disk"
	"nines/adapters/machine"
	"nines/adapters/replica/step"
	"nines/bench"
)

// machineSnapshots is the snapshots of a machine: of its own state, and those
// that a leader sends. One is saved at a time.
type machineSnapshots struct {
	last   uint64    // applied index at the last one of its own
	stored uint64    // index of the one on disk
	own    *snapshot // being saved
	saving bool
	// behind is log writes that wait for the snapshot which the first of them
	// brings.
	behind []*pb.Message
}

// restore returns the snapshot that a node starts from, and sets the state
// machine to it.
func (m *raftMachine) restore(s step.Stable) (*pb.Snapshot, error) {
	m.kv = machine.New()
	m.kv.Advance(bootIndex)
	snap := &snapshot{index: bootIndex, term: bootTerm, conf: m.conf, data: m.kv.Snapshot()}
	if s.Index > 0 {
		var err error
		if snap, err = decodeSnapshot(s.Index, s.Snapshot); err != nil {
			return nil, err
		}
		if err := m.kv.Restore(snap.data); err != nil {
			return nil, fmt.Errorf("restore snapshot %d: %w", s.Index, err)
		}
	}
	m.term, m.snaps.last, m.snaps.stored = snap.term, m.kv.Applied(), m.kv.Applied()
	return snap.message(), nil
}

// maybeSnapshot copies the state machine when enough entries have been applied.
func (m *raftMachine) maybeSnapshot(out *step.Output) error {
	every := m.cfg.Batch.SnapshotEvery
	if every == 0 || m.snaps.saving || m.kv.Applied()-m.snaps.last < every {
		return nil
	}
	m.snaps.last = m.kv.Applied()
	m.snaps.own = &snapshot{m.snaps.last, m.term, m.conf, m.kv.Snapshot()}
	return m.save(m.snaps.own, out)
}

func (m *raftMachine) save(s *snapshot, out *step.Output) error {
	b, err := encodeSnapshot(s)
	if err != nil {
		return err
	}
	m.snaps.saving = true
	out.Snapshot = &step.Snapshot{Index: s.index, State: b}
	return nil
}

// saved goes on when a snapshot is on disk.
func (m *raftMachine) saved(index uint64, out *step.Output) error {
	m.snaps.saving, m.snaps.stored = false, index
	if s := m.snaps.own; s != nil {
		m.snaps.own = nil
		if err := m.compact(s, out); err != nil {
			return err
		}
	}
	return m.writeBehind(out)
}

// compact forgets the log up to a saved snapshot, less what slow followers may
// still want.
func (m *raftMachine) compact(s *snapshot, out *step.Output) error {
	if err := m.log.keep(s); errors.Is(err, raft.ErrSnapOutOfDate) {
		return nil
	} else if err != nil {
		return fmt.Errorf("keep snapshot %d: %w", s.index, err)
	}
	out.Events = append(out.Events, bench.Event{Kind: bench.EventSnapshot, Detail: fmt.Sprint(s.index)})
	if s.index <= m.cfg.Batch.Trailing {
		return nil
	}
	upTo := s.index - m.cfg.Batch.Trailing
	if err := m.log.Compact(upTo); errors.Is(err, raft.ErrCompacted) {
		return nil
	} else if err != nil {
		return fmt.Errorf("compact the log in memory to %d: %w", upTo, err)
	}
	m.compacted = upTo
	return nil
}

// cut has the log on disk cut, when all records of a step are known: the hard
// state that is carried on must be the newest.
func (m *raftMachine) cut(out *step.Output) {
	if m.compacted > 0 {
		out.Compact = &step.Compact{Index: m.compacted, Head: []disk.Record{stateRecord(m.written)}}
		m.compacted = 0
	}
}

// writeBehind does log writes, in order, up to one that brings a snapshot which
// has to be saved first.
func (m *raftMachine) writeBehind(out *step.Output) error {
	for len(m.snaps.behind) > 0 {
		msg := m.snaps.behind[0]
		if s := msg.Snapshot; s != nil {
			meta := s.GetMetadata()
			if m.snaps.stored < meta.GetIndex() {
				if m.snaps.saving {
					return nil
				}
				return m.save(received(s), out)
			}
			if err := m.log.restart(s); err != nil && !errors.Is(err, raft.ErrSnapOutOfDate) {
				return fmt.Errorf("install snapshot %d in memory: %w", meta.GetIndex(), err)
			}
			out.Records = append(out.Records, installRecord(meta))
		}
		m.snaps.behind = m.snaps.behind[1:]
		if err := m.persist(msg, out); err != nil {
			return err
		}
	}
	return nil
}

// install sets the state machine to a snapshot that has been saved.
func (m *raftMachine) install(s *pb.Snapshot, out *step.Output) error {
	meta := s.GetMetadata()
	if meta.GetIndex() <= m.kv.Applied() {
		return nil
	}
	if err := m.kv.Restore(s.Data); err != nil {
		return fmt.Errorf("install snapshot %d: %w", meta.GetIndex(), err)
	}
	m.term, m.snaps.last = meta.GetTerm(), meta.GetIndex()
	out.Events = append(out.Events, bench.Event{Kind: bench.EventInstalled, Detail: fmt.Sprint(meta.GetIndex())})
	return nil
}
