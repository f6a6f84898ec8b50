package hashiraft

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/disk"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
)

// cluster is three nodes with 1 ms links, in a bubble.
type cluster struct {
	*inproc.Cluster
	t *testing.T

	mu     sync.Mutex
	nodes  map[string]*node // the newest of each name
	events []bench.Event
}

func startCluster(t *testing.T, cfg Config) *cluster {
	c := &cluster{t: t, nodes: make(map[string]*node)}
	table, err := link.Table([][]time.Duration{
		{0, 2 * time.Millisecond, 2 * time.Millisecond},
		{2 * time.Millisecond, 0, 2 * time.Millisecond},
		{2 * time.Millisecond, 2 * time.Millisecond, 0},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Cluster, err = inproc.Start(inproc.Config{
		Nodes:  []string{"n1", "n2", "n3"},
		Links:  link.Config{Profile: table},
		Disk:   disk.Config{SyncLatency: time.Millisecond},
		Timing: replica.Timing{Heartbeat: 50 * time.Millisecond, Election: 500 * time.Millisecond},
		Batch:  replica.Batch{MaxBytes: 1 << 20, MaxEntries: 64, SnapshotEvery: 100, Trailing: 20},
		Seed:   1,
		Events: func(_ time.Time, e bench.Event) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.events = append(c.events, e)
		},
	}, func(env replica.Env) (replica.Replica, error) {
		n, err := open(env, cfg)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.nodes[env.ID] = n
		return n, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *cluster) stop() {
	if err := c.Close(); err != nil {
		c.t.Error(err)
	}
}

// leader waits for the leader that the nodes other than not agree on.
func (c *cluster) leader(not string) *node {
	c.t.Helper()
	for range 1000 {
		time.Sleep(10 * time.Millisecond)
		agree := make(map[string]int)
		for _, n := range c.Nodes() {
			if n != not {
				agree[c.Status(n).Leader]++
			}
		}
		for name, votes := range agree {
			if name != "" && name != not && votes >= 2 {
				return c.node(name)
			}
		}
	}
	c.t.Fatal("no leader in 10 s")
	return nil
}

func (c *cluster) node(name string) *node {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nodes[name]
}

// do performs an operation on a node, which must be the leader.
func (c *cluster) do(n *node, op bench.Op) (bench.Reply, error) {
	got := make(answers, 1)
	op.Size = 16
	if err := n.Submit(replica.Call{Session: op.Arg, Seq: 1, Op: op, Done: got}); err != nil {
		return bench.Reply{}, err
	}
	a := <-got
	return a.reply, a.err
}

func (c *cluster) write(n *node, key, value uint64) {
	c.t.Helper()
	if _, err := c.do(n, bench.Op{Kind: bench.Write, Key: key, Arg: value}); err != nil {
		c.t.Fatalf("write %d: %v", value, err)
	}
}

type answers chan answer

type answer struct {
	reply bench.Reply
	err   error
}

func (a answers) Complete(_ uint64, r bench.Reply, err error) { a <- answer{r, err} }

func (c *cluster) hurt(from, to string, f chaos.LinkFault) {
	c.t.Helper()
	if _, err := c.HurtLink(from, to, f); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) others(name string) []string {
	return slices.DeleteFunc(slices.Clone(c.Nodes()), func(n string) bool { return n == name })
}

// TestDeposedLeaderDoesNotRead has a leader hear from its followers two seconds
// late, and cuts what it says to them. They elect another, which writes. The old
// one still gets answers to what it sent before the cut, and the library takes
// them for proof that it leads.
func TestDeposedLeaderDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := DefaultConfig()
		cfg.LeaderLease, cfg.RPCTimeout, cfg.Pipeline = 500*time.Millisecond, 10*time.Second, 200
		c := startCluster(t, cfg)
		defer c.stop()
		old := c.leader("")
		c.write(old, 1, 100)
		for range 10 { // step by step, or it would give up its leadership
			time.Sleep(time.Second)
			for _, f := range c.others(old.env.ID) {
				c.hurt(f, old.env.ID, chaos.LinkFault{Delay: 200 * time.Millisecond})
			}
		}
		time.Sleep(3 * time.Second)
		if old.proposals.leads() == nil {
			t.Fatal("the leader gave up before the test began")
		}
		for _, f := range c.others(old.env.ID) {
			c.hurt(old.env.ID, f, chaos.LinkFault{Cut: true})
		}
		c.write(c.leader(old.env.ID), 1, 200)

		verdict := make(chan error, 1)
		go func() { verdict <- old.raft.VerifyLeader().Error() }()
		r, err := c.do(old, bench.Op{Kind: bench.Read, Key: 1})
		if err == nil {
			t.Errorf("the deposed leader read %d", r.Value)
		} else if !errors.Is(err, bench.ErrRejected) {
			t.Errorf("a read is never in doubt: %v", err)
		}
		if err := <-verdict; err != nil {
			t.Errorf("the library knows by itself that it does not lead (%v): this test proves nothing", err)
		}
	})
}

// TestNewLeaderReads: a leader that has just been elected answers with all that
// was acknowledged before.
func TestNewLeaderReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := startCluster(t, DefaultConfig())
		defer c.stop()
		for i := range uint64(5) {
			old := c.leader("")
			c.write(old, 1, 100+i)
			if err := c.Kill(old.env.ID); err != nil {
				t.Fatal(err)
			}
			if r, err := c.do(c.leader(old.env.ID), bench.Op{Kind: bench.Read, Key: 1}); err != nil || r.Value != 100+i {
				t.Errorf("read %d, %v, want %d", r.Value, err, 100+i)
			}
			if err := c.Restart(t.Context(), old.env.ID); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := startCluster(t, DefaultConfig())
		defer c.stop()
		first := c.leader("")
		time.Sleep(time.Second)
		term := c.Status(first.env.ID).Term
		for i := range uint64(150) {
			c.write(first, 1, i+1)
		}
		time.Sleep(time.Second)
		if err := c.Kill(first.env.ID); err != nil {
			t.Fatal(err)
		}
		second := c.leader(first.env.ID)
		time.Sleep(time.Second)

		c.mu.Lock()
		defer c.mu.Unlock()
		var leaders []string
		terms := make(map[string]uint64)
		follows, snapshots := 0, 0
		killed := false
		for _, e := range c.events {
			switch e.Kind {
			case bench.EventLeader:
				leaders = append(leaders, e.Node)
				terms[e.Node] = e.Term
			case bench.EventFollows:
				if terms[e.Detail] != e.Term {
					t.Errorf("%s follows %s in term %d, which leads in %d", e.Node, e.Detail, e.Term, terms[e.Detail])
				}
				follows++
			case bench.EventSnapshot:
				if i, err := strconv.Atoi(e.Detail); err != nil || i < 50 { // due by the length of the log, of which not all is applied
					t.Errorf("a snapshot at %q", e.Detail)
				}
				snapshots++
			case bench.EventKilled:
				killed = true
			case bench.EventFailed, bench.EventInstalled:
				t.Errorf("%+v", e)
			}
			if killed && e.Node == first.env.ID && e.Kind != bench.EventKilled {
				t.Errorf("%+v of a node that was killed", e)
			}
		}
		if want := []string{first.env.ID, second.env.ID}; !slices.Equal(leaders, want) || terms[first.env.ID] != term {
			t.Errorf("leaders %v, want %v; terms %v, want %d first", leaders, want, terms, term)
		}
		if follows != 3 || snapshots != 3 {
			t.Errorf("%d times a node followed, %d snapshots, want 3 of both", follows, snapshots)
		}
	})
}

// TestLeaderWithoutDisk: an error of its disk ends a leader, its calls and
// nothing else.
func TestLeaderWithoutDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := startCluster(t, DefaultConfig())
		defer c.stop()
		old := c.leader("")
		c.write(old, 1, 1)
		if err := c.BreakDisk(old.env.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := c.do(old, bench.Op{Kind: bench.Write, Key: 1, Arg: 2}); !errors.Is(err, replica.ErrLost) {
			t.Errorf("a write to a disk that fails: %v", err)
		}
		if _, err := c.do(old, bench.Op{Kind: bench.Read, Key: 1}); !errors.Is(err, bench.ErrRejected) {
			t.Errorf("a read of a node that has failed: %v", err)
		}
		if s := old.Status(); s.Up {
			t.Errorf("a node that has failed says %+v", s)
		}
		next := c.leader(old.env.ID)
		c.write(next, 1, 3)
		next.fail(errors.New("no space left"))
		if !slices.ContainsFunc(c.events, func(e bench.Event) bool {
			return e.Kind == bench.EventFailed && e.Node == next.env.ID && e.Detail == "no space left"
		}) {
			t.Error("nobody was told")
		}
	})
}

// TestCloseUnderLoad: every call is answered when the leader is closed in the
// middle of them.
func TestCloseUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := startCluster(t, DefaultConfig())
		defer c.stop()
		leader := c.leader("")
		const n = 2000
		got := make(answers, n)
		var refused int
		for i := range uint64(n) {
			op := bench.Op{Kind: bench.Kind(1 + i%2), Key: i % 7, Arg: i + 1, Size: 16}
			if i == n/2 {
				if err := c.Kill(leader.env.ID); err != nil {
					t.Fatal(err)
				}
			}
			if leader.Submit(replica.Call{Session: i, Seq: 1, Op: op, Done: got}) != nil {
				refused++
			}
		}
		synctest.Wait()
		if refused != n/2 || len(got) != n/2 {
			t.Errorf("%d calls refused and %d completed of %d, half of them after the end", refused, len(got), n)
		}
	})
}

func TestLocalReadsNeedNoLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := DefaultConfig()
		cfg.Reads = ReadLocal
		c := startCluster(t, cfg)
		defer c.stop()
		leader := c.leader("")
		c.write(leader, 1, 7)
		time.Sleep(time.Second)
		others := c.others(leader.env.ID)
		for _, down := range []string{leader.env.ID, others[0]} {
			if err := c.Kill(down); err != nil {
				t.Fatal(err)
			}
		}
		cl, err := c.Dial(context.Background(), others[1], 1)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := cl.Do(context.Background(), &bench.Op{Kind: bench.Read, Key: 1}); err != nil || r.Value != 7 {
			t.Errorf("read %d, %v", r.Value, err)
		}
	})
}
