package hashiraft

import (
	"bytes"
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
}

func newSnapshotStore(d *disk.Store, l *logStore) *snapshotStore {
	s := &snapshotStore{disk: d, log: l, turn: make(chan struct{}, 1)}
	s.turn <- struct{}{}
	return s
}

// The snapshot on disk: version, term, index of the configuration, length of
// the configuration (8 bytes each), the configuration as the library encodes
// it, and the state machine's own encoding. Its index is the disk's.

func encodeSnapshot(m *raft.SnapshotMeta, state []byte) []byte {
	conf := raft.EncodeConfiguration(m.Configuration)
	b := make([]byte, 0, 32+len(conf)+len(state))
	b = order.AppendUint64(b, uint64(m.Version))
	b = order.AppendUint64(b, m.Term)
	b = order.AppendUint64(b, m.ConfigurationIndex)
	b = order.AppendUint64(b, uint64(len(conf)))
	b = append(b, conf...)
	return append(b, state...)
}

func decodeSnapshot(index uint64, b []byte) (*raft.SnapshotMeta, []byte, error) {
	if len(b) < 32 {
		return nil, nil, fmt.Errorf("snapshot %d has %d bytes, and its header alone has 32", index, len(b))
	}
	n := order.Uint64(b[24:])
	if n > uint64(len(b)-32) {
		return nil, nil, fmt.Errorf("snapshot %d is cut short in its configuration of %d bytes", index, n)
	}
	m := &raft.SnapshotMeta{
		Version:            raft.SnapshotVersion(order.Uint64(b)),
		Index:              index,
		Term:               order.Uint64(b[8:]),
		ConfigurationIndex: order.Uint64(b[16:]),
		Configuration:      raft.DecodeConfiguration(b[32 : 32+n]),
		Size:               int64(uint64(len(b)) - 32 - n),
	}
	m.ID = snapshotName(m.Index, m.Term)
	return m, b[32+n:], nil
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
	return decodeSnapshot(index, b)
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
	if err := s.log.check(s.disk.SaveSnapshot(m.Index, encodeSnapshot(m, state))); err != nil {
		return fmt.Errorf("save snapshot %s: %w", m.ID, err)
	}
	s.log.setNewestSnapshot(snapshotID{m.Index, m.Term})
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
