package disk

import (
	"fmt"
	"testing"
)

// The process dies at each operation of a rolling, compacting, snapshotting log
// in turn, and the medium keeps only what was forced, or everything. In either
// case the log opens, holds what was promised, and what it holds is a moment of
// the history.
func TestCrashAtEveryOperation(t *testing.T) {
	for _, keeps := range []string{"what was forced", "everything"} {
		t.Run(keeps, func(t *testing.T) {
			n := 0
			for ; crashAfter(t, n, keeps == "everything"); n++ {
			}
			if n < 60 {
				t.Errorf("only %d operations: the history is too short", n)
			}
		})
	}
}

// history is what the test does with a store, and what it was promised.
type history struct {
	promised uint64 // the highest index that is durable
	snapshot uint64 // the last that was saved
	saving   uint64 // or may have been
	term     uint64 // of the hard state that is durable
	writing  uint64 // or may be
}

// run appends entries 1 to 24, each with a hard state beside it, and now and
// then takes a snapshot and compacts.
func (h *history) run(s *Store) error {
	hard := func(term uint64) Record { return Record{Kind: 2, Data: fmt.Append(nil, term)} }
	for i := uint64(1); i <= 24; i++ {
		h.writing = i
		if err := s.Append(rec(i), hard(i)); err != nil {
			return err
		}
		if i%2 == 0 {
			if err := s.Sync(); err != nil {
				return err
			}
			h.promised, h.term = i, i
		}
		if i%8 == 0 {
			h.saving = i
			if err := s.SaveSnapshot(i, fmt.Append(nil, i)); err != nil {
				return err
			}
			h.snapshot = i
			if err := s.Compact(i-2, hard(i)); err != nil {
				return err
			}
		}
	}
	return s.Close()
}

// crashAfter lets the process die after n operations, and reports whether it
// came to that.
func crashAfter(t *testing.T, n int, keepsAll bool) bool {
	memory := newMemory()
	vol := &brittle{volume: memory, left: n, err: fmt.Errorf("died after %d operations", n)}
	d := newDisk(Config{SegmentBytes: 120}, vol)
	var h history
	s, err := d.Open()
	if err == nil {
		err = h.run(s)
	}
	died := err != nil
	if keepsAll {
		do(t, memory.sync())
		for _, n := range memory.live {
			n.synced = n.size
		}
	}
	do(t, d.Crash())

	vol.left = unbreakable
	if s, err = d.Open(); err != nil {
		t.Fatalf("died after %d operations: %v", n, err)
	}
	index, data, err := s.Snapshot()
	if err != nil || index != h.snapshot && index != h.saving || index > 0 && string(data) != fmt.Sprint(index) {
		t.Fatalf("died after %d operations: snapshot %d, %q, %v; want %d or %d", n, index, data, err, h.snapshot, h.saving)
	}
	last, term := uint64(0), ""
	for i, r := range replay(t, s) {
		switch {
		case r.Index == 0:
			term = string(r.Data)
		case i > 0 && last > 0 && r.Index != last+1:
			t.Fatalf("died after %d operations: entry %d after %d", n, r.Index, last)
		case last == 0 && r.Index > index+1:
			t.Fatalf("died after %d operations: the log begins at %d, the snapshot ends at %d", n, r.Index, index)
		}
		last = max(last, r.Index)
	}
	if last < h.promised && index < h.promised {
		t.Fatalf("died after %d operations: entries to %d, snapshot %d; promised %d", n, last, index, h.promised)
	}
	if h.term > 0 && term < fmt.Sprint(h.term) && len(term) <= len(fmt.Sprint(h.term)) {
		t.Fatalf("died after %d operations: hard state %q, promised %d", n, term, h.term)
	}
	do(t, s.Append(rec(last+1)))
	do(t, d.Close())
	return died
}
