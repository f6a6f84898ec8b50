package hashiraft_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"nines/adapters/disk"
	"nines/adapters/hashiraft"
	"nines/adapters/host/inproc"
	"nines/adapters/replica"
	"nines/bench"
)

// BenchmarkAdapter measures the adapter in a cluster of three nodes with memory
// disks, called at the leader.
func BenchmarkAdapter(b *testing.B) {
	for _, kind := range []bench.Kind{bench.Write, bench.Read} {
		for _, sessions := range []int{64, 1024} {
			b.Run(fmt.Sprintf("kind=%v/sessions=%d/value=16", kind, sessions), func(b *testing.B) {
				c := startCluster(b)
				leader := waitLeader(b, c)
				var clients []bench.Client
				for i := range sessions {
					cl, err := c.Dial(b.Context(), leader, uint64(i+1))
					if err != nil {
						b.Fatal(err)
					}
					clients = append(clients, cl)
				}
				b.ReportAllocs()
				b.ResetTimer()
				cpu := cpuTime()
				perform(b, clients, kind)
				b.ReportMetric(float64((cpuTime()-cpu).Microseconds())/float64(b.N), "cpu-us/op")
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
			})
		}
	}
}

func perform(b *testing.B, clients []bench.Client, kind bench.Kind) {
	var (
		next    atomic.Int64
		running sync.WaitGroup
	)
	for i, cl := range clients {
		running.Go(func() {
			for {
				id := next.Add(1)
				if id > int64(b.N) {
					return
				}
				op := bench.Op{Kind: kind, Key: uint64(i), Arg: uint64(id), Size: 16}
				if _, err := cl.Do(context.Background(), &op); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	running.Wait()
}

func startCluster(b *testing.B) *inproc.Cluster {
	o, err := hashiraft.Open(hashiraft.DefaultConfig())
	if err != nil {
		b.Fatal(err)
	}
	c, err := inproc.Start(inproc.Config{
		Nodes:  []string{"n1", "n2", "n3"},
		Disk:   disk.Config{},
		Timing: replica.Timing{Heartbeat: 100 * time.Millisecond, Election: time.Second},
		Batch:  replica.Batch{MaxBytes: 1 << 20, MaxEntries: 1024, SnapshotEvery: 100_000, Trailing: 10_000},
		Seed:   1,
	}, o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := c.Close(); err != nil {
			b.Error(err)
		}
	})
	return c
}

func waitLeader(b *testing.B, c *inproc.Cluster) string {
	for range 10_000 {
		for _, n := range c.Nodes() {
			if c.Status(n).Leader == n {
				return n
			}
		}
		time.Sleep(time.Millisecond)
	}
	b.Fatal("no leader after 10 s")
	return ""
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
