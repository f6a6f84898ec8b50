package bench_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"nines/adapters"
	"nines/adapters/disk"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/bench"
	"nines/workloads"
)

var sessionCounts = []int{1, 64, 1024}

// BenchmarkSystem is every system under the engine: closed loop, writes alone,
// sessions on the leader, links without delay. Results of two runs compare with
// benchstat.
func BenchmarkSystem(b *testing.B) {
	for _, medium := range []string{"memory", "files"} {
		for _, sys := range adapters.Systems() {
			for _, sessions := range sessionCounts {
				for _, value := range []uint32{16, 1024} {
					b.Run(fmt.Sprintf("system=%s/disk=%s/sessions=%d/value=%d", sys.Name, medium, sessions, value), func(b *testing.B) {
						throughEngine(b, startSystem(b, sys, medium), sessions, value)
					})
				}
			}
		}
	}
}

// BenchmarkAdapter calls the leader's sessions directly, without the engine:
// between BenchmarkBare… and BenchmarkSystem it tells the library, the adapter
// and the engine apart.
func BenchmarkAdapter(b *testing.B) {
	for _, name := range []string{"single", "etcdraft", "hashiraft", "paxos"} {
		sys, err := adapters.Lookup(name)
		if err != nil {
			b.Fatal(err)
		}
		for _, sessions := range sessionCounts {
			b.Run(fmt.Sprintf("system=%s/sessions=%d/value=16", name, sessions), func(b *testing.B) {
				c := startSystem(b, sys, "memory")
				w := workload(b, "ycsb-a", workloads.Config{Reads: new(float64), ValueSize: 16})
				b.ReportAllocs()
				b.ResetTimer()
				eachSession(b, sessions, func(i int) func() error {
					cl, err := c.Dial(b.Context(), c.leader, uint64(i+1))
					if err != nil {
						b.Error(err)
					}
					src, op := w.Source(), new(bench.Op)
					return func() error {
						src.Next(op)
						_, err := cl.Do(b.Context(), op)
						return err
					}
				})
			})
		}
	}
}

// led is a cluster that has a leader.
type led struct {
	bench.Cluster
	leader string
	index  int // of the leader
}

func startSystem(b *testing.B, sys adapters.System, medium string) led {
	b.Helper()
	ready, err := sys.Prepare(sys.Effective(nil))
	if err != nil {
		b.Fatal(err)
	}
	cfg := inproc.Config{
		Nodes:  []string{"n1", "n2", "n3"},
		Links:  link.Config{Precise: true},
		Timing: replica.Timing{Heartbeat: 100 * time.Millisecond, Election: time.Second},
		Batch:  replica.Batch{MaxBytes: 1 << 20, MaxEntries: 1024, SnapshotEvery: 10_000, Trailing: 5_000},
		Seed:   1,
	}
	if sys.Nodes > 0 {
		cfg.Nodes = cfg.Nodes[:sys.Nodes]
	}
	if medium == "files" {
		cfg.Disk = disk.Config{Dir: b.TempDir()}
	}
	c, err := ready.Start(cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := c.Close(); err != nil {
			b.Error(err)
		}
	})
	l := led{Cluster: c}
	l.findLeader(b)
	return l
}

// findLeader waits for one; a system without leaders is led by its first node.
func (l *led) findLeader(b *testing.B) {
	l.leader = l.Nodes()[0]
	in, ok := l.Cluster.(bench.Inspector)
	for deadline := time.Now().Add(20 * time.Second); ok; time.Sleep(time.Millisecond) {
		for i, n := range l.Nodes() {
			if in.Status(n).Leader == n {
				l.leader, l.index = n, i
				return
			}
		}
		if time.Now().After(deadline) {
			b.Fatal("no leader after 20 s")
		}
	}
}

// throughEngine runs b.N writes and reports what their clients saw.
func throughEngine(b *testing.B, c led, sessions int, value uint32) {
	w := workload(b, "ycsb-a", workloads.Config{Reads: new(float64), ValueSize: value})
	response := hdrhistogram.New(1, int64(time.Minute), 3)
	cfg := bench.Config{
		Cluster: c,
		Base:    time.Now(),
		Recorder: recorderFunc(func(batch []bench.Sample) error {
			for i := range batch {
				if s := &batch[i]; s.Outcome != bench.OK {
					return fmt.Errorf("an operation ended %v", s.Outcome)
				} else if err := response.RecordValue(int64(s.Response())); err != nil {
					return err
				}
			}
			return nil
		}),
		Closed: []bench.Closed{{
			Class: bench.Main, Sessions: sessions, Until: bench.Never,
			Source: func(i int) bench.Source { return &limited{w.Source(), (b.N + i) / sessions} },
			Picker: func(int) bench.Picker { return bench.Pinned(c.index) },
		}},
	}
	b.ReportAllocs()
	b.ResetTimer()
	if _, err := bench.Run(context.Background(), cfg); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
	b.ReportMetric(float64(response.ValueAtQuantile(50))/1e3, "p50-us")
	b.ReportMetric(float64(response.ValueAtQuantile(99))/1e3, "p99-us")
}

// eachSession performs b.N operations; session i does what do(i) returns, one
// after the other.
func eachSession(b *testing.B, sessions int, do func(i int) func() error) {
	var running sync.WaitGroup
	cpu := cpuTime()
	for i := range sessions {
		running.Go(func() {
			op := do(i)
			for range (b.N + i) / sessions {
				if err := op(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	running.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
	b.ReportMetric(float64((cpuTime()-cpu).Nanoseconds())/1000/float64(b.N), "cpu-us/op")
}
