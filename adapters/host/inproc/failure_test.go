package inproc_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/host/inproc"
	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
)

// failing opens nodes until it is told to fail, and then leaves nothing behind.
type failing struct {
	mu   sync.Mutex
	node string // that fails
}

func (f *failing) set(node string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.node = node
}

func (f *failing) open(env replica.Env) (replica.Replica, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if env.ID == f.node {
		return nil, errors.New("it will not")
	}
	return primary(env)
}

func TestStartThatFails(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(*inproc.Config, *failing)
		want  string
	}{
		{"no nodes", func(c *inproc.Config, _ *failing) { c.Nodes = nil }, "start a cluster: no nodes"},
		{"two of one name", func(c *inproc.Config, _ *failing) { c.Nodes = []string{"n1", "n1"} }, `node name "n1"`},
		{"bad disk", func(c *inproc.Config, _ *failing) { c.Disk.SyncLatency = -1 }, "start a cluster: disk of node n1: disk: sync latency -1ns is negative"},
		{"the last node will not", func(_ *inproc.Config, f *failing) { f.node = "n3" }, "start a cluster: open node n3: it will not"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // which fails if a goroutine is left
				cfg, f := config(t, "n1", "n2", "n3"), &failing{}
				tc.spoil(&cfg, f)
				_, err := inproc.Start(cfg, f.open)
				wants(t, "start", err, tc.want)
			})
		})
	}
}

// A node that cannot be restarted stays down, and can be started later.
func TestRestartThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &failing{}
		c := start(t, f.open, "n1", "n2")
		cl := c.dial("n1", 1)
		c.do(cl, bench.Op{Kind: bench.Write, Key: 1, Arg: 10})
		c.must(c.Kill("n1"))
		f.set("n1")
		for range 2 {
			wants(t, "restart", c.Restart(t.Context(), "n1"), "restart node n1: open node n1: it will not")
		}
		if s := c.Status("n1"); s.Up {
			t.Error("it says that it is up")
		}
		f.set("")
		c.must(c.Restart(t.Context(), "n1"))
		if got := c.do(cl, bench.Op{Kind: bench.Read, Key: 1}).Value; got != 10 {
			t.Errorf("read %d, want 10", got)
		}
	})
}

// A disk that fails its node is news, unlike one that is gone with a kill.
func TestBrokenDiskIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, primary, "n1", "n2")
		now := time.Since(c.began)
		c.must(c.BreakDisk("n1"))
		_, err := c.dial("n1", 1).Do(t.Context(), &bench.Op{Kind: bench.Write, Key: 1, Arg: 10, Size: 100})
		if got := bench.OutcomeOf(err); got != bench.Unknown {
			t.Errorf("a write that the disk failed ends %v (%v), want unknown", got, err)
		}
		c.must(c.Kill("n1"))
		if got := c.heard("n1"); !slices.Equal(got, []string{fmt.Sprintf("%v failed", now), fmt.Sprintf("%v killed", now)}) {
			t.Errorf("events: %v", got)
		}
	})
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, primary, "n1", "n2", "n3")
		cl := c.dial("n2", 1)
		c.must(c.Kill("n3"))
		for range 2 {
			if err := c.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		}
		if _, err := cl.Do(t.Context(), &bench.Op{Kind: bench.Read}); !errors.Is(err, bench.ErrRejected) {
			t.Errorf("an operation after the end: %v, want it rejected", err)
		}
		wants(t, "restart after the end", c.Restart(t.Context(), "n1"), "closed")
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
}

func TestCaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if got := chaos.CapsOf(start(t, primary, "n1", "n2")); got != inproc.Caps&^(chaos.CanPoint|chaos.CanTransfer|chaos.CanMember) {
			t.Errorf("two nodes can suffer %v, want %v: it has no points, and cannot change its members", got, inproc.Caps)
		}
		if got, want := chaos.CapsOf(start(t, primary, "n1")), chaos.CanKill|chaos.CanDisk|chaos.CanSkew|chaos.CanDrift; got != want {
			t.Errorf("one node can suffer %v, want %v: it has no links", got, want)
		}
	})
}
