package paxoscommit_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"nines/adapters/disk"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/paxoscommit"
	"nines/adapters/replica"
	"nines/bench"
)

// BenchmarkTransactions has sessions, spread over three nodes, write two keys of
// 10,000 in each transaction: links without delay, memory disks.
func BenchmarkTransactions(b *testing.B) {
	for f := range 2 {
		for _, sessions := range []int{1, 64} {
			b.Run(fmt.Sprintf("f=%d/sessions=%d", f, sessions), func(b *testing.B) {
				open, err := paxoscommit.Open(paxoscommit.Config{F: f})
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
	before := c.Cost()
	for i, cl := range clients {
		running.Go(func() {
			rnd := rand.New(rand.NewPCG(1, uint64(i)))
			for n := range (b.N + i) / sessions {
				id := uint64(i)<<32 | uint64(n+1)
				op := bench.Op{Kind: bench.Transact, Arg: id, Size: 16, Txn: &bench.Txn{Micros: []bench.Micro{
					{Kind: bench.Write, Key: rnd.Uint64N(10_000), Arg: id}, {Kind: bench.Write, Key: rnd.Uint64N(10_000), Arg: id},
				}}}
				op.Key = op.Txn.Micros[0].Key
				if _, err := cl.Do(b.Context(), &op); err != nil && !errors.Is(err, bench.ErrAborted) {
					b.Error(err)
					return
				}
			}
		})
	}
	running.Wait()
	b.StopTimer()
	cost := c.Cost().Less(before)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "txns/s")
	b.ReportMetric(float64(cost.Messages)/float64(b.N), "messages/txn")
	b.ReportMetric(float64(cost.Syncs)/float64(b.N), "syncs/txn")
}
