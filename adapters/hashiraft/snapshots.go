package hashiraft

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/hashicorp/raft"

	"nines/adapters/disk"
)

// snapshotStore is the library's SnapshotStore: one snapshot, on the node's
// disk.
type snapshotStore struct {
	disk *disk.Store
	log  *logStore // knows which snapshot is the newest
	turn chan struct{}
	// learn is told the configuration of each, with its index.
	learn func(uint64, raft.Configuration)
}

func newSnapshotStore(d *disk.Store, l *logStore, learn func(uint64, raft.Configuration)) *snapshotStore {
	s := &snapshotStore{disk: d, log: l, turn: make(chan struct{}, 1), learn: learn}
	s.turn <- struct{}{}
	return s
}

// The snapshot on disk: the length of its description (8 bytes), the description
// as JSON, and the state machine's own encoding.

func encodeSnapshot(m *raft.SnapshotMeta, state []byte) ([]byte, error) {
	m.Size = int64(len(state))
	head, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, 8+len(head)+len(state))
	b = order.AppendUint64(b, uint64(len(head)))
	b = append(b, head...)
	return append(b, state...), nil
}

func decodeSnapshot(b []byte) (*raft.SnapshotMeta, []byte, error) {
	if len(b) < 8 || order.Uint64(b) > uint64(len(b)-8) {
		return nil, nil, fmt.Errorf("a snapshot of %d bytes is cut short in its description", len(b))
	}
	head, state := b[8:8+order.Uint64(b)], b[8+order.Uint64(b):]
	m := &raft.SnapshotMeta{}
	if err := json.Unmarshal(head, m); err != nil {
		return nil, nil, fmt.Errorf("the description of a snapshot: %w", err)
	}
	if m.Size != int64(len(state)) {
		return nil, nil, fmt.Errorf("snapshot %s has %d bytes, its description says %d", m.ID, len(state), m.Size)
	}
	return m, state, nil
}

func snapshotName(index, term uint64) string { return fmt.Sprintf("%d-%d", term, index) }

// load reads the snapshot; nil if there is none.
func (s *snapshotStore) load() (*raft.SnapshotMeta, []byte, error) {
	index, b, err := s.disk.Snapshot()
	if err != nil {
		return nil, nil, s.log.check(err)
	}
	if index == 0 {
		return nil, nil, nil
	}
	return decodeSnapshot(b)
}

// List implements [raft.SnapshotStore].
func (s *snapshotStore) List() ([]*raft.SnapshotMeta, error) {
	m, _, err := s.load()
	if m == nil || err != nil {
		return nil, err
	}
	return []*raft.SnapshotMeta{m}, nil
}

// Open implements [raft.SnapshotStore].
func (s *snapshotStore) Open(id string) (*raft.SnapshotMeta, io.ReadCloser, error) {
	m, state, err := s.load()
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("open snapshot %s: %w", id, err)
	case m == nil || m.ID != id:
		return nil, nil, fmt.Errorf("open snapshot %s: another one has taken its place", id)
	}
	return m, io.NopCloser(bytes.NewReader(state)), nil
}

// Create implements [raft.SnapshotStore].
func (s *snapshotStore) Create(version raft.SnapshotVersion, index, term uint64, configuration raft.Configuration, configurationIndex uint64, _ raft.Transport) (raft.SnapshotSink, error) {
	return &snapshotSink{store: s, meta: raft.SnapshotMeta{
		Version:            version,
		ID:                 snapshotName(index, term),
		Index:              index,
		Term:               term,
		Configuration:      configuration,
		ConfigurationIndex: configurationIndex,
	}}, nil
}

// save puts a snapshot in the place of an older one. The library may still be
// writing one of its own when it has installed a newer one of another node.
func (s *snapshotStore) save(m *raft.SnapshotMeta, state []byte) error {
	<-s.turn
	defer func() { s.turn <- struct{}{} }()
	if newest := s.log.newestSnapshot(); m.Index < newest.index {
		return fmt.Errorf("save snapshot %s: there is a newer one, up to %d", m.ID, newest.index)
	}
	b, err := encodeSnapshot(m, state)
	if err == nil {
		err = s.log.check(s.disk.SaveSnapshot(m.Index, b))
	}
	if err != nil {
		return fmt.Errorf("save snapshot %s: %w", m.ID, err)
	}
	s.log.setNewestSnapshot(snapshotID{m.Index, m.Term})
	s.learn(m.ConfigurationIndex, m.Configuration)
	return nil
}

// snapshotSink collects a snapshot in memory until it is whole.
type snapshotSink struct {
	store *snapshotStore
	meta  raft.SnapshotMeta
	state bytes.Buffer
	over  bool
}

func (s *snapshotSink) ID() string { return s.meta.ID }

func (s *snapshotSink) Write(b []byte) (int, error) { return s.state.Write(b) }

// Close saves what was written.
func (s *snapshotSink) Close() error {
	if s.over {
		return nil
	}
	s.over = true
	return s.store.save(&s.meta, s.state.Bytes())
}

// Cancel drops what was written.
func (s *snapshotSink) Cancel() error {
	s.over = true
	return nil
}
