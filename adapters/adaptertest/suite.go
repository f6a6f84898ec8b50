// Package adaptertest is the suite that every system must pass before its
// figures mean anything: what an adapter declares of its system is put to the
// test. All of it runs in virtual time, on the in-process host with memory
// disks.
package adaptertest

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/disk"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/bench"
)

// System is what is tested.
type System struct {
	Open replica.Open
	// Nodes is the size of the cluster, 1 for a system that has no peers.
	Nodes int
	// Stale says that reads are local: they may be stale, so that histories are
	// not checked for linearizability.
	Stale bool
}

// Run tests the system.
func Run(t *testing.T, s System) {
	for _, test := range []struct {
		name  string
		nodes int // needed
		run   func(*testing.T, *cluster)
	}{
		{"every node serves every operation", 1, everyNode},
		{"a history under faults is linearizable", 1, linearizable},
		{"acknowledged writes survive the kill of every node", 1, durable},
		{"a retried command is applied once", 1, once},
		{"a client that gives up gets its answer at once", 3, abandon},
		{"a node that missed compacted entries comes back", 3, catchUp},
		{"operations wait for a leader", 3, waits},
		{"nodes that may not forward reject with a hint", 3, reject},
		{"a failing disk stops its node only", 3, brokenDisk},
	} {
		t.Run(test.name, func(t *testing.T) {
			if s.Nodes < test.nodes {
				t.Skipf("needs %d nodes", test.nodes)
			}
			synctest.Test(t, func(t *testing.T) {
				c := start(t, s, nil)
				defer c.stop()
				test.run(t, c)
			})
		})
	}
	t.Run("storms", func(t *testing.T) { Storms(t, s, 10) })
}

// Timing is that of every test.
var timing = replica.Timing{Heartbeat: 50 * time.Millisecond, Election: 500 * time.Millisecond}

// cluster is a system under test and what the tests do with it.
type cluster struct {
	*inproc.Cluster
	t        *testing.T
	s        System
	sessions uint64
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
	names := []string{"n1", "n2", "n3", "n4", "n5"}[:c.s.Nodes]
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

// leader waits until all running nodes agree on one.
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

// converge waits until all nodes have applied the same commands.
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
		if s := c.Status(n); !s.Up || s.Applied != first.Applied || s.Digest != first.Digest {
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
