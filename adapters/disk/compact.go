package disk

import (
	"errors"
	"fmt"
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
	defer s.mu.Unlock()
	if err := s.round(func(b batch) error { return s.compact(b, index, head) }); err != nil {
		return fmt.Errorf("disk: compacting to %d: %w", index, err)
	}
	return nil
}

// compact is Compact's round. That the older segments are gone is in the header
// of the new one, and so is true from one moment to the next; to remove their
// files is only to clean up.
func (s *Store) compact(b batch, index uint64, head []Record) error {
	if err := s.forceLog(b); err != nil {
		return err
	}
	drop := 0
	for drop < len(s.segments) && s.segments[drop].top <= index {
		drop++
	}
	oldest := s.segments[0].number + uint64(drop)
	var records []byte
	var top uint64
	for _, r := range head {
		records = appendRecord(records, r)
		top = max(top, r.Index)
	}
	if err := s.startSegment(oldest, records, top); err != nil {
		return err
	}
	for range drop {
		if err := s.d.vol.remove(segmentName(s.segments[0].number)); err != nil {
			return err
		}
		s.segments = s.segments[1:]
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
	size := int64(0)
	for _, p := range parts {
		n, err := f.Write(p)
		s.d.bytes.Add(uint64(n))
		size += int64(n)
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	if err := s.force(f.sync, size); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := s.d.vol.rename(name+scratch, name); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := s.force(s.d.vol.sync, 0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
