package hashiraft

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nines/chaos"
)

// TestSlowDisks has many clients read and write while every forced write takes
// long: the leader's heartbeats must go on, or it is deposed, and virtual time
// must go on too (the test would not end).
func TestSlowDisks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := startCluster(t, DefaultConfig())
		defer c.stop()
		led := c.leader("").env.ID
		term := c.Status(led).Term
		for _, n := range c.Nodes() {
			heal, err := c.HurtDisk(n, chaos.DiskFault{SyncDelay: 20 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			defer heal()
		}
		base := time.Now()
		var running sync.WaitGroup
		for i := range 1000 {
			running.Go(func() { c.client(base, 8*time.Second, i) })
		}
		running.Wait()
		if s := c.Status(led); s.Leader != led || s.Term != term {
			t.Errorf("%s led in term %d; now %+v", led, term, s)
		}
	})
}
