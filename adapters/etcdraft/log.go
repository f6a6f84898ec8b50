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
}

func newMemoryLog() *memoryLog { return &memoryLog{MemoryStorage: raft.NewMemoryStorage()} }

// Snapshot implements [raft.Storage].
func (l *memoryLog) Snapshot() (*pb.Snapshot, error) {
	s, err := l.MemoryStorage.Snapshot()
	if err != nil {
		return nil, err
	}
	state := l.state.Load()
	if state == nil || state.index != s.GetMetadata().GetIndex() { // it is being replaced at this moment
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
	l.state.Store(&snapshot{m.GetIndex(), m.GetTerm(), s.Data})
	return nil
}

// keep makes s the newest snapshot, without cutting the log.
func (l *memoryLog) keep(s *snapshot, conf *pb.ConfState) error {
	if _, err := l.CreateSnapshot(s.index, conf, nil); err != nil {
		return err
	}
	l.state.Store(s)
	return nil
}
