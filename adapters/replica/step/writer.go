package step

import (
	"fmt"
	"sync"

	"nines/adapters/disk"
)

// batch is work on the log: everything in it can share one forced write. The
// compaction comes last.
type batch struct {
	records []disk.Record
	force   bool
	after   []Message
	compact *Compact
}

func (b *batch) empty() bool {
	return len(b.records) == 0 && !b.force && len(b.after) == 0 && b.compact == nil
}

// writer is the log of a node, and what waits for it.
type writer struct {
	store *disk.Store
	send  func([]Message)
	wake  chan struct{}

	mu     sync.Mutex
	queue  []batch // only the last may lack a compaction
	spare  []batch // the last turn's, to be filled again
	active bool    // the goroutine works on batches that it has taken
}

func newWriter(store *disk.Store, send func([]Message)) *writer {
	return &writer{store: store, send: send, wake: make(chan struct{}, 1)}
}

// idle reports whether nothing is left to be done, so that the caller, who alone
// puts work in, may use the store.
func (w *writer) idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.active && len(w.queue) == 0
}

// put queues b behind all others. It keeps no reference to b's slices.
func (w *writer) put(b *batch) {
	w.mu.Lock()
	if n := len(w.queue); n == 0 || w.queue[n-1].compact != nil {
		if n < cap(w.queue) {
			w.queue = w.queue[:n+1]
		} else {
			w.queue = append(w.queue, batch{})
		}
	}
	last := &w.queue[len(w.queue)-1]
	last.records = append(last.records, b.records...)
	last.force = last.force || b.force
	last.after = append(last.after, b.after...)
	last.compact = b.compact
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// take returns all that is queued, valid until the next take.
func (w *writer) take() []batch {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.spare { // so that what was done can be collected
		b := &w.spare[i]
		clear(b.records)
		clear(b.after)
		*b = batch{records: b.records[:0], after: b.after[:0]}
	}
	taken := w.queue
	w.queue, w.spare = w.spare[:0], taken
	w.active = len(taken) > 0
	return taken
}

// write is the goroutine that forces the log.
func (n *node) write() {
	for {
		select {
		case <-n.stop.Done():
			return
		case <-n.log.wake:
		}
		for more := n.log.take(); len(more) > 0 && n.stop.Err() == nil; more = n.log.take() {
			for i := range more {
				if err := n.log.do(&more[i]); err != nil {
					n.fail(err)
					return
				}
			}
		}
	}
}

// do does all of b, which may take as long as the disk likes.
func (w *writer) do(b *batch) error {
	if err := w.append(b.records); err != nil {
		return err
	}
	if b.force || len(b.after) > 0 {
		if err := w.force(); err != nil {
			return err
		}
	}
	w.send(b.after)
	return w.cut(b.compact)
}

// appendNow does what takes no time: all of b but what it wants sent, or only
// the appending.
func (w *writer) appendNow(b *batch) (done bool, err error) {
	if err := w.append(b.records); err != nil {
		return false, err
	}
	if b.force || len(b.after) > 0 {
		if !w.store.Instant() {
			return false, nil
		}
		if err := w.force(); err != nil {
			return false, err
		}
	}
	return true, w.cut(b.compact)
}

func (w *writer) append(rs []disk.Record) error {
	if len(rs) == 0 {
		return nil
	}
	if err := w.store.Append(rs...); err != nil {
		return fmt.Errorf("append to the log: %w", err)
	}
	return nil
}

func (w *writer) force() error {
	if err := w.store.Sync(); err != nil {
		return fmt.Errorf("force the log: %w", err)
	}
	return nil
}

func (w *writer) cut(c *Compact) error {
	if c == nil {
		return nil
	}
	if err := w.store.Compact(c.Index, c.Head...); err != nil {
		return fmt.Errorf("compact the log to %d: %w", c.Index, err)
	}
	return nil
}
