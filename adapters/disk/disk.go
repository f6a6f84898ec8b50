// Package disk is a node's stable storage: a segmented log with checksums and
// group commit, and one snapshot beside it.
//
// A [Disk] is the medium: it outlives a crash of its node. A [Store] is what a
// running node has open. What was appended is durable once [Store.Sync] has
// returned, and [Disk.Crash] loses everything else. Systems give the kinds and
// indexes of a [Record] their meaning; the log knows only that records with an
// index can be compacted away behind a snapshot.
//
// The medium is a directory of real files, or memory with a modelled latency and
// bandwidth of forced writes, which those of the log and of a snapshot share. An error of the medium stops the store that met it, and
// nothing else.
package disk

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Record is one entry of the log. Its Kind means what the system says.
type Record struct {
	Kind  byte
	Index uint64 // of the compactable sequence; 0: not part of it
	Data  []byte
}

// DefaultSegmentBytes is how long a segment of the log gets.
const DefaultSegmentBytes = 16 << 20

// Config says what a disk is made of.
type Config struct {
	Dir          string        // of real files, created if need be; "": memory
	SyncLatency  time.Duration // of a forced write; for memory only
	Bandwidth    int           // bytes a second of all forced writes, on top; 0: no bound; for memory only
	SegmentBytes int64         // 0 means DefaultSegmentBytes
}

// Validate tells what is wrong with the configuration.
func (c Config) Validate() error {
	switch {
	case c.SyncLatency < 0:
		return fmt.Errorf("disk: sync latency %v is negative", c.SyncLatency)
	case c.SyncLatency > 0 && c.Dir != "":
		return fmt.Errorf("disk: sync latency %v is for memory: real files in %s have their own", c.SyncLatency, c.Dir)
	case c.Bandwidth < 0:
		return fmt.Errorf("disk: bandwidth of %d bytes a second is negative", c.Bandwidth)
	case c.Bandwidth > 0 && c.Dir != "":
		return fmt.Errorf("disk: bandwidth of %d bytes a second is for memory: real files in %s have their own", c.Bandwidth, c.Dir)
	case c.SegmentBytes < 0:
		return fmt.Errorf("disk: segments of %d bytes, want 1 or more, or 0 for %d", c.SegmentBytes, DefaultSegmentBytes)
	}
	return nil
}

// Errors that calls of a store wrap.
var (
	ErrCrashed = errors.New("the node has crashed")
	ErrClosed  = errors.New("the store is closed")
	ErrPower   = errors.New("the power failed in the midst of a forced write")
)

// Disk is a medium. Its methods are safe for concurrent use.
type Disk struct {
	vol     volume // as its faults let it be
	memory  bool
	latency time.Duration
	width   int   // bytes a second; 0: no bound
	segment int64 // length at which a segment is full
	syncs   atomic.Uint64
	bytes   atomic.Uint64

	mu     sync.Mutex
	busy   time.Time // until when forced writes have taken the bandwidth
	faults []*fault
	store  *Store // the one that is open, or nil
	closed bool
	cutErr error // what went wrong with the medium when its power failed

	cuts sync.WaitGroup // power failures that are under way; they begin only while a store is open
}

// New returns the disk; what its Dir holds already is still there.
func New(cfg Config) (*Disk, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Dir == "" {
		return newDisk(cfg, newMemory()), nil
	}
	vol, err := openDirectory(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("disk: %w", err)
	}
	return newDisk(cfg, vol), nil
}

func newDisk(cfg Config, vol volume) *Disk {
	d := &Disk{latency: cfg.SyncLatency, width: cfg.Bandwidth, segment: cfg.SegmentBytes}
	d.vol = &hurtVolume{vol, d}
	_, d.memory = vol.(*memory)
	if d.segment == 0 {
		d.segment = DefaultSegmentBytes
	}
	return d
}

// Open gives the node that starts its store, when it has checked every record.
// There is one store at a time.
func (d *Disk) Open() (*Store, error) {
	s := newStore(d)
	if err := d.take(s); err != nil {
		return nil, fmt.Errorf("disk: opening a store: %w", err)
	}
	if err := s.load(); err != nil {
		s.abandon()
		return nil, fmt.Errorf("disk: opening a store: %w", err)
	}
	return s, nil
}

// take makes s the store that is open.
func (d *Disk) take(s *Store) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed:
		return errors.New("the disk is closed")
	case d.store != nil:
		return errors.New("one is open already")
	}
	d.store = s
	return nil
}

// Crash loses everything that was not synced, as if the node had been killed.
// The store that is open fails every later call with ErrCrashed; those in
// progress have returned when Crash does. Then Open gives the next store.
//
// Exactly what was not synced is lost, on files as in memory, unless a fault has
// the last write torn: see [Disk.Hurt].
func (d *Disk) Crash() error {
	err := d.crash(ErrCrashed)
	d.cuts.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	err, d.cutErr = errors.Join(d.cutErr, err), nil
	return err
}

// crash has the open store, if there is one, fail every later call with why.
func (d *Disk) crash(why error) error {
	d.mu.Lock()
	s := d.store
	d.store = nil
	d.mu.Unlock()
	if s != nil {
		s.stop(why)
	}
	if err := d.vol.crash(d.reached); err != nil {
		return fmt.Errorf("disk: losing what was not synced: %w", err)
	}
	return nil
}

// Cost returns the number of forced writes and of bytes written.
func (d *Disk) Cost() (syncs, bytes uint64) { return d.syncs.Load(), d.bytes.Load() }

// Close closes the store that is open, and the disk.
func (d *Disk) Close() error {
	d.mu.Lock()
	s := d.store
	d.closed = true
	d.mu.Unlock()
	if s == nil {
		return nil
	}
	err := s.Close()
	d.cuts.Wait()
	return err
}

// release lets the next store open.
func (d *Disk) release(s *Store) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.store == s {
		d.store = nil
	}
}
