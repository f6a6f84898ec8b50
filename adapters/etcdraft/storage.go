package etcdraft

import (
	"errors"
	"fmt"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"nines/bench"
)

// write is the goroutine that owns the log on disk. All writes that have come
// while it forced the last ones to disk share the next forced write.
func (n *node) write() {
	defer n.writes.Close()
	var enc encoder
	for {
		select {
		case <-n.stop.Done():
			return
		case <-n.wakeWriter:
		}
		msgs := n.writes.Take()
		enc.reset()
		if err := n.persist(&enc, msgs); err != nil {
			n.fail(err)
			return
		}
		for _, m := range msgs {
			for _, r := range m.Responses {
				n.deliver(r)
			}
		}
		for _, s := range n.compacts.Take() {
			if err := n.compact(s); err != nil {
				n.fail(err)
				return
			}
		}
	}
}

// persist writes what the messages carry, and forces it to disk if anybody
// waits for it. The library's copy of the log in memory follows, since it may
// be read as soon as the responses are out.
func (n *node) persist(enc *encoder, msgs []*pb.Message) error {
	var waited bool
	for _, m := range msgs {
		waited = waited || len(m.Responses) > 0
		if m.Snapshot != nil {
			if err := n.saveInstalled(m.Snapshot); err != nil {
				return err
			}
			enc.add(installRecord(m.Snapshot.GetMetadata()))
		}
		for _, e := range m.Entries {
			enc.entry(e)
		}
		if err := n.log.Append(m.Entries); err != nil {
			return fmt.Errorf("append to the log in memory: %w", err)
		}
		if m.Term != nil {
			state := &pb.HardState{Term: m.Term, Vote: m.Vote, Commit: m.Commit}
			enc.add(stateRecord(state))
			n.written = state
			if err := n.log.SetHardState(state); err != nil {
				return fmt.Errorf("set the hard state in memory: %w", err)
			}
		}
	}
	if err := n.env.Disk.Append(enc.recs...); err != nil {
		return fmt.Errorf("append to the log: %w", err)
	}
	if !waited {
		return nil
	}
	if err := n.env.Disk.Sync(); err != nil {
		return fmt.Errorf("sync the log: %w", err)
	}
	return nil
}

// saveInstalled makes the leader's snapshot this node's own.
func (n *node) saveInstalled(s *pb.Snapshot) error {
	meta := s.GetMetadata()
	if err := n.save(received(s)); err != nil {
		return err
	}
	if err := n.log.restart(s); err != nil && !errors.Is(err, raft.ErrSnapOutOfDate) {
		return fmt.Errorf("install snapshot %d in memory: %w", meta.GetIndex(), err)
	}
	return nil
}

// save writes a snapshot to disk unless a newer one is there. The token makes
// the goroutines that save take turns; it is a channel and not a mutex because
// its holder waits for the disk.
func (n *node) save(s *snapshot) error {
	saved := <-n.saved
	defer func() { n.saved <- saved }()
	if saved >= s.index {
		return nil
	}
	b, err := encodeSnapshot(s)
	if err != nil {
		return err
	}
	if err := n.env.Disk.SaveSnapshot(s.index, b); err != nil {
		return fmt.Errorf("save snapshot %d: %w", s.index, err)
	}
	saved = s.index
	return nil
}

// install sets the state machine to a snapshot that another node has sent and
// this one has saved.
func (n *node) install(s *pb.Snapshot) error {
	meta := s.GetMetadata()
	if meta.GetIndex() <= n.kv.Applied() {
		return nil
	}
	if err := n.kv.Restore(s.Data); err != nil {
		return fmt.Errorf("install snapshot %d: %w", meta.GetIndex(), err)
	}
	n.term, n.snapped, n.conf = meta.GetTerm(), meta.GetIndex(), meta.GetConfState()
	n.env.Events(bench.Event{Kind: bench.EventInstalled, Detail: fmt.Sprint(meta.GetIndex())})
	return nil
}

// maybeSnapshot copies the state machine when enough entries have been applied
// since the last time, or a new member may need it. Saving the copy does not hold up the loop; on a slow disk
// there is one copy at a time.
func (n *node) maybeSnapshot() {
	every := n.env.Batch.SnapshotEvery
	due := n.kv.Applied()-n.snapped >= every || n.snapped < n.log.least.Load()
	if every == 0 || !due || !n.saving.CompareAndSwap(false, true) {
		return
	}
	n.snapped = n.kv.Applied()
	s := &snapshot{n.snapped, n.term, n.conf, n.kv.Snapshot()}
	n.running.Go(func() {
		defer n.saving.Store(false)
		if err := n.save(s); err != nil {
			n.fail(err)
			return
		}
		n.compacts.Put(s)
	})
}

// compact forgets the log up to a saved snapshot, less what slow followers may
// still want. It runs in the goroutine that owns the log, so that the hard state
// which opens the new segment is the newest.
func (n *node) compact(s *snapshot) error {
	if err := n.log.keep(s); errors.Is(err, raft.ErrSnapOutOfDate) {
		return nil
	} else if err != nil {
		return fmt.Errorf("keep snapshot %d: %w", s.index, err)
	}
	n.env.Events(bench.Event{Kind: bench.EventSnapshot, Detail: fmt.Sprint(s.index)})
	if s.index <= n.env.Batch.Trailing {
		return nil
	}
	upTo := s.index - n.env.Batch.Trailing
	if err := n.log.Compact(upTo); errors.Is(err, raft.ErrCompacted) {
		return nil
	} else if err != nil {
		return fmt.Errorf("compact the log in memory to %d: %w", upTo, err)
	}
	if err := n.env.Disk.Compact(upTo, stateRecord(n.written)); err != nil {
		return fmt.Errorf("compact the log to %d: %w", upTo, err)
	}
	return nil
}
