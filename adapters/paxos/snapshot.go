package paxos

import (
	"fmt"

	"nines/adapters/disk"
	"nines/adapters/replica/step"
	"nines/bench"
)

// snapshots is the newest copy of the state, for those who lack what is
// compacted, and what is under way to the disk. The log never begins above index.
type snapshots struct {
	index uint64
	state []byte

	saving *step.Snapshot // one at a time; nil: none
	next   *step.Snapshot // installed while another one was being saved
	disk   uint64         // index of the one on disk
	cut    uint64         // the log on disk is to be cut up to here; 0: it is not
}

// installing reports whether a state that came from another node is not yet on
// the disk. Until then the log there has a gap, and values below the commit index
// that were never chosen: it must not be said how far it is good.
func (s *snapshots) installing() bool { return s.disk < s.index }

// maybeSnapshot saves the state, where that is due.
func (n *node) maybeSnapshot() {
	s := &n.snaps
	switch every := n.env.Batch.SnapshotEvery; {
	case s.saving != nil:
		return
	case s.next != nil:
		s.saving, s.next = s.next, nil
	case every > 0 && n.kv.Applied() >= s.disk+every:
		s.saving = &step.Snapshot{Index: n.kv.Applied(), State: n.kv.Snapshot()}
	default:
		return
	}
	n.out.Snapshot = s.saving
}

// snapshotSaved cuts the log, less what slow followers may still want.
func (n *node) snapshotSaved(index uint64) {
	s := &n.snaps
	if s.saving == nil || s.saving.Index != index {
		n.out.Failed = fmt.Errorf("paxos: snapshot %d was saved, and was not to be", index)
		return
	}
	if index > s.index {
		s.index, s.state = index, s.saving.State
	}
	s.disk, s.saving = index, nil
	n.out.Events = append(n.out.Events, bench.Event{Kind: bench.EventSnapshot, Detail: fmt.Sprint(index)})
	if t := n.env.Batch.Trailing; index > t {
		n.log.cut(min(index-t, n.kv.Applied()))
	}
	s.cut = min(n.log.base, index)
}

// maybeCompact cuts the log on the disk, last in a Step: the head of what is left
// is as of now.
func (n *node) maybeCompact() {
	if n.snaps.cut > 0 {
		n.out.Compact = &step.Compact{Index: n.snaps.cut, Head: n.head()}
		n.snaps.cut = 0
	}
}

// head is what is still needed of the records that have no slot.
func (n *node) head() []disk.Record {
	rs := []disk.Record{numberRecord(recordPromise, uint64(n.promised))}
	if !n.snaps.installing() {
		n.recorded = n.committed
		rs = append(rs, numberRecord(recordCommit, n.committed))
	}
	return rs
}

func (n *node) onInstall(from int, m *install) {
	if m.Index > n.committed {
		n.installState(m.Index, m.Snapshot)
		n.caughtUp()
		n.fetch(from, n.committed+1) // there may be more
	}
}

// installState takes another node's state, which is that of all slots up to
// index. What was accepted above stays.
func (n *node) installState(index uint64, state []byte) {
	if err := n.kv.Restore(state); err != nil {
		n.out.Failed = fmt.Errorf("paxos: install snapshot %d: %w", index, err)
		return
	}
	n.committed = index
	n.log.cut(index)
	s := &n.snaps
	s.index, s.state = index, state
	s.next = &step.Snapshot{Index: index, State: state}
	n.out.Events = append(n.out.Events, bench.Event{Kind: bench.EventInstalled, Detail: fmt.Sprint(index)})
}
