package disk

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Names of files. What ends in scratch was being written and never became part
// of the disk.
const (
	segmentSuffix = ".log"
	snapshotName  = "snapshot"
	scratch       = ".tmp"
)

func segmentName(number uint64) string { return fmt.Sprintf("%016x%s", number, segmentSuffix) }

func newStore(d *Disk) *Store {
	s := &Store{d: d, dead: make(chan struct{})}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// load reads what is on the disk, drops what a crash left half done, and makes
// what it found durable.
func (s *Store) load() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.round(func(batch) error {
		numbers, err := s.clean()
		if err != nil {
			return err
		}
		if len(numbers) == 0 {
			return s.startSegment(1, nil, 0)
		}
		for i, n := range numbers {
			if err := s.adopt(n, i == len(numbers)-1); err != nil {
				return err
			}
		}
		return nil
	})
}

// clean removes files that are not part of the log and returns the numbers of
// the segments that are.
func (s *Store) clean() ([]uint64, error) {
	names, err := s.d.vol.names()
	if err != nil {
		return nil, err
	}
	var numbers []uint64
	for _, name := range names {
		if strings.HasSuffix(name, scratch) {
			if err := s.d.vol.remove(name); err != nil {
				return nil, err
			}
		}
		if digits, ok := strings.CutSuffix(name, segmentSuffix); ok {
			n, err := strconv.ParseUint(digits, 16, 64)
			if err != nil || segmentName(n) != name {
				return nil, fmt.Errorf("%s is no name of a segment", name)
			}
			numbers = append(numbers, n)
		}
	}
	switch {
	case len(numbers) > 0:
	case slices.Contains(names, snapshotName):
		return nil, fmt.Errorf("there is %s and no segment: the log is missing", snapshotName)
	default:
		return nil, nil
	}
	slices.Sort(numbers)
	return s.live(numbers)
}

// live drops the segments that the newest one says are no longer needed, and
// finds out whether all others are there.
func (s *Store) live(numbers []uint64) ([]uint64, error) {
	newest := numbers[len(numbers)-1]
	b, err := s.d.vol.read(segmentName(newest))
	if err != nil {
		return nil, err
	}
	_, oldest, err := parseSegmentHeader(b)
	if err != nil {
		return nil, fmt.Errorf("%s: offset 0: %w", segmentName(newest), err)
	}
	for len(numbers) > 0 && numbers[0] < oldest {
		if err := s.d.vol.remove(segmentName(numbers[0])); err != nil {
			return nil, err
		}
		numbers = numbers[1:]
	}
	for i, n := range numbers {
		if n != oldest+uint64(i) {
			return nil, fmt.Errorf("%s is missing", segmentName(oldest+uint64(i)))
		}
	}
	return numbers, nil
}

// adopt checks a segment and makes it part of the store. The last one is cut
// after its last whole record.
func (s *Store) adopt(number uint64, last bool) error {
	seg := segment{number: number}
	end, err := s.readSegment(number, last, func(r Record) error {
		seg.top = max(seg.top, r.Index)
		return nil
	})
	if err != nil {
		return err
	}
	seg.size = int64(end)
	s.segments = append(s.segments, seg)
	if !last {
		return nil
	}
	if s.active, err = s.d.vol.open(segmentName(number)); err != nil {
		return err
	}
	if err := s.active.truncate(seg.size); err != nil {
		return errors.Join(err, s.active.Close())
	}
	return s.force(s.active.sync, 0)
}

// readSegment calls fn for each record of a segment and returns where they end.
func (s *Store) readSegment(number uint64, last bool, fn func(Record) error) (end int, err error) {
	name := segmentName(number)
	b, err := s.d.vol.read(name)
	if err != nil {
		return 0, err
	}
	if n, _, err := parseSegmentHeader(b); err != nil {
		return 0, fmt.Errorf("%s: offset 0: %w", name, err)
	} else if n != number {
		return 0, fmt.Errorf("%s: offset 8: the segment's number is %d, want %d", name, n, number)
	}
	end, err = scan(b, fn)
	if err == nil && end < len(b) && !last {
		err = fmt.Errorf("offset %d: %w, and this is not the last segment", end, errTorn)
	}
	if err != nil {
		return end, fmt.Errorf("%s: %w", name, err)
	}
	return end, nil
}

// Replay calls fn for each record, in order. Data may be kept, but not changed.
// fn must not call the store.
func (s *Store) Replay(fn func(Record) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var failed error // reading does not stop the store
	err := s.round(func(b batch) error {
		if err := s.write(b); err != nil {
			return err
		}
		for i, seg := range s.segments {
			if _, failed = s.readSegment(seg.number, i == len(s.segments)-1, fn); failed != nil {
				break
			}
		}
		return nil
	})
	if err = cmp.Or(err, failed); err != nil {
		return fmt.Errorf("disk: replaying: %w", err)
	}
	return nil
}
