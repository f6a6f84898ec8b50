package step_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"nines/adapters/disk"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
	"nines/chaos"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const syncs = 3 * time.Millisecond // of a forced write

// cluster is nodes 1 ms apart, whose disks take a while.
type cluster struct {
	*inproc.Cluster
	t      *testing.T
	mu     sync.Mutex
	events []bench.Event
}

func start(t *testing.T, open replica.Open, change func(*inproc.Config)) *cluster {
	t.Helper()
	const rtt = 2 * time.Millisecond
	lan, err := link.Table([][]time.Duration{{0, rtt, rtt}, {rtt, 0, rtt}, {rtt, rtt, 0}})
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t}
	cfg := inproc.Config{
		Nodes:  []string{"n1", "n2", "n3"},
		Links:  link.Config{Profile: lan},
		Disk:   disk.Config{SyncLatency: syncs},
		Timing: replica.Timing{Heartbeat: 50 * time.Millisecond, Election: 500 * time.Millisecond},
		Batch:  replica.Batch{SnapshotEvery: 20},
		Events: func(_ time.Time, e bench.Event) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.events = append(c.events, e)
		},
	}
	if change != nil {
		change(&cfg)
	}
	if c.Cluster, err = inproc.Start(cfg, open); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// do performs an operation and tells how long it took.
func (c *cluster) do(node string, session uint64, op bench.Op) (bench.Reply, time.Duration, error) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 10*time.Second)
	defer cancel()
	cl, err := c.Dial(ctx, node, session)
	if err != nil {
		c.t.Fatal(err)
	}
	op.Size = 16
	began := time.Now()
	r, err := cl.Do(ctx, &op)
	return r, time.Since(began), err
}

func (c *cluster) write(node string, id uint64) time.Duration {
	c.t.Helper()
	_, took, err := c.do(node, id, bench.Op{Kind: bench.Write, Key: id, Arg: id})
	if err != nil {
		c.t.Fatalf("write %d: %v", id, err)
	}
	return took
}

func (c *cluster) count(kind bench.EventKind) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// An answer takes one message there and one back, and the forced writes of both
// nodes, which run at the same time.
func TestAfterWaitsForTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, step.Open(newToy), nil)
		rtt := c.write("n1", 1) - syncs
		for id := uint64(2); id < 5; id++ {
			if took := c.write("n1", id); took != rtt+syncs {
				t.Errorf("write %d took %v, want %v", id, took, rtt+syncs)
			}
		}
		heal, err := c.HurtDisk("n3", chaos.DiskFault{SyncDelay: 20 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if took := c.write("n1", 10); took != rtt+syncs+20*time.Millisecond {
			t.Errorf("with a slow disk it took %v", took)
		}
		heal()
		if took := c.write("n2", 11); took <= rtt+syncs {
			t.Errorf("a write that is forwarded took %v, not more than %v", took, rtt+syncs)
		}
	})
}

// A disk that takes no time is used in the loop, until it takes some.
func TestInstantDiskBecomesSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, step.Open(newToy), func(cfg *inproc.Config) { cfg.Disk.SyncLatency = 0 })
		rtt := c.write("n1", 1)
		heal, err := c.HurtDisk("n1", chaos.DiskFault{SyncDelay: 20 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		ends := make(chan time.Duration, 10)
		for id := uint64(2); id < 12; id++ {
			go func() { ends <- c.write("n1", id) }()
		}
		time.Sleep(time.Millisecond)
		// A read does not wait for the disk: the loop is free.
		if _, took, err := c.do("n1", 100, bench.Op{Kind: bench.Read, Key: 1}); err != nil || took != 0 {
			t.Errorf("a read took %v (%v)", took, err)
		}
		for range 10 {
			if took := <-ends; took > 40*time.Millisecond {
				t.Errorf("a write took %v, which is more than two forced writes", took)
			}
		}
		heal()
		if took := c.write("n1", 50); took != rtt {
			t.Errorf("a write took %v when the disk was healed, want %v", took, rtt)
		}
	})
}

// What is asked while a forced write runs shares the next one.
func TestGroupCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, step.Open(newToy), func(cfg *inproc.Config) { cfg.Batch.SnapshotEvery = 0 })
		c.write("n1", 1)
		before := c.Cost().Syncs
		var wg sync.WaitGroup
		for id := uint64(2); id < 102; id++ {
			wg.Go(func() {
				time.Sleep(time.Duration(id) * 20 * time.Microsecond)
				c.write("n1", id)
			})
		}
		wg.Wait()
		if n := c.Cost().Syncs - before; n > 9 {
			t.Errorf("100 writes within less than one forced write took %d of them on three nodes, want at most 9", n)
		}
	})
}

// A node comes back with what it had acknowledged, also from a snapshot and a
// log that was cut.
func TestRecovery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, step.Open(newToy), nil)
		for id := uint64(1); id <= 105; id++ {
			c.write("n1", id)
		}
		if n := c.count(bench.EventSnapshot); n != 15 {
			t.Errorf("%d snapshots, want five of each node", n)
		}
		for _, node := range c.Nodes() {
			if err := c.Kill(node); err != nil {
				t.Fatal(err)
			}
			if err := c.Restart(t.Context(), node); err != nil {
				t.Fatal(err)
			}
		}
		c.write("n1", 106)
		for id := uint64(1); id <= 106; id++ {
			if r, _, err := c.do("n1", 1000+id, bench.Op{Kind: bench.Read, Key: id}); err != nil || r.Value != id {
				t.Errorf("read %d: %v %v", id, r, err)
			}
		}
		time.Sleep(time.Second)
		for _, node := range c.Nodes()[1:] {
			if a, b := c.Status("n1"), c.Status(node); a != b {
				t.Errorf("n1 is at %+v, %s at %+v", a, node, b)
			}
		}
	})
}

// What was not durable is lost with its node, and so is what waited for it.
func TestCrashLosesWhatWasNotDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, step.Open(newToy, step.Partitioned()), nil)
		c.write("n1", 1)
		ended := make(chan error, 1)
		go func() {
			_, _, err := c.do("n1", 2, bench.Op{Kind: bench.Write, Key: 2, Arg: 2})
			ended <- err
		}()
		time.Sleep(syncs / 2)
		if err := c.Kill("n1"); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; bench.OutcomeOf(err) != bench.Unknown || errors.Is(err, replica.ErrLost) {
			t.Errorf("it ended %v, want unknown and not tried again", err)
		}
		if err := c.Restart(t.Context(), "n1"); err != nil {
			t.Fatal(err)
		}
		if s := c.Status("n1"); s.Applied != 1 {
			t.Errorf("n1 has %d entries, want 1", s.Applied)
		}
	})
}

// A session whose node stops is told that its call may have taken effect.
func TestHeldCallsAreLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, step.Open(newToy), nil)
		c.write("n1", 1)
		if err := c.Kill("n3"); err != nil { // so that no write is answered
			t.Fatal(err)
		}
		ended := make(chan error, 2)
		go func() {
			_, _, err := c.do("n1", 2, bench.Op{Kind: bench.Write, Key: 2, Arg: 2})
			ended <- err
		}()
		time.Sleep(time.Second)
		if err := c.Kill("n1"); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, replica.ErrLost) {
			t.Errorf("it ended %v, want it lost", err)
		}
	})
}

func TestBrokenDisk(t *testing.T) {
	for _, latency := range []time.Duration{0, syncs} {
		synctest.Test(t, func(t *testing.T) {
			c := start(t, step.Open(newToy), func(cfg *inproc.Config) { cfg.Disk.SyncLatency = latency })
			if err := c.BreakDisk("n1"); err != nil {
				t.Fatal(err)
			}
			if _, _, err := c.do("n1", 1, bench.Op{Kind: bench.Write, Key: 1, Arg: 1}); bench.OutcomeOf(err) != bench.Unknown {
				t.Errorf("a write on a broken disk ended %v", err)
			}
			if _, _, err := c.do("n1", 2, bench.Op{Kind: bench.Read, Key: 1}); bench.OutcomeOf(err) != bench.Rejected {
				t.Errorf("a read on a node that has stopped ended %v", err)
			}
			if s := c.Status("n1"); s.Up {
				t.Errorf("n1 says %+v", s)
			}
			if n := c.count(bench.EventFailed); n != 1 {
				t.Errorf("it was told %d times", n)
			}
		})
	}
}

// A machine that says that it cannot go on stops its node.
func TestFailedMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := func(cfg step.Config) (step.Machine, error) { return &failing{*toyWith(cfg, "")}, nil }
		c := start(t, step.Open(bad), nil)
		_, _, err := c.do("n1", 1, bench.Op{Kind: bench.Write, Key: 13, Arg: 1})
		if !errors.Is(err, replica.ErrLost) || c.Status("n1").Up || c.count(bench.EventFailed) != 1 {
			t.Errorf("%v, and %d events", err, c.count(bench.EventFailed))
		}
	})
}

type failing struct{ toy }

func (f *failing) Step(in step.Input, out *step.Output) {
	f.toy.Step(in, out)
	for _, c := range in.Calls {
		if c.Op.Key == 13 {
			out.Failed = errors.New("thirteen")
		}
	}
}

// Only a leader takes calls, but for those that every node serves.
func TestServes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reads := func(c *replica.Call) bool { return c.Op.Kind == bench.Read }
		c := start(t, step.Open(newToy, step.Serves(reads)), func(cfg *inproc.Config) { cfg.Server.Reject = true })
		c.write("n1", 1)
		if r, took, err := c.do("n2", 2, bench.Op{Kind: bench.Read, Key: 1}); err != nil || took != 0 || r.Value != 1 {
			t.Errorf("a read at n2: %v after %v (%v)", r, took, err)
		}
		_, _, err := c.do("n2", 3, bench.Op{Kind: bench.Write, Key: 1, Arg: 3})
		var elsewhere *bench.NotLeaderError
		if !errors.As(err, &elsewhere) || elsewhere.Leader != "n1" {
			t.Errorf("a write at n2: %v, want it sent to n1", err)
		}
		var leaders []string
		for _, e := range c.events {
			if e.Kind == bench.EventLeader || e.Kind == bench.EventFollows {
				leaders = append(leaders, e.Node+" "+string(e.Kind)+" "+e.Detail)
			}
		}
		slices.Sort(leaders)
		if want := []string{"n1 leader ", "n2 follows n1", "n3 follows n1"}; !slices.Equal(leaders, want) {
			t.Errorf("%q, want %q", leaders, want)
		}
	})
}
