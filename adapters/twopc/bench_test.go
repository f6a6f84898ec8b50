package twopc_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nines/adapters/commit"
	"nines/adapters/disk"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/adapters/twopc"
	"nines/bench"
)

// BenchmarkTransactions has sessions, spread over three nodes, write two keys of
// 10,000 in each transaction, which have different owners: links without delay,
// memory disks.
func BenchmarkTransactions(b *testing.B) {
	for _, p := range []twopc.Presume{twopc.Nothing, twopc.Abort} {
		for _, sessions := range []int{1, 64} {
			b.Run(fmt.Sprintf("presume=%s/sessions=%d", p, sessions), func(b *testing.B) {
				open, err := twopc.Open(twopc.Config{Presume: p})
				if err != nil {
					b.Fatal(err)
				}
				transactions(b, open, sessions)
			})
		}
	}
}

func transactions(b *testing.B, open replica.Open, sessions int) {
	c, err := inproc.Start(inproc.Config{
		Nodes:  []string{"n1", "n2", "n3"},
		Links:  link.Config{Precise: true},
		Disk:   disk.Config{},
		Timing: replica.Timing{Heartbeat: 100 * time.Millisecond, Election: time.Second},
		Batch:  replica.Batch{MaxBytes: 1 << 20, MaxEntries: 1024, SnapshotEvery: 50_000, Trailing: 5_000},
		Seed:   1,
		Events: func(time.Time, bench.Event) {},
	}, open)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	var clients []bench.Client
	for i := range sessions {
		cl, err := c.Dial(b.Context(), c.Nodes()[i%3], uint64(i+1))
		if err != nil {
			b.Fatal(err)
		}
		clients = append(clients, cl)
	}
	b.ReportAllocs()
	b.ResetTimer()
	var running sync.WaitGroup
	var committed atomic.Int64
	before := c.Cost()
	for i, cl := range clients {
		running.Go(func() {
			rnd := rand.New(rand.NewPCG(1, uint64(i)))
			for n := range (b.N + i) / sessions {
				id := uint64(i)<<32 | uint64(n+1)
				first, second := rnd.Uint64N(10_000), rnd.Uint64N(10_000)
				for commit.Owner(first, 3) == commit.Owner(second, 3) {
					second = rnd.Uint64N(10_000)
				}
				op := bench.Op{Kind: bench.Transact, Key: first, Arg: id, Size: 16, Txn: &bench.Txn{Micros: []bench.Micro{
					{Kind: bench.Write, Key: first, Arg: id}, {Kind: bench.Write, Key: second, Arg: id},
				}}}
				switch _, err := cl.Do(b.Context(), &op); {
				case err == nil:
					committed.Add(1)
				case !errors.Is(err, bench.ErrAborted):
					b.Error(err)
					return
				}
			}
		})
	}
	running.Wait()
	b.StopTimer()
	cost := c.Cost().Less(before)
	b.ReportMetric(float64(committed.Load())/b.Elapsed().Seconds(), "committed/s")
	b.ReportMetric(float64(cost.Messages)/float64(b.N), "messages/txn")
	b.ReportMetric(float64(cost.Syncs)/float64(b.N), "syncs/txn")
}
