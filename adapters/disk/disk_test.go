package disk

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tb is what *testing.T and *rapid.T have in common.
type tb interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func newTestDisk(t tb, cfg Config) *Disk {
	t.Helper()
	d, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func open(t tb, d *Disk) *Store {
	t.Helper()
	s, err := d.Open()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func do(t tb, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func replay(t tb, s *Store) []Record {
	t.Helper()
	var all []Record
	do(t, s.Replay(func(r Record) error { all = append(all, r); return nil }))
	return all
}

func equal(a, b []Record) bool {
	return len(a) == len(b) && fmt.Sprint(a) == fmt.Sprint(b)
}

func rec(index uint64) Record {
	return Record{Kind: 1, Index: index, Data: fmt.Appendf(nil, "entry %d", index)}
}

// eachMedium runs a test on real files and in memory.
func eachMedium(t *testing.T, test func(t *testing.T, cfg Config)) {
	t.Run("files", func(t *testing.T) { test(t, Config{Dir: t.TempDir()}) })
	t.Run("memory", func(t *testing.T) { test(t, Config{}) })
}

func TestWhatIsSyncedSurvivesACrash(t *testing.T) {
	eachMedium(t, func(t *testing.T, cfg Config) {
		d := newTestDisk(t, cfg)
		defer d.Close()
		s := open(t, d)
		data := []byte("mine")
		do(t, s.Append(rec(1), Record{Kind: 2, Data: data}))
		copy(data, "gone") // Append has its own
		do(t, s.Sync())
		do(t, s.Append(rec(2)))
		do(t, s.Replay(func(Record) error { return nil })) // writes what is not synced
		do(t, d.Crash())

		s = open(t, d)
		want := []Record{rec(1), {Kind: 2, Data: []byte("mine")}}
		if got := replay(t, s); !equal(got, want) {
			t.Errorf("after a crash: %v, want %v", got, want)
		}
		do(t, s.Append(rec(3)))
		do(t, s.Close()) // is graceful
		s = open(t, d)
		if got := replay(t, s); !equal(got, append(want, rec(3))) {
			t.Errorf("after closing: %v", got)
		}
	})
}

func TestADiskOutlivesItsProcess(t *testing.T) {
	cfg := Config{Dir: t.TempDir() + "/new/folders"}
	d := newTestDisk(t, cfg)
	s := open(t, d)
	do(t, s.Append(rec(1)))
	do(t, s.SaveSnapshot(1, []byte("state")))
	do(t, d.Close())
	if _, err := d.Open(); err == nil {
		t.Error("opened a store of a closed disk")
	}
	unfinished := filepath.Join(cfg.Dir, snapshotName+scratch)
	do(t, os.WriteFile(unfinished, []byte("half of a"), 0o644))
	d = newTestDisk(t, cfg)
	defer d.Close()
	s = open(t, d)
	if _, err := os.Stat(unfinished); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", unfinished, err)
	}
	if got := replay(t, s); !equal(got, []Record{rec(1)}) {
		t.Errorf("replayed %v", got)
	}
	if i, data, err := s.Snapshot(); i != 1 || string(data) != "state" || err != nil {
		t.Errorf("snapshot %d, %q, %v", i, data, err)
	}
}

// A process that died left bytes that were written and not forced. A node that
// read them acts on them, so they must not be lost later.
func TestWhatWasReplayedIsDurable(t *testing.T) {
	vol := newMemory()
	s := open(t, newDisk(Config{}, vol))
	do(t, s.Append(rec(1)))
	do(t, s.Replay(func(Record) error { return nil })) // writes it
	d := newDisk(Config{}, vol)                        // of the next process
	if got := replay(t, open(t, d)); !equal(got, []Record{rec(1)}) {
		t.Fatalf("replayed %v", got)
	}
	do(t, d.Crash())
	if got := replay(t, open(t, d)); !equal(got, []Record{rec(1)}) {
		t.Errorf("replayed %v after a crash", got)
	}
}

// Concurrent appending, syncing, compacting and snapshotting, cut short by a crash:
// what was acknowledged is there, and everything is in order.
func TestAcknowledgedRecordsSurvive(t *testing.T) {
	const writers, rounds = 4, 3
	eachMedium(t, func(t *testing.T, cfg Config) {
		cfg.SegmentBytes = 4 << 10
		d := newTestDisk(t, cfg)
		defer d.Close()
		var acked [writers]atomic.Uint64 // the index of the last record
		for range rounds {
			s := open(t, d)
			var all sync.WaitGroup
			var acks atomic.Int64
			enough := make(chan struct{})
			for w := range writers {
				first := acked[w].Swap(0) + 1000 // as if a few had been lost
				all.Go(func() {
					for i := first; ; i++ {
						r := Record{Kind: byte(w), Index: i, Data: bytes.Repeat([]byte{byte(i)}, int(i%100))}
						if s.Append(r) != nil || s.Sync() != nil {
							return
						}
						acked[w].Store(i)
						if acks.Add(1) == 60 {
							close(enough)
						}
					}
				})
			}
			all.Go(func() {
				for {
					least := acked[0].Load()
					for w := range writers {
						least = min(least, acked[w].Load())
					}
					if s.SaveSnapshot(1, nil) != nil || s.Compact(max(least, 1)-1) != nil {
						return
					}
				}
			})
			<-enough
			do(t, d.Crash())
			all.Wait()
			s = open(t, d)
			var last [writers]uint64
			for _, r := range replay(t, s) {
				if r.Index <= last[r.Kind] {
					t.Fatalf("writer %d: %d after %d", r.Kind, r.Index, last[r.Kind])
				}
				last[r.Kind] = r.Index
			}
			for w := range writers {
				if acked := acked[w].Swap(last[w]); last[w] < acked {
					t.Fatalf("writer %d: %d survived, %d was acknowledged", w, last[w], acked)
				}
			}
			do(t, s.Close())
		}
	})
}

func TestOneStoreAtATime(t *testing.T) {
	d := newTestDisk(t, Config{})
	s := open(t, d)
	if _, err := d.Open(); err == nil {
		t.Error("opened two stores")
	}
	do(t, d.Crash())
	do(t, d.Crash()) // a node that is down cannot be hurt by it
	next := open(t, d)
	for name, err := range map[string]error{
		"Append":       s.Append(rec(1)),
		"Sync":         s.Sync(),
		"Compact":      s.Compact(1),
		"SaveSnapshot": s.SaveSnapshot(1, nil),
		"Replay":       s.Replay(func(Record) error { return nil }),
	} {
		if !errors.Is(err, ErrCrashed) {
			t.Errorf("%s after a crash: %v", name, err)
		}
	}
	if _, _, err := s.Snapshot(); !errors.Is(err, ErrCrashed) {
		t.Errorf("Snapshot after a crash: %v", err)
	}
	do(t, s.Close())
	do(t, next.Append(rec(1)))
	do(t, next.Close())
	do(t, next.Close())
	if err := next.Sync(); !errors.Is(err, ErrClosed) {
		t.Errorf("Sync after Close: %v", err)
	}
	do(t, d.Close())
	do(t, d.Close())
}

func TestSnapshot(t *testing.T) {
	eachMedium(t, func(t *testing.T, cfg Config) {
		d := newTestDisk(t, cfg)
		defer d.Close()
		s := open(t, d)
		if i, data, err := s.Snapshot(); i != 0 || data != nil || err != nil {
			t.Errorf("before the first: %d, %q, %v", i, data, err)
		}
		if err := s.SaveSnapshot(0, nil); err == nil {
			t.Error("saved a snapshot of index 0")
		}
		for i := uint64(1); i < 4; i++ {
			data := bytes.Repeat([]byte{byte(i)}, int(i*1000))
			do(t, s.SaveSnapshot(i, data))
			do(t, d.Crash())
			s = open(t, d)
			if got, b, err := s.Snapshot(); got != i || !bytes.Equal(b, data) || err != nil {
				t.Errorf("snapshot %d of %d bytes, %v; want %d of %d", got, len(b), err, i, len(data))
			}
		}
	})
}

// An error of the medium stops the store that met it; the disk serves the next.
func TestAWriteErrorStopsTheStore(t *testing.T) {
	eio := errors.New("input/output error")
	for name, use := range map[string]func(*Store) error{
		"Sync":         func(s *Store) error { return errors.Join(s.Append(rec(2)), s.Sync()) },
		"SaveSnapshot": func(s *Store) error { return s.SaveSnapshot(2, nil) },
		"Compact":      func(s *Store) error { return s.Compact(2) },
		"Close":        func(s *Store) error { return errors.Join(s.Append(rec(2)), s.Close()) },
	} {
		t.Run(name, func(t *testing.T) {
			vol := &brittle{volume: newMemory(), left: unbreakable}
			d := newDisk(Config{}, vol)
			s := open(t, d)
			do(t, s.Append(rec(1)))
			do(t, s.Sync())
			vol.left, vol.err = 0, eio
			if err := use(s); !errors.Is(err, eio) {
				t.Fatalf("error %v, want %v", err, eio)
			}
			vol.left = unbreakable
			if err := s.Append(rec(3)); err == nil {
				t.Error("appended after an error")
			}
			s.Close() // tells the error again
			s = open(t, d)
			if got := replay(t, s); !equal(got, []Record{rec(1)}) {
				t.Errorf("replayed %v", got)
			}
			do(t, d.Close())
		})
	}
}

func TestCost(t *testing.T) {
	d := newTestDisk(t, Config{})
	defer d.Close()
	s := open(t, d)
	syncs, written := d.Cost()
	if syncs != 2 || written != segmentHeader {
		t.Errorf("an empty log cost %d syncs and %d bytes, want 2 (its file, its name) and %d", syncs, written, segmentHeader)
	}
	do(t, s.Append(Record{Data: make([]byte, 100)}))
	do(t, s.Sync())
	do(t, s.Sync()) // nothing to do
	if n, b := d.Cost(); n != syncs+1 || b != written+recordHeader+100 {
		t.Errorf("a record cost %d syncs and %d bytes, want 1 and %d", n-syncs, b-written, recordHeader+100)
	}
}

func TestConfigIsRefused(t *testing.T) {
	for _, tc := range []struct {
		cfg  Config
		want string
	}{
		{Config{SyncLatency: -1}, "disk: sync latency -1ns is negative"},
		{Config{Bandwidth: -1}, "disk: bandwidth of -1 bytes a second is negative"},
		{Config{Bandwidth: 1, Dir: "x"}, "disk: bandwidth of 1 bytes a second is for memory: real files in x have their own"},
		{Config{SyncLatency: 1, Dir: "x"}, "disk: sync latency 1ns is for memory: real files in x have their own"},
		{Config{SegmentBytes: -1}, "disk: segments of -1 bytes, want 1 or more, or 0 for 16777216"},
		{Config{Dir: "/dev/null/x"}, "disk: mkdir /dev/null: not a directory"},
	} {
		if _, err := New(tc.cfg); fmt.Sprint(err) != tc.want {
			t.Errorf("New(%+v): %v, want %s", tc.cfg, err, tc.want)
		}
	}
}
