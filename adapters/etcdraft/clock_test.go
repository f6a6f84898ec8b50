package etcdraft_test

import (
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/etcdraft"
	"nines/adapters/host/inproc"
	"nines/bench"
	"nines/chaos"
)

// A lease is as long as the leader's clock makes it: at a quarter of the speed,
// reads are stale for far longer than with clocks that are right (TestLeaseIsTooLong).
func TestSlowClockLengthensTheLease(t *testing.T) {
	var longest time.Duration // after the cut that a read was stale
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			c := startWith(t, func(c *etcdraft.Config) { c.Reads = etcdraft.ReadLease }, time.Millisecond,
				func(cfg *inproc.Config) { cfg.Server.Reject = true })
			if _, err := c.HurtClock(c.leader, chaos.ClockFault{Rate: -0.75}); err != nil {
				t.Fatal(err)
			}
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
					return // it has stepped down
				}
				longest = max(longest, time.Since(began))
				time.Sleep(time.Millisecond)
			}
		})
	}
	if longest < 4*election || longest > 8*election {
		t.Errorf("reads were stale up to %v after the cut, want between 4 and 8 election timeouts", longest)
	}
}
