package etcdraft_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"nines/adapters/disk"
	"nines/adapters/etcdraft"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// BenchmarkDriver compares the driver of step machines with the loop that this
// package has for the same library. The machine allocates more than the loop.
func BenchmarkDriver(b *testing.B) {
	adapter, err := etcdraft.Open(etcdraft.DefaultConfig())
	if err != nil {
		b.Fatal(err)
	}
	for _, sessions := range []int{1, 64, 1024} {
		for _, system := range []struct {
			name string
			open replica.Open
		}{{"adapter", adapter}, {"driver", step.Open(newMachine(b, nil))}} {
			b.Run(fmt.Sprintf("sessions=%d/system=%s", sessions, system.name), func(b *testing.B) {
				load(b, system.open, sessions)
			})
		}
	}
}

// load has sessions write, at the leader.
func load(b *testing.B, open replica.Open, sessions int) {
	none, err := link.ParseProfile("none")
	if err != nil {
		b.Fatal(err)
	}
	c, err := inproc.Start(inproc.Config{
		Nodes:  []string{"n1", "n2", "n3"},
		Links:  link.Config{Profile: none},
		Disk:   disk.Config{},
		Timing: replica.Timing{Heartbeat: heartbeat, Election: election},
		Batch:  replica.Batch{MaxBytes: 1 << 20, MaxEntries: 1024},
	}, open)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	for c.Status("n1").Leader == "" {
		time.Sleep(heartbeat)
	}
	leader := c.Status("n1").Leader
	each := b.N/sessions + 1
	b.ResetTimer()
	var wg sync.WaitGroup
	for s := range sessions {
		wg.Go(func() {
			cl, err := c.Dial(b.Context(), leader, uint64(s)+1)
			if err != nil {
				b.Error(err)
				return
			}
			for i := range each {
				op := bench.Op{Kind: bench.Write, Key: uint64(s), Arg: uint64(s)<<32 | uint64(i) + 1, Size: 16}
				if _, err := cl.Do(b.Context(), &op); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(each*sessions)/b.Elapsed().Seconds(), "ops/s")
}
