package etcdraft

import (
	"sync/atomic"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
)

// memoryLog is the library's memory storage, with the state of the newest
// snapshot kept beside it: the library copies a snapshot whenever it is made or
// looked at, which for the whole state machine took a twentieth of the processor.
type memoryLog struct {
	*raft.MemoryStorage                          // its snapshots have no data
	state               atomic.Pointer[snapshot] // their data
	least               atomic.Uint64            // a snapshot before this index does not know all members
}

func newMemoryLog() *memoryLog { return &memoryLog{MemoryStorage: raft.NewMemoryStorage()} }

// Snapshot implements [raft.Storage].
func (l *memoryLog) Snapshot() (*pb.Snapshot, error) {
	s, err := l.MemoryStorage.Snapshot()
	if err != nil {
		return nil, err
	}
	state := l.state.Load()
	index := s.GetMetadata().GetIndex()
	if state == nil || state.index != index || index < l.least.Load() { // it is being replaced at this moment, or soon
		return nil, raft.ErrSnapshotTemporarilyUnavailable
	}
	s.Data = state.data
	return s, nil
}

// restart voids the log and has it begin behind s.
func (l *memoryLog) restart(s *pb.Snapshot) error {
	m := s.GetMetadata()
	if err := l.ApplySnapshot(&pb.Snapshot{Metadata: m}); err != nil {
		return err
	}
	l.state.Store(received(s))
	return nil
}

// keep makes s the newest snapshot, without cutting the log.
func (l *memoryLog) keep(s *snapshot) error {
	if _, err := l.CreateSnapshot(s.index, s.conf, nil); err != nil {
		return err
	}
	l.state.Store(s)
	return nil
}

// snapshot is a copy of the state machine.
type snapshot struct {
	index, term uint64
	conf        *pb.ConfState // in force at index; never changed
	data        []byte
}

// received is a snapshot as another node sends it.
func received(s *pb.Snapshot) *snapshot {
	m := s.GetMetadata()
	return &snapshot{m.GetIndex(), m.GetTerm(), m.GetConfState(), s.Data}
}

func (s *snapshot) message() *pb.Snapshot {
	return &pb.Snapshot{
		Data:     s.data,
		Metadata: &pb.SnapshotMetadata{ConfState: s.conf, Index: new(s.index), Term: new(s.term)},
	}
}
