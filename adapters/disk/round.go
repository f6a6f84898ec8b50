package disk

import "time"

// batch is what one round writes.
type batch struct {
	bytes []byte
	top   uint64
	upto  int64 // Store.appended at its end
}

// round hands everything appended so far to do, which then is the only one that
// is busy and runs without mu. An error stops the store. mu is held before and
// after.
func (s *Store) round(do func(batch) error) error {
	for s.err == nil && s.busy {
		s.changed.Wait()
	}
	if s.err != nil {
		return s.err
	}
	b := batch{bytes: s.buf, top: s.top, upto: s.appended}
	s.busy, s.buf, s.top, s.spare = true, s.spare, 0, nil
	s.mu.Unlock()
	err := do(b)
	s.mu.Lock()
	s.busy = false
	if cap(b.bytes) <= bufferBytes*2 {
		s.spare = b.bytes[:0]
	}
	if s.err == nil {
		s.err = err
	}
	s.changed.Broadcast()
	return s.err
}

// write appends b to the active segment.
func (s *Store) write(b batch) error {
	if len(b.bytes) == 0 {
		return nil
	}
	n, err := s.active.Write(b.bytes)
	s.d.bytes.Add(uint64(n))
	last := &s.segments[len(s.segments)-1]
	last.size += int64(n)
	last.top = max(last.top, b.top)
	return err
}

// writeAndForce appends b and makes the log durable up to its end. A segment
// that is full is followed by the next.
func (s *Store) writeAndForce(b batch) error {
	if err := s.forceLog(b); err != nil {
		return err
	}
	if s.segments[len(s.segments)-1].size < s.d.segment {
		return nil
	}
	return s.startSegment(s.segments[0].number, nil, 0)
}

func (s *Store) forceLog(b batch) error {
	if err := s.write(b); err != nil {
		return err
	}
	pending := b.upto - s.synced // which only this goroutine changes now
	if pending > 0 && s.d.cutPower(s) {
		<-s.dead
		return ErrPower
	}
	if err := s.force(s.active.sync, pending); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.synced = b.upto
	return nil
}

// wait returns true after so long, or false when the store has stopped.
func (s *Store) wait(d time.Duration) bool {
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
		case <-s.dead:
		}
	}
	select {
	case <-s.dead:
		return false
	default:
		return true
	}
}

// force performs a forced write of so many bytes, later by what slows the disk.
func (s *Store) force(sync func() error, bytes int64) error {
	for s.d.width > 0 && bytes > 0 {
		part := min(bytes, portion)
		if !s.wait(time.Until(s.d.transfer(part))) {
			return ErrCrashed
		}
		bytes -= part
	}
	if !s.wait(s.d.slow()) {
		return ErrCrashed
	}
	s.d.syncs.Add(1)
	return sync()
}
