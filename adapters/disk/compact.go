package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Compact says that the records with an index from 1 to index are no longer
// needed. It starts a new segment, which begins with head, and drops the oldest
// segments for as long as all their indexed records are among those. Records
// with index 0 go with the segment that they are in: head is there to carry on
// what the system still needs of them. Head takes its place in the order of
// appends during the call, so nobody else may append what head replaces.
//
// A crash leaves either all of this done or nothing. Records that are no longer
// needed may be left and be replayed.
func (s *Store) Compact(index uint64, head ...Record) error {
	s.mu.Lock()
	for s.err == nil && s.busy {
		s.changed.Wait()
	}
	if s.err != nil {
		defer s.mu.Unlock()
		return fmt.Errorf("disk: compacting to %d: %w", index, s.err)
	}
	var dropped []segment
	err := s.round(func(b batch) error {
		if err := s.write(b); err != nil {
			return err
		}
		if err := s.force(s.active.sync); err != nil {
			return err
		}
		s.mu.Lock()
		s.synced = b.upto
		n := 0
		for n < len(s.segments) && s.segments[n].top <= index {
			n++
		}
		next := s.segments[len(s.segments)-1].number + 1
		oldest := next
		if n < len(s.segments) {
			oldest = s.segments[n].number
		}
		s.mu.Unlock()
		var records []byte
		var top uint64
		for _, r := range head {
			records = appendRecord(records, r)
			top = max(top, r.Index)
		}
		if err := s.startSegment(oldest, records, top); err != nil {
			return err
		}
		s.mu.Lock()
		dropped, s.segments = s.segments[:n:n], s.segments[n:]
		s.mu.Unlock()
		return nil
	})
	s.mu.Unlock()
	for _, seg := range dropped {
		err = errors.Join(err, s.d.vol.remove(segmentName(seg.number)))
	}
	if err != nil {
		return fmt.Errorf("disk: compacting to %d: %w", index, err)
	}
	return nil
}

// startSegment makes the next segment the active one. The caller is busy.
func (s *Store) startSegment(oldest uint64, records []byte, top uint64) error {
	number := uint64(1)
	if n := len(s.segments); n > 0 {
		number = s.segments[n-1].number + 1
	}
	header := appendSegmentHeader(nil, number, oldest)
	f, err := s.writeWhole(segmentName(number), header, records)
	if err != nil {
		return err
	}
	if s.active != nil {
		if err := s.active.Close(); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	s.active = f
	s.mu.Lock()
	defer s.mu.Unlock()
	s.segments = append(s.segments, segment{number: number, size: int64(len(header) + len(records)), top: top})
	return nil
}

// writeWhole creates a file that is there with all its parts, durably, or not at
// all. It returns the file open.
func (s *Store) writeWhole(name string, parts ...[]byte) (file, error) {
	f, err := s.d.vol.create(name + scratch)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		n, err := f.Write(p)
		s.d.bytes.Add(uint64(n))
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	if err := s.force(f.sync); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := s.d.vol.rename(name+scratch, name); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := s.force(s.d.vol.sync); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

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
	if err != nil {
		return 0, nil, fmt.Errorf("disk: reading the snapshot: %w", err)
	}
	names, err := s.d.vol.names()
	if err != nil {
		return 0, nil, fmt.Errorf("disk: reading the snapshot: %w", err)
	}
	for _, name := range names {
		if name != snapshotName {
			continue
		}
		b, err := s.d.vol.read(snapshotName)
		if err == nil {
			index, data, err = parseSnapshot(b)
		}
		if err != nil {
			return 0, nil, fmt.Errorf("disk: reading the snapshot: %w", err)
		}
	}
	return index, data, nil
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
