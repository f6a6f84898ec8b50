package etcdraft_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/disk"
	"nines/adapters/etcdraft"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
)

const heartbeat, election = 50 * time.Millisecond, 500 * time.Millisecond

// cluster is three nodes that have a leader.
type cluster struct {
	*inproc.Cluster
	t      *testing.T
	leader string
	events chan bench.Event
}

// start starts a cluster whose nodes are rtt apart.
func start(t *testing.T, rtt time.Duration, change func(*inproc.Config)) *cluster {
	t.Helper()
	return startWith(t, nil, rtt, change)
}

func startWith(t *testing.T, config func(*etcdraft.Config), rtt time.Duration, change func(*inproc.Config)) *cluster {
	t.Helper()
	profile, err := link.Table([][]time.Duration{{0, rtt, rtt}, {rtt, 0, rtt}, {rtt, rtt, 0}})
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, events: make(chan bench.Event, 1000)}
	cfg := inproc.Config{
		Nodes:  []string{"n1", "n2", "n3"},
		Links:  link.Config{Profile: profile},
		Disk:   disk.Config{SyncLatency: time.Millisecond},
		Timing: replica.Timing{Heartbeat: heartbeat, Election: election},
		Batch:  replica.Batch{MaxBytes: 1 << 20, MaxEntries: 64, SnapshotEvery: 100, Trailing: 20},
		Events: func(_ time.Time, e bench.Event) { c.events <- e },
	}
	if change != nil {
		change(&cfg)
	}
	if c.Cluster, err = inproc.Start(cfg, open(t, config)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	for c.Status("n1").Leader == "" || c.Status("n2").Leader != c.Status("n3").Leader {
		time.Sleep(heartbeat)
	}
	time.Sleep(election) // until it has committed an entry of its own
	c.leader = c.Status("n1").Leader
	return c
}

// do performs an operation on a node, and tells how long it took.
func (c *cluster) do(node string, session uint64, op bench.Op) (time.Duration, error) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 30*time.Second)
	defer cancel()
	cl, err := c.Dial(ctx, node, session)
	if err != nil {
		c.t.Fatal(err)
	}
	if op.Kind != bench.Read {
		op.Size = 16
	}
	began := time.Now()
	_, err = cl.Do(ctx, &op)
	return time.Since(began), err
}

// cutOff cuts all links of a node.
func (c *cluster) cutOff(node string) (heal func()) {
	c.t.Helper()
	var heals []func() chaos.LinkHarm
	for _, other := range c.Nodes() {
		for _, way := range [][2]string{{node, other}, {other, node}} {
			if node == other {
				continue
			}
			h, err := c.HurtLink(way[0], way[1], chaos.LinkFault{Cut: true})
			if err != nil {
				c.t.Fatal(err)
			}
			heals = append(heals, h)
		}
	}
	return func() {
		for _, h := range heals {
			h()
		}
	}
}

// A read takes a round trip to the nearest follower, also where that is longer
// than a heartbeat.
func TestReadTakesARoundTrip(t *testing.T) {
	for _, rtt := range []time.Duration{0, time.Millisecond, 10 * heartbeat / 4, 3 * heartbeat} {
		t.Run(rtt.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := start(t, rtt, nil)
				for i := range uint64(3) {
					took, err := c.do(c.leader, i+1, bench.Op{Kind: bench.Read, Key: 1})
					if err != nil || took != rtt {
						t.Errorf("it took %v (%v), want a round trip of %v", took, err, rtt)
					}
				}
			})
		})
	}
}

// Reads that come while others are confirmed share the next round.
func TestReadsShareRounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rtt, readers = 20 * time.Millisecond, 100
		c := start(t, rtt, nil)
		before := c.Cost()
		took := make(chan time.Duration, readers)
		for i := range uint64(readers) {
			go func() {
				if i > 0 {
					time.Sleep(rtt / 2)
				}
				d, err := c.do(c.leader, i+1, bench.Op{Kind: bench.Read, Key: 1})
				if err != nil {
					t.Error(err)
				}
				took <- d
			}()
		}
		for range readers {
			if d := <-took; d > 2*rtt {
				t.Errorf("a read took %v", d)
			}
		}
		// Two rounds of two requests and two answers, and a heartbeat or two.
		if n := c.Cost().Less(before).Messages; n > 16 {
			t.Errorf("%d reads took %d messages", readers, n)
		}
	})
}

// A round whose messages are lost is asked again.
func TestLostReadRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, time.Millisecond, nil)
		heal := c.cutOff(c.leader)
		const cut = 2*heartbeat + heartbeat/2
		time.AfterFunc(cut, heal)
		took, err := c.do(c.leader, 1, bench.Op{Kind: bench.Read, Key: 1})
		if err != nil || took < cut || took > cut+2*heartbeat {
			t.Errorf("it took %v (%v), and the links were cut for %v", took, err, cut)
		}
	})
}

// A leader that is deposed fails the reads that it could not confirm.
func TestDeposedLeaderFailsReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, time.Millisecond, func(cfg *inproc.Config) { cfg.Server.Reject = true })
		defer c.cutOff(c.leader)()
		took, err := c.do(c.leader, 1, bench.Op{Kind: bench.Read, Key: 1})
		if bench.OutcomeOf(err) != bench.Rejected || took > 2*election+heartbeat {
			t.Errorf("%v after %v, want it rejected when the leader steps down", err, took)
		}
	})
}

// A write that a deposed leader had in its log may yet take effect.
func TestDeposedLeaderKnowsNothingOfWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, time.Millisecond, func(cfg *inproc.Config) { cfg.Server.Reject = true })
		defer c.cutOff(c.leader)()
		took, err := c.do(c.leader, 1, bench.Op{Kind: bench.Write, Key: 1, Arg: 1})
		if bench.OutcomeOf(err) != bench.Unknown || took > 2*election+heartbeat {
			t.Errorf("%v after %v, want it unknown when the leader steps down", err, took)
		}
	})
}

// A follower whose disk fails says so to its clients; nobody else minds.
func TestFollowerWithABrokenDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, time.Millisecond, nil)
		broken := "n1"
		if c.leader == broken {
			broken = "n2"
		}
		if err := c.BreakDisk(broken); err != nil {
			t.Fatal(err)
		}
		if _, err := c.do(c.leader, 1, bench.Op{Kind: bench.Write, Key: 1, Arg: 1}); err != nil {
			t.Error(err)
		}
		if _, err := c.do(broken, 2, bench.Op{Kind: bench.Read, Key: 1}); bench.OutcomeOf(err) != bench.Rejected {
			t.Errorf("a read on a node that has stopped: %v, want it rejected", err)
		}
	})
}

// The disk of the leader fails while it is asked for much: everybody gets an
// answer, the node says that it is down and why, and the others go on.
func TestLeaderWithABrokenDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, time.Millisecond, nil)
		const clients = 20
		ends := make(chan error, clients)
		for i := range uint64(clients) {
			go func() {
				node := c.Nodes()[i%3]
				_, err := c.do(node, i+1, bench.Op{Kind: bench.Write, Key: i, Arg: i + 1})
				if node != c.leader && err != nil {
					t.Errorf("a client of %s, which is well: %v", node, err)
				}
				ends <- err
			}()
		}
		time.Sleep(100 * time.Microsecond)
		if err := c.BreakDisk(c.leader); err != nil {
			t.Fatal(err)
		}
		for range clients {
			<-ends
		}
		if s := c.Status(c.leader); s.Up {
			t.Errorf("%s is broken and says %+v", c.leader, s)
		}
		if _, err := c.do(c.leader, 100, bench.Op{Kind: bench.Write, Key: 1, Arg: 100}); bench.OutcomeOf(err) != bench.Rejected {
			t.Errorf("a write on a node that has stopped: %v, want it rejected", err)
		}
		failed := 0
		for len(c.events) > 0 {
			if e := <-c.events; e.Kind == bench.EventFailed && e.Node == c.leader {
				failed++
			}
		}
		if failed == 0 {
			t.Error("nobody said so")
		}
	})
}

// A batch without bounds is one.
func TestNoBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, time.Millisecond, func(cfg *inproc.Config) { cfg.Batch = replica.Batch{} })
		for i := range uint64(200) {
			if _, err := c.do(c.leader, 1, bench.Op{Kind: bench.Write, Key: i, Arg: i + 1}); err != nil {
				t.Fatal(err)
			}
		}
		for len(c.events) > 0 {
			if e := <-c.events; e.Kind == bench.EventSnapshot {
				t.Errorf("%s took a snapshot, though none was asked for", e.Node)
			}
		}
	})
}

// The library's lease is longer than the time in which another leader may be
// elected: see ReadLease. Should this fail because no read is stale, then the
// library has changed, and leases may be declared linearizable.
func TestLeaseIsTooLong(t *testing.T) {
	var stale int
	var last time.Duration // after the cut that a read was stale
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			c := startWith(t, func(c *etcdraft.Config) { c.Reads = etcdraft.ReadLease }, time.Millisecond,
				func(cfg *inproc.Config) { cfg.Server.Reject = true })
			other := c.Nodes()[0]
			if other == c.leader {
				other = c.Nodes()[1]
			}
			defer c.cutOff(c.leader)()
			began := time.Now()
			for c.Status(other).Leader == c.leader || c.Status(other).Leader == "" {
				time.Sleep(time.Millisecond)
			}
			if _, err := c.do(c.Status(other).Leader, 1, bench.Op{Kind: bench.Write, Key: 1, Arg: 1}); err != nil {
				t.Fatal(err)
			}
			for session := uint64(2); ; session++ {
				if _, err := c.do(c.leader, session, bench.Op{Kind: bench.Read, Key: 1}); err != nil {
					break // it has stepped down
				}
				stale++
				last = max(last, time.Since(began))
				time.Sleep(time.Millisecond)
			}
		})
	}
	if stale == 0 {
		t.Error("no read was stale")
	}
	if last > 2*election {
		t.Errorf("a read was stale %v after the cut, which is more than two election timeouts", last)
	}
}

func TestConfigValidate(t *testing.T) {
	for _, tc := range []struct {
		change func(*etcdraft.Config)
		want   string
	}{
		{func(*etcdraft.Config) {}, ""},
		{func(c *etcdraft.Config) { c.Reads = etcdraft.ReadLease }, ""},
		{func(c *etcdraft.Config) { c.Reads, c.CheckQuorum = etcdraft.ReadLocal, false }, ""},
		{func(c *etcdraft.Config) { c.Reads = "" }, `etcdraft: reads: "" is none of linearizable, lease, local`},
		{func(c *etcdraft.Config) { c.Reads, c.CheckQuorum = etcdraft.ReadLease, false },
			"etcdraft: reads: lease needs checkquorum: true, since without it a deposed leader does not notice that its lease is over"},
	} {
		cfg := etcdraft.DefaultConfig()
		tc.change(&cfg)
		_, err := etcdraft.Open(cfg)
		if got := text(err); got != tc.want {
			t.Errorf("%+v: %q, want %q", cfg, got, tc.want)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
