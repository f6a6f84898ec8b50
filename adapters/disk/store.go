package disk

import (
	"errors"
	"fmt"
	"sync"
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
