package inproc_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"nines/adapters/disk"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/adapters/single"
	"nines/bench"
	"nines/chaos"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The cluster is all that a host here can be.
var (
	_ bench.Inspector = (*inproc.Cluster)(nil)
	_ bench.Coster    = (*inproc.Cluster)(nil)
	_ chaos.Killer    = (*inproc.Cluster)(nil)
	_ chaos.Linker    = (*inproc.Cluster)(nil)
	_ chaos.Disker    = (*inproc.Cluster)(nil)
	_ chaos.Declarer  = (*inproc.Cluster)(nil)
)

// primary is the simplest system of several nodes: the first serves alone, and
// the others know that.
func primary(env replica.Env) (replica.Replica, error) {
	env.Link.Handle(func(string, any) {})
	if first := env.Members[0]; env.ID != first {
		env.Events(bench.Event{Kind: bench.EventFollows, Detail: first})
		return secondary{first}, nil
	}
	env.Members = env.Members[:1]
	return single.Open(env)
}

type secondary struct{ first string }

func (s secondary) Submit(replica.Call) error { return &bench.NotLeaderError{Leader: s.first} }
func (s secondary) Status() bench.Status      { return bench.Status{Up: true, Leader: s.first} }
func (secondary) Close() error                { return nil }

// cluster is one that is watched.
type cluster struct {
	*inproc.Cluster
	t     *testing.T
	began time.Time

	mu     sync.Mutex
	events []event
}

type event struct {
	at time.Duration // since the start
	bench.Event
}

func config(t *testing.T, nodes ...string) inproc.Config {
	t.Helper()
	lan, err := link.ParseProfile("lan")
	if err != nil {
		t.Fatal(err)
	}
	return inproc.Config{
		Nodes:  nodes,
		Links:  link.Config{Profile: lan},
		Disk:   disk.Config{SyncLatency: time.Millisecond},
		Timing: replica.Timing{Heartbeat: 50 * time.Millisecond, Election: 500 * time.Millisecond},
		Batch:  replica.Batch{MaxBytes: 1 << 20, MaxEntries: 64, SnapshotEvery: 100, Trailing: 20},
		Seed:   1,
	}
}

func start(t *testing.T, open replica.Open, nodes ...string) *cluster {
	t.Helper()
	return startWith(t, open, func(*inproc.Config) {}, nodes...)
}

func startWith(t *testing.T, open replica.Open, change func(*inproc.Config), nodes ...string) *cluster {
	t.Helper()
	c := &cluster{t: t, began: time.Now()}
	cfg := config(t, nodes...)
	change(&cfg)
	cfg.Events = func(at time.Time, e bench.Event) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.events = append(c.events, event{at.Sub(c.began), e})
	}
	var err error
	if c.Cluster, err = inproc.Start(cfg, open); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return c
}

func (c *cluster) dial(node string, session uint64) bench.Client {
	c.t.Helper()
	cl, err := c.Dial(c.t.Context(), node, session)
	if err != nil {
		c.t.Fatal(err)
	}
	return cl
}

func (c *cluster) do(cl bench.Client, op bench.Op) bench.Reply {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 10*time.Second)
	defer cancel()
	if op.Kind != bench.Read {
		op.Size = 100
	}
	r, err := cl.Do(ctx, &op)
	if err != nil {
		c.t.Fatalf("%v of key %d: %v", op.Kind, op.Key, err)
	}
	return r
}

func (c *cluster) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// wants reports a failure unless err says what is wanted.
func wants(t *testing.T, what string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: %v, want an error that says %q", what, err, want)
	}
}

// heard returns the events of a node, without those of its leadership.
func (c *cluster) heard(node string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, e := range c.events {
		switch e.Kind {
		case bench.EventLeader, bench.EventFollows, bench.EventNoLeader:
		default:
			if e.Node == node {
				out = append(out, fmt.Sprintf("%v %s", e.at, e.Kind))
			}
		}
	}
	return out
}

func TestKillAndRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, primary, "n1", "n2")
		cl := c.dial("n2", 1)
		c.do(cl, bench.Op{Kind: bench.Write, Key: 1, Arg: 10})

		killed := time.Since(c.began)
		c.must(c.Kill("n1"))
		if s := c.Status("n1"); s != (bench.Status{}) {
			t.Errorf("a node that is down says %+v", s)
		}
		if s := c.Status("n2"); !s.Up {
			t.Errorf("the other node says %+v", s)
		}
		wants(t, "kill a node that is down", c.Kill("n1"), "kill node n1: it is down already")
		wants(t, "restart a node that runs", c.Restart(t.Context(), "n2"), "restart node n2: it is running")
		if _, err := c.Dial(t.Context(), "n1", 2); !errors.Is(err, bench.ErrRejected) {
			t.Errorf("a dial to a node that is down: %v, want it rejected", err)
		}

		time.Sleep(time.Second)
		c.must(c.Restart(t.Context(), "n1"))
		restarted := time.Since(c.began)
		if got := c.do(cl, bench.Op{Kind: bench.Read, Key: 1}).Value; got != 10 {
			t.Errorf("read %d after the restart, want 10", got)
		}
		want := []string{fmt.Sprintf("%v killed", killed), fmt.Sprintf("%v restarted", restarted)}
		if got := c.heard("n1"); !slices.Equal(got, want) {
			t.Errorf("events of n1: %v, want %v", got, want)
		}
	})
}

// A write that a kill interrupts ends unknown at once, wherever its client is:
// with the node that is killed, or with one that has forwarded it there.
func TestKillEndsOperations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, primary, "n1", "n2")
		heal, err := c.HurtDisk("n1", chaos.DiskFault{SyncDelay: time.Minute})
		c.must(err)
		type end struct {
			err  error
			took time.Duration
		}
		ends := make(chan end, 1)
		cl, began := c.dial("n1", 1), time.Now()
		go func() {
			_, err := cl.Do(t.Context(), &bench.Op{Kind: bench.Write, Key: 1, Arg: 10, Size: 100})
			ends <- end{err, time.Since(began)}
		}()
		time.Sleep(time.Second)
		killed := time.Since(c.began)
		c.must(c.Kill("n1"))
		heal()
		if e := <-ends; bench.OutcomeOf(e.err) != bench.Unknown || e.took != time.Second {
			t.Errorf("it ends %v (%v) after %v; want unknown after a second", bench.OutcomeOf(e.err), e.err, e.took)
		}
		// The node reported nothing but its end, although its disk failed it.
		if got := c.heard("n1"); !slices.Equal(got, []string{fmt.Sprintf("%v killed", killed)}) {
			t.Errorf("events: %v, want that it was killed", got)
		}
		c.must(c.Restart(t.Context(), "n1"))
		if got := c.do(c.dial("n1", 2), bench.Op{Kind: bench.Read, Key: 1}).Value; got != bench.IdleValue {
			t.Errorf("read %d: what was not synced has survived", got)
		}
	})
}

// A client goes on after a restart, and its commands are taken for new ones.
func TestSessionSurvivesRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, primary, "n1", "n2")
		for i, node := range []string{"n1", "n2"} {
			cl := c.dial(node, uint64(i+1))
			key := uint64(i)
			c.do(cl, bench.Op{Kind: bench.Write, Key: key, Arg: 10})
			c.do(cl, bench.Op{Kind: bench.CAS, Key: key, Expect: 10, Arg: 11})
			c.must(c.Kill(node))
			if _, err := cl.Do(t.Context(), &bench.Op{Kind: bench.Read}); !errors.Is(err, bench.ErrRejected) {
				t.Errorf("%s is down and says %v, want the operation rejected", node, err)
			}
			c.must(c.Restart(t.Context(), node))
			if got := c.do(cl, bench.Op{Kind: bench.CAS, Key: key, Expect: 11, Arg: 12}).Value; got != 11 {
				t.Errorf("%s: the first command after the restart found %d, want 11: it was taken for an old one", node, got)
			}
			if got := c.do(cl, bench.Op{Kind: bench.Read, Key: key}).Value; got != 12 {
				t.Errorf("%s: read %d, want 12", node, got)
			}
		}
	})
}

func TestCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, primary, "n1", "n2")
		cl := c.dial("n2", 1)
		before := c.Cost()
		c.do(cl, bench.Op{Kind: bench.Write, Key: 1, Arg: 10})
		got := c.Cost().Less(before)
		if got.Messages != 2 || got.Syncs != 1 || got.Bytes < 100 || got.DiskBytes < 100 {
			t.Errorf("a forwarded write of 100 bytes cost %+v; want a request, an answer and one sync", got)
		}
		before = c.Cost()
		c.must(c.Kill("n1"))
		c.must(c.Restart(t.Context(), "n1"))
		if got := c.Cost(); got.Messages < before.Messages || got.Syncs < before.Syncs || got.DiskBytes < before.DiskBytes {
			t.Errorf("a restart turned the cost from %+v to %+v", before, got)
		}
	})
}

// Faults bite, tell what they did, and are over when they are healed.
func TestFaultsHeal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, primary, "n1", "n2")
		cl := c.dial("n2", 1)
		took := func() time.Duration {
			began := time.Now()
			c.do(cl, bench.Op{Kind: bench.Write, Key: 1, Arg: 10})
			return time.Since(began)
		}
		const healthy = 500*time.Microsecond + time.Millisecond // a round trip and a sync
		if got := took(); got != healthy {
			t.Errorf("a write took %v, want %v", got, healthy)
		}
		unslow, err := c.HurtDisk("n1", chaos.DiskFault{SyncDelay: 10 * time.Millisecond})
		c.must(err)
		undelay, err := c.HurtLink("n2", "n1", chaos.LinkFault{Delay: 5 * time.Millisecond})
		c.must(err)
		if got, want := took(), healthy+15*time.Millisecond; got != want {
			t.Errorf("a write under faults took %v, want %v", got, want)
		}
		if got, want := unslow(), (chaos.DiskHarm{Syncs: 1, Added: 10 * time.Millisecond}); got != want {
			t.Errorf("the disk was hurt %+v, want %+v", got, want)
		}
		if got, want := undelay(), (chaos.LinkHarm{Delayed: 1}); got != want {
			t.Errorf("the link was hurt %+v, want %+v", got, want)
		}
		if got := took(); got != healthy {
			t.Errorf("a write after faults took %v, want %v", got, healthy)
		}
	})
}

func TestUnknownNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, primary, "n1", "n2")
		const want = `no node is called "n9"; there are [n1 n2]`
		_, err := c.Dial(t.Context(), "n9", 1)
		wants(t, "dial", err, want)
		wants(t, "kill", c.Kill("n9"), want)
		wants(t, "restart", c.Restart(t.Context(), "n9"), want)
		_, err = c.HurtDisk("n9", chaos.DiskFault{})
		wants(t, "hurt a disk", err, want)
		wants(t, "break a disk", c.BreakDisk("n9"), want)
		_, err = c.HurtLink("n1", "n9", chaos.LinkFault{Cut: true})
		wants(t, "hurt a link", err, "no such link")
		if s := c.Status("n9"); s != (bench.Status{}) {
			t.Errorf("it has a status: %+v", s)
		}
	})
}
