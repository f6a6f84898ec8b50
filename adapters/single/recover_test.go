package single

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/disk"
	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
)

// harness is a disk with a node on it, which can crash.
type harness struct {
	t      *testing.T
	disk   *disk.Disk
	batch  replica.Batch
	node   replica.Replica
	events chan bench.Event
}

func newHarness(t *testing.T, cfg disk.Config) *harness {
	t.Helper()
	d, err := disk.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	h := &harness{t: t, disk: d, batch: replica.Batch{SnapshotEvery: 10}, events: make(chan bench.Event, 1000)}
	t.Cleanup(func() {
		h.crash()
		d.Close()
	})
	return h
}

func (h *harness) open() error {
	h.t.Helper()
	store, err := h.disk.Open()
	if err != nil {
		h.t.Fatal(err)
	}
	h.node, err = Open(replica.Env{
		ID: "n1", Members: []string{"n1"}, Disk: store, Batch: h.batch,
		Events: func(e bench.Event) { h.events <- e },
		Log:    slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		h.node = nil
	}
	return err
}

// crash loses what is not synced, as a kill does.
func (h *harness) crash() {
	h.t.Helper()
	if err := h.disk.Crash(); err != nil {
		h.t.Fatal(err)
	}
	if h.node != nil {
		if err := h.node.Close(); err != nil {
			h.t.Fatal(err)
		}
		h.node = nil
	}
}

func (h *harness) reopen() {
	h.t.Helper()
	h.crash()
	if err := h.open(); err != nil {
		h.t.Fatal(err)
	}
}

type ended chan error

func (e ended) Complete(_ uint64, _ bench.Reply, err error) { e <- err }

// write submits commands of one session, all at once, and waits for them.
func (h *harness) write(from, to uint64) {
	h.t.Helper()
	e := make(ended, to-from+1)
	for seq := from; seq <= to; seq++ {
		op := bench.Op{Kind: bench.Write, Key: seq % 7, Arg: seq, Size: 16}
		if err := h.node.Submit(replica.Call{Session: 1, Seq: seq, Op: op, Done: e}); err != nil {
			h.t.Fatal(err)
		}
	}
	for range cap(e) {
		if err := <-e; err != nil {
			h.t.Fatal(err)
		}
	}
}

// record is a command as it stands in the log.
func record(index uint64) disk.Record {
	c := machine.Command{Session: 1, Seq: index, Kind: bench.Write, Key: index % 7, Arg: index, Size: 16}
	return disk.Record{Kind: recordCommand, Index: index, Data: c.AppendTo(nil)}
}

// A node comes back with all that it has acknowledged, and the digest of it,
// whatever snapshots it took.
func TestRecover(t *testing.T) {
	for _, every := range []uint64{0, 1, 10, 1000} {
		t.Run(fmt.Sprintf("snapshots every %d", every), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, disk.Config{SyncLatency: time.Millisecond, SegmentBytes: 512})
				h.batch.SnapshotEvery = every
				if err := h.open(); err != nil {
					t.Fatal(err)
				}
				twin := machine.New()
				for at := uint64(1); at <= 200; at += 20 {
					h.write(at, at+19)
					for i := at; i < at+20; i++ {
						if _, _, err := twin.Apply(i, record(i).Data); err != nil {
							t.Fatal(err)
						}
					}
					h.reopen()
					if s := h.node.Status(); s.Applied != twin.Applied() || s.Digest != twin.Digest() {
						t.Fatalf("after %d commands it came back with %d applied, digest %x; want digest %x", twin.Applied(), s.Applied, s.Digest, twin.Digest())
					}
				}
			})
		})
	}
}

// A command that was not acknowledged is there or not, and the node goes on.
func TestCrashWithCommandsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, disk.Config{SyncLatency: time.Millisecond})
		if err := h.open(); err != nil {
			t.Fatal(err)
		}
		h.write(1, 10)
		e := make(ended, 1)
		op := bench.Op{Kind: bench.Write, Key: 1, Arg: 11, Size: 16}
		if err := h.node.Submit(replica.Call{Session: 1, Seq: 11, Op: op, Done: e}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond / 2)
		h.crash()
		if err := <-e; bench.OutcomeOf(err) != bench.Unknown {
			t.Errorf("it ends %v, want unknown", err)
		}
		if err := h.open(); err != nil {
			t.Fatal(err)
		}
		if s := h.node.Status(); s.Applied != 10 {
			t.Errorf("%d commands survived, want 10", s.Applied)
		}
		h.write(11, 30)
		h.reopen()
		if s := h.node.Status(); s.Applied != 30 {
			t.Errorf("%d commands survived, want 30", s.Applied)
		}
	})
}

func TestRecoverRefuses(t *testing.T) {
	for _, tc := range []struct {
		name string
		log  []disk.Record
		snap []byte // of index 2
		want string
	}{
		{"a hole in the log", []disk.Record{record(1), record(3)}, nil, "command 3 follows command 1: commands are missing"},
		{"a hole behind the snapshot", []disk.Record{record(4)}, two(), "command 4 follows command 2: commands are missing"},
		{"an unknown record", []disk.Record{{Kind: 7, Index: 1}}, nil, "record of unknown kind 7"},
		{"no command", []disk.Record{{Kind: recordCommand, Index: 1, Data: []byte("x")}}, nil, "apply command 1: "},
		{"a snapshot of something else", nil, []byte("something else"), "restore snapshot 2: not a snapshot of the state machine"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t, disk.Config{})
			s, err := h.disk.Open()
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Append(tc.log...); err != nil {
				t.Fatal(err)
			}
			if tc.snap != nil {
				if err := s.SaveSnapshot(2, tc.snap); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := h.open(); err == nil || !strings.HasPrefix(err.Error(), "single: ") || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
}

// two is the snapshot of a machine that has applied two commands.
func two() []byte {
	m := machine.New()
	m.Advance(2)
	return m.Snapshot()
}

func TestOneNodeOnly(t *testing.T) {
	_, err := Open(replica.Env{Members: []string{"n1", "n2"}})
	if err == nil || err.Error() != "single: it has one node, not 2: [n1 n2]" {
		t.Errorf("%v", err)
	}
}

// On a slow disk there is one copy of the state at a time, however many
// commands come.
func TestOneSnapshotAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, disk.Config{})
		h.batch.SnapshotEvery = 1
		if err := h.open(); err != nil {
			t.Fatal(err)
		}
		heal := h.disk.Hurt(chaos.DiskFault{SyncDelay: 100 * time.Millisecond})
		for i := uint64(1); i <= 20; i++ {
			h.write(i, i)
		}
		heal()
		time.Sleep(time.Second)
		taken := 0
		for len(h.events) > 0 {
			if e := <-h.events; e.Kind == bench.EventSnapshot {
				taken++
			}
		}
		// A snapshot takes two forced writes, and compaction two more: as long as
		// four commands.
		if taken < 3 || taken > 10 {
			t.Errorf("%d snapshots were taken during twenty commands", taken)
		}
		h.reopen()
		if s := h.node.Status(); s.Applied != 20 {
			t.Errorf("%d commands survived, want 20", s.Applied)
		}
	})
}

// A node whose disk fails stops, says why, and refuses what comes then.
func TestFailedDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, disk.Config{})
		if err := h.open(); err != nil {
			t.Fatal(err)
		}
		if err := h.disk.Crash(); err != nil {
			t.Fatal(err)
		}
		e := make(ended, 2)
		write := replica.Call{Session: 1, Seq: 1, Op: bench.Op{Kind: bench.Write, Arg: 1, Size: 16}, Done: e}
		if err := h.node.Submit(write); err != nil {
			t.Fatal(err)
		}
		if err := <-e; bench.OutcomeOf(err) != bench.Unknown {
			t.Errorf("a write that may be on disk ends %v, want unknown", err)
		}
		synctest.Wait()
		if err := h.node.Submit(write); bench.OutcomeOf(err) != bench.Rejected {
			t.Errorf("a write on a node that has stopped: %v, want it rejected", err)
		}
		if s := h.node.Status(); s.Up {
			t.Errorf("it says %+v", s)
		}
		<-h.events // that it leads
		if last := <-h.events; last.Kind != bench.EventFailed || !strings.Contains(last.Detail, "write 1 commands: ") {
			t.Errorf("the next event is %+v", last)
		}
	})
}
