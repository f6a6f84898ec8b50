package adaptertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"nines/adapters/disk"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/bench"
)

// Timing is that of every test.
var timing = replica.Timing{Heartbeat: 50 * time.Millisecond, Election: 500 * time.Millisecond}

// cluster is a system under test and what the tests do with it.
type cluster struct {
	*inproc.Cluster
	t        *testing.T
	s        System
	sessions uint64
	targets  int                  // taken in turn
	installs chan string          // nodes that have installed a snapshot
	tune     func(*inproc.Config) // what is to be different; nil: nothing
}

func start(t *testing.T, s System, tune func(*inproc.Config)) *cluster {
	c := &cluster{t: t, s: s, installs: make(chan string, 1000), tune: tune}
	c.Cluster = c.boot(replica.ServerConfig{})
	return c
}

func (c *cluster) boot(server replica.ServerConfig) *inproc.Cluster {
	c.t.Helper()
	names := []string{"n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"}[:c.s.Nodes]
	lan, err := link.ParseProfile("lan")
	if err != nil {
		c.t.Fatal(err)
	}
	cfg := inproc.Config{
		Nodes:  names,
		Links:  link.Config{Profile: lan},
		Disk:   disk.Config{SyncLatency: time.Millisecond},
		Timing: timing,
		Batch:  replica.Batch{MaxBytes: 1 << 20, MaxEntries: 64, SnapshotEvery: 100, Trailing: 20},
		Server: server,
		Seed:   1,
		Events: func(_ time.Time, e bench.Event) {
			switch e.Kind {
			case bench.EventInstalled:
				c.installs <- e.Node
			case bench.EventFailed:
				c.t.Logf("node %s failed: %s", e.Node, e.Detail)
			}
		},
	}
	if c.tune != nil {
		c.tune(&cfg)
	}
	cl, err := inproc.Start(cfg, c.s.Open)
	if err != nil {
		c.t.Fatalf("start: %v", err)
	}
	return cl
}

func (c *cluster) stop() {
	if err := c.Close(); err != nil {
		c.t.Errorf("close: %v", err)
	}
}

// session opens a session with a node.
func (c *cluster) session(node string) bench.Client {
	c.t.Helper()
	c.sessions++
	cl, err := c.Dial(c.t.Context(), node, c.sessions)
	if err != nil {
		c.t.Fatalf("dial %s: %v", node, err)
	}
	return cl
}

// do performs an operation that must succeed within a while.
func (c *cluster) do(cl bench.Client, op bench.Op) bench.Reply {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 30*time.Second)
	defer cancel()
	if op.Size == 0 {
		op.Size = 16
	}
	r, err := cl.Do(ctx, &op)
	for c.s.Partitioned && isRejected(err) && ctx.Err() == nil {
		time.Sleep(timing.Heartbeat)
		r, err = cl.Do(ctx, &op)
	}
	if err != nil {
		c.t.Fatalf("%v of key %d: %v", op.Kind, op.Key, err)
	}
	return r
}

func (c *cluster) write(cl bench.Client, key, id uint64) {
	c.t.Helper()
	c.do(cl, bench.Op{Kind: bench.Write, Key: key, Arg: id})
}

func (c *cluster) read(cl bench.Client, key uint64) uint64 {
	c.t.Helper()
	return c.do(cl, bench.Op{Kind: bench.Read, Key: key}).Value
}

// ready waits until the cluster can be asked for something.
func (c *cluster) ready() {
	c.t.Helper()
	if !c.s.Partitioned {
		c.leader()
	}
}

// target is a node that is worth hurting: the leader, or any in a system that has
// none.
func (c *cluster) target() string {
	c.t.Helper()
	if !c.s.Partitioned {
		return c.leader()
	}
	c.targets++
	return c.Nodes()[c.targets%len(c.Nodes())]
}

// leader waits until all running nodes agree on one; without leaders any will do.
func (c *cluster) leader() string {
	c.t.Helper()
	for range 1000 {
		if l := c.agreed(); l != "" {
			return l
		}
		time.Sleep(20 * time.Millisecond)
	}
	c.t.Fatal("no leader after 20 s")
	return ""
}

func (c *cluster) agreed() string {
	var leader string
	for _, n := range c.Nodes() {
		s := c.Status(n)
		if !s.Up {
			continue
		}
		if c.s.Leaderless {
			return n
		}
		if s.Leader == "" || leader != "" && s.Leader != leader || !c.Status(s.Leader).Up {
			return ""
		}
		leader = s.Leader
	}
	return leader
}

func (c *cluster) follower() string {
	leader := c.leader()
	for _, n := range c.Nodes() {
		if n != leader {
			return n
		}
	}
	return leader
}

// converge waits until all nodes have applied the same commands; in a partitioned
// system, until nothing is locked and nobody in doubt.
func (c *cluster) converge() {
	c.t.Helper()
	for range 1000 {
		if c.same() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	for _, n := range c.Nodes() {
		c.t.Logf("%s: %+v", n, c.Status(n))
	}
	c.t.Fatal("the nodes have not converged after 20 s")
}

func (c *cluster) same() bool {
	first := c.Status(c.Nodes()[0])
	for _, n := range c.Nodes() {
		s := c.Status(n)
		if !s.Up || s.Locks > 0 || s.InDoubt > 0 {
			return false
		}
		if !c.s.Partitioned && (s.Applied != first.Applied || s.Digest != first.Digest) {
			return false
		}
	}
	return true
}

func (c *cluster) kill(node string) {
	c.t.Helper()
	if err := c.Kill(node); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) restart(node string) {
	c.t.Helper()
	if err := c.Restart(c.t.Context(), node); err != nil {
		c.t.Fatal(err)
	}
}

func isRejected(err error) bool { return errors.Is(err, bench.ErrRejected) }
