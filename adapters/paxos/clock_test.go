package paxos_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/disk"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/paxos"
	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
)

// stale cuts off the leader of a cluster with leases, whose clocks are bent,
// writes through the next leader, and counts the reads that the old one answers
// after that.
func stale(t *testing.T, seed uint64, leaders, others chaos.ClockFault) (reads int) {
	synctest.Test(t, func(t *testing.T) {
		open, err := paxos.Open(paxos.Config{Reads: paxos.ReadLease})
		if err != nil {
			t.Fatal(err)
		}
		lan, err := link.ParseProfile("lan")
		if err != nil {
			t.Fatal(err)
		}
		c, err := inproc.Start(inproc.Config{
			Nodes: []string{"n1", "n2", "n3"}, Links: link.Config{Profile: lan}, Disk: disk.Config{SyncLatency: time.Millisecond},
			Timing: replica.Timing{Heartbeat: 50 * time.Millisecond, Election: 500 * time.Millisecond},
			Server: replica.ServerConfig{Reject: true}, Seed: seed,
		}, open)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for c.Status("n1").Leader == "" {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Second)
		old := c.Status("n1").Leader
		if err := do(t, c, old, bench.Op{Kind: bench.Write, Key: 1, Arg: 1, Size: 16}); err != nil {
			t.Fatal(err)
		}
		other := hurt(t, c, old, leaders, others)
		for c.Status(other).Leader == old || c.Status(other).Leader == "" {
			time.Sleep(time.Millisecond)
		}
		if err := do(t, c, c.Status(other).Leader, bench.Op{Kind: bench.Write, Key: 1, Arg: 2, Size: 16}); err != nil {
			t.Fatal(err)
		}
		for do(t, c, old, bench.Op{Kind: bench.Read, Key: 1}) == nil {
			reads++
			time.Sleep(time.Millisecond)
		}
	})
	return reads
}

// hurt bends the clocks, lets that work for a while, and cuts off the leader. It
// returns another node.
func hurt(t *testing.T, c *inproc.Cluster, leader string, leaders, others chaos.ClockFault) (other string) {
	for _, n := range c.Nodes() {
		how := others
		if n == leader {
			how = leaders
		} else {
			other = n
		}
		if _, err := c.HurtClock(n, how); err != nil {
			t.Fatal(err)
		}
	}
	if others.Offset == 0 { // a jump counts at once
		time.Sleep(time.Second)
	}
	for _, n := range c.Nodes() {
		if n == leader {
			continue
		}
		for _, way := range [][2]string{{n, leader}, {leader, n}} {
			if _, err := c.HurtLink(way[0], way[1], chaos.LinkFault{Cut: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return other
}

func do(t *testing.T, c *inproc.Cluster, node string, op bench.Op) error {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	cl, err := c.Dial(ctx, node, uint64(time.Now().UnixNano()))
	if err != nil {
		t.Fatal(err)
	}
	_, err = cl.Do(ctx, &op)
	return err
}

// A lease holds as long as no tick is more than 5/4 of another, as lease says, and
// not beyond: neither if the leader's clock is far slower than the others', nor if
// theirs jump.
func TestLeaseAndClocks(t *testing.T) {
	for _, tc := range []struct {
		name            string
		leaders, others chaos.ClockFault
		stale           bool
	}{
		{"right", chaos.ClockFault{}, chaos.ClockFault{}, false},
		{"the leader's slower by a fifth", chaos.ClockFault{Rate: -0.2}, chaos.ClockFault{}, false},
		{"the others' faster by a quarter", chaos.ClockFault{}, chaos.ClockFault{Rate: 0.25}, false},
		{"the leader's faster", chaos.ClockFault{Rate: 3}, chaos.ClockFault{}, false},
		{"the leader's set forward", chaos.ClockFault{Offset: time.Second}, chaos.ClockFault{}, false},
		{"the leader's far slower", chaos.ClockFault{Rate: -0.75}, chaos.ClockFault{}, true},
		{"the others' set forward", chaos.ClockFault{}, chaos.ClockFault{Offset: time.Second}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			reads := 0
			for seed := range uint64(20) {
				reads += stale(t, seed, tc.leaders, tc.others)
			}
			if (reads > 0) != tc.stale {
				t.Errorf("%d reads were stale", reads)
			}
		})
	}
}
