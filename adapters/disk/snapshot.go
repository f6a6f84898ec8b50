package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
)

// The snapshot's file: magic, index (8), checksum of index and data (4), data.
const (
	snapshotMagic  = "ninessn1"
	snapshotHeader = 8 + 8 + 4
)

// SaveSnapshot replaces the snapshot, durably and at once: a crash leaves the
// older one or this one.
func (s *Store) SaveSnapshot(index uint64, data []byte) error {
	if index == 0 {
		return errors.New("disk: saving a snapshot: index 0 stands for no snapshot")
	}
	s.mu.Lock()
	for s.err == nil && s.snapping {
		s.changed.Wait()
	}
	if s.err != nil {
		defer s.mu.Unlock()
		return fmt.Errorf("disk: saving snapshot %d: %w", index, s.err)
	}
	s.snapping = true
	s.mu.Unlock()

	b := append(make([]byte, 0, snapshotHeader), snapshotMagic...)
	b = binary.LittleEndian.AppendUint64(b, index)
	b = binary.LittleEndian.AppendUint32(b, crc32.Update(crc32.Checksum(b[8:], castagnoli), castagnoli, data))
	f, err := s.writeWhole(snapshotName, b, data)
	if err == nil {
		err = f.Close()
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	s.snapping = false
	if s.err == nil {
		s.err = err
	}
	s.changed.Broadcast()
	if s.err != nil {
		return fmt.Errorf("disk: saving snapshot %d: %w", index, s.err)
	}
	return nil
}

// Snapshot returns the snapshot; index 0 if there is none.
func (s *Store) Snapshot() (index uint64, data []byte, err error) {
	s.mu.Lock()
	err = s.err
	s.mu.Unlock()
	if err == nil {
		index, data, err = s.readSnapshot()
	}
	if err != nil {
		return 0, nil, fmt.Errorf("disk: reading the snapshot: %w", err)
	}
	return index, data, nil
}

func (s *Store) readSnapshot() (index uint64, data []byte, err error) {
	names, err := s.d.vol.names()
	if err != nil || !slices.Contains(names, snapshotName) {
		return 0, nil, err
	}
	b, err := s.d.vol.read(snapshotName)
	if err != nil {
		return 0, nil, err
	}
	return parseSnapshot(b)
}

func parseSnapshot(b []byte) (index uint64, data []byte, err error) {
	if len(b) < snapshotHeader || string(b[:8]) != snapshotMagic {
		return 0, nil, fmt.Errorf("%s does not begin with %q", snapshotName, snapshotMagic)
	}
	index, data = binary.LittleEndian.Uint64(b[8:]), b[snapshotHeader:]
	if crc32.Update(crc32.Checksum(b[8:16], castagnoli), castagnoli, data) != binary.LittleEndian.Uint32(b[16:]) {
		return 0, nil, fmt.Errorf("%s has a wrong checksum", snapshotName)
	}
	return index, data, nil
}
