package disk

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// Store is a disk that a running node has open. Its methods are safe for
// concurrent use.
//
// One goroutine at a time does the log's input and output: whoever set busy. mu
// is held only for moments, so Append never waits for the medium.
type Store struct {
	d    *Disk
	dead chan struct{} // closed when the store has stopped: ends modelled waits

	mu       sync.Mutex
	changed  *sync.Cond // err, busy, snapping or synced
	err      error      // why every later call fails
	busy     bool       // somebody writes to the log
	snapping bool       // somebody writes a snapshot
	buf      []byte     // appended and not yet written
	spare    []byte     // the buffer that is not in use
	top      uint64     // the highest index in buf
	appended int64      // bytes, since Open
	synced   int64      // of those

	// For whoever is busy:
	segments []segment // oldest first
	active   file      // the last of them, which is being written
}

// segment is what is known of one file of the log.
type segment struct {
	number uint64
	size   int64  // of what is written
	top    uint64 // the highest index in it
}

// bufferBytes is how much Append keeps before it writes without a Sync, and how
// large a buffer is kept for the next round.
const bufferBytes = 1 << 20

// Append adds records to the log, in order. They are durable after the next
// Sync, not before. It keeps no reference to their data, and does not wait for
// a Sync that runs.
func (s *Store) Append(recs ...Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return fmt.Errorf("disk: appending: %w", s.err)
	}
	for _, r := range recs {
		if len(r.Data) > MaxData {
			return fmt.Errorf("disk: appending record %d: %d bytes, the most is %d", r.Index, len(r.Data), MaxData)
		}
	}
	before := len(s.buf)
	for _, r := range recs {
		s.buf = appendRecord(s.buf, r)
		s.top = max(s.top, r.Index)
	}
	s.appended += int64(len(s.buf) - before)
	if len(s.buf) < bufferBytes || s.busy {
		return nil
	}
	if err := s.round(s.write); err != nil {
		return fmt.Errorf("disk: appending: %w", err)
	}
	return nil
}

// Sync makes everything durable that was appended before the call. Concurrent
// calls share a forced write.
func (s *Store) Sync() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for target := s.appended; s.err == nil && s.synced < target; {
		if s.busy {
			s.changed.Wait() // perhaps for this very batch
		} else {
			s.round(s.writeAndForce)
		}
	}
	if s.err != nil {
		return fmt.Errorf("disk: syncing: %w", s.err)
	}
	return nil
}

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
	if err := s.force(s.active.sync); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.synced = b.upto
	return nil
}

// force performs a forced write, later by what slows the disk.
func (s *Store) force(sync func() error) error {
	if d := s.d.slow(); d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
		case <-s.dead:
		}
	}
	select {
	case <-s.dead:
		return ErrCrashed
	default:
	}
	s.d.syncs.Add(1)
	return sync()
}

// stop fails every later call, ends modelled waits and returns when nobody uses
// the medium any more. Only the first call does, and returns true.
func (s *Store) stop(err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.dead:
		return false
	default:
	}
	close(s.dead)
	s.err = err
	for s.busy || s.snapping {
		s.changed.Wait()
	}
	return true
}

// Close makes everything durable, and ends the store. After Crash, or a second
// time, it does nothing.
func (s *Store) Close() error {
	err := s.Sync()
	if !s.stop(ErrClosed) {
		return nil
	}
	return errors.Join(err, s.abandon())
}

// abandon lets go of the medium. Nobody uses the store any more.
func (s *Store) abandon() error {
	s.d.release(s)
	if s.active == nil {
		return nil // it was never opened
	}
	return s.active.Close()
}
