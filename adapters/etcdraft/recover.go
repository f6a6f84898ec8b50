package etcdraft

import (
	"fmt"

	pb "go.etcd.io/raft/v3/raftpb"

	"nines/adapters/disk"
	"nines/adapters/machine"
)

// bootIndex and bootTerm are those of the snapshot that every node of a new
// cluster starts from: it holds no commands, only the members. One that joins later
// starts from it as well, and so with the members that the cluster began with.
const bootIndex, bootTerm = 1, 1

// recovered is a node's state as its disk has it.
type recovered struct {
	log   *memoryLog
	kv    *machine.KV
	conf  *pb.ConfState // as of the snapshot
	state *pb.HardState
}

// recoverNode reads the newest snapshot and the log behind it. Without a snapshot
// the members are conf.
func recoverNode(store *disk.Store, conf *pb.ConfState) (*recovered, error) {
	snap, kv, err := loadSnapshot(store, conf)
	if err != nil {
		return nil, err
	}
	w := walReader{state: &pb.HardState{Term: new(uint64(bootTerm)), Vote: new(uint64(0)), Commit: new(uint64(bootIndex))}}
	if err := store.Replay(w.read); err != nil {
		return nil, fmt.Errorf("replay the log: %w", err)
	}
	log := newMemoryLog()
	if err := log.restart(snap); err != nil {
		return nil, fmt.Errorf("start the log from snapshot %d: %w", snap.GetMetadata().GetIndex(), err)
	}
	ents, void, err := w.behind(snap.GetMetadata())
	if err != nil {
		return nil, err
	}
	if void {
		if err := store.Append(installRecord(snap.GetMetadata())); err != nil {
			return nil, fmt.Errorf("mark the log before snapshot %d as void: %w", snap.GetMetadata().GetIndex(), err)
		}
	}
	if err := log.Append(ents); err != nil {
		return nil, fmt.Errorf("append the log behind snapshot %d: %w", snap.GetMetadata().GetIndex(), err)
	}
	if c := snap.GetMetadata().GetIndex(); w.state.GetCommit() < c {
		w.state.Commit = new(c)
	}
	if err := log.SetHardState(w.state); err != nil {
		return nil, fmt.Errorf("restore the hard state: %w", err)
	}
	return &recovered{log, kv, snap.GetMetadata().GetConfState(), w.state}, nil
}

func loadSnapshot(store *disk.Store, conf *pb.ConfState) (*pb.Snapshot, *machine.KV, error) {
	kv := machine.New()
	index, data, err := store.Snapshot()
	if err != nil {
		return nil, nil, fmt.Errorf("load the snapshot: %w", err)
	}
	first := &snapshot{index: bootIndex, term: bootTerm, conf: conf}
	if index == 0 {
		kv.Advance(bootIndex)
		first.data = kv.Snapshot()
		return first.message(), kv, nil
	}
	s, err := decodeSnapshot(index, data)
	if err != nil {
		return nil, nil, err
	}
	if err := kv.Restore(s.data); err != nil {
		return nil, nil, fmt.Errorf("restore snapshot %d: %w", index, err)
	}
	return s.message(), kv, nil
}

// walReader rebuilds the log from its records.
type walReader struct {
	ents  []*pb.Entry // contiguous
	state *pb.HardState
}

func (w *walReader) read(r disk.Record) error {
	switch r.Kind {
	case recordEntry:
		e, err := decodeEntry(r)
		if err != nil {
			return err
		}
		return w.add(e)
	case recordState:
		n, err := decodeNumbers(r, 3)
		if err != nil {
			return err
		}
		w.state = &pb.HardState{Term: &n[0], Vote: &n[1], Commit: &n[2]}
	case recordInstall:
		if _, err := decodeNumbers(r, 2); err != nil {
			return err
		}
		w.ents = nil
	default:
		return fmt.Errorf("record of unknown kind %d", r.Kind)
	}
	return nil
}

// add appends e; an entry that was written again voids the old one and all
// behind it (Raft, section 5.3).
func (w *walReader) add(e *pb.Entry) error {
	if len(w.ents) > 0 {
		first, next := w.ents[0].GetIndex(), w.ents[0].GetIndex()+uint64(len(w.ents))
		switch at := e.GetIndex(); {
		case at > next:
			return fmt.Errorf("entry %d follows entry %d: entries are missing", at, next-1)
		case at < first:
			w.ents = nil
		default:
			w.ents = w.ents[:at-first]
		}
	}
	w.ents = append(w.ents, e)
	return nil
}

// behind returns the entries that follow the snapshot. If the node crashed after
// it had saved another's snapshot and before it had marked its own log as void,
// that log ends before the snapshot, or has an entry of another term at its
// index. It is void then, and has to be marked now: entries that will be
// appended do not follow it.
func (w *walReader) behind(snap *pb.SnapshotMetadata) (ents []*pb.Entry, void bool, err error) {
	if len(w.ents) == 0 {
		return nil, false, nil
	}
	first := w.ents[0].GetIndex()
	next := first + uint64(len(w.ents))
	switch at := snap.GetIndex(); {
	case first > at+1:
		return nil, false, fmt.Errorf("the log begins at %d, behind a snapshot at %d: entries are missing", first, at)
	case first == at+1:
		return w.ents, false, nil
	case next <= at || w.ents[at-first].GetTerm() != snap.GetTerm():
		return nil, true, nil
	default:
		return w.ents[at+1-first:], false, nil
	}
}
