package bench_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"nines/adapters/null"
	"nines/bench"
	"nines/workloads"
)

// histograms is a recorder of one histogram for each kind of operation, which
// also keeps the samples, as a trial does on their way to a file.
type histograms struct {
	byKind  [bench.CAS + 1]*hdrhistogram.Histogram
	samples []bench.Sample
	n       int
}

func newHistograms() *histograms {
	h := &histograms{samples: make([]bench.Sample, 1<<16)}
	for i := range h.byKind {
		h.byKind[i] = hdrhistogram.New(1, int64(time.Minute), 3)
	}
	return h
}

func (h *histograms) Record(batch []bench.Sample) error {
	for i := range batch {
		s := &batch[i]
		if s.Outcome == bench.OK {
			if err := h.byKind[s.Kind].RecordValue(int64(s.Response())); err != nil {
				return err
			}
		}
		h.samples[h.n%len(h.samples)] = *s
		h.n++
	}
	return nil
}

// limited ends each of several sources after its share of n operations.
type limited struct {
	bench.Source
	left int
}

func (l *limited) Next(op *bench.Op) bool {
	l.left--
	return l.left >= 0 && l.Source.Next(op)
}

func workload(tb testing.TB, name string, cfg workloads.Config) *workloads.Workload {
	tb.Helper()
	w, err := workloads.New(name, cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

func cluster(tb testing.TB, cfg null.Config) *null.Cluster {
	tb.Helper()
	c, err := null.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// BenchmarkEngine is the closed loop on a system that answers at once, with
// histograms and samples recorded: the cost of the engine itself.
func BenchmarkEngine(b *testing.B) {
	for _, sessions := range []int{1, 64} {
		b.Run(fmt.Sprintf("sessions=%d", sessions), func(b *testing.B) {
			w := workload(b, "ycsb-a", workloads.Config{})
			rec := newHistograms()
			cfg := bench.Config{
				Cluster:  cluster(b, null.Config{}),
				Base:     time.Now(),
				Recorder: rec,
				Closed: []bench.Closed{{
					Class: bench.Main, Sessions: sessions, Until: bench.Never,
					Source: func(i int) bench.Source {
						return &limited{w.Source(), (b.N + i) / sessions}
					},
					Picker: func(i int) bench.Picker { return bench.Pinned(i % 3) },
				}},
			}
			b.ReportAllocs()
			b.ResetTimer()
			if _, err := bench.Run(context.Background(), cfg); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			if rec.n != b.N {
				b.Fatalf("recorded %d of %d operations", rec.n, b.N)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}

// BenchmarkEngineOpen offers a Poisson load to a system that answers at once,
// and reports how late the engine sent it and the share of a core that it took.
func BenchmarkEngineOpen(b *testing.B) {
	for _, rate := range []float64{1e3, 10e3, 100e3} {
		b.Run(fmt.Sprintf("rate=%.0f", rate), func(b *testing.B) {
			w := workload(b, "ycsb-a", workloads.Config{})
			lag := hdrhistogram.New(1, int64(time.Minute), 3)
			base := time.Now()
			cfg := bench.Config{
				Cluster: cluster(b, null.Config{}),
				Base:    base,
				Recorder: recorderFunc(func(batch []bench.Sample) error {
					for i := range batch {
						if err := lag.RecordValue(int64(batch[i].Sent - batch[i].Due)); err != nil {
							return err
						}
					}
					return nil
				}),
				Open: []bench.Open{{
					Class:    bench.Main,
					Arrivals: bench.Poisson(rate, 0, time.Duration(float64(b.N)/rate*1e9), rng(1)),
					Source:   w.Source(), Picker: bench.Pinned(0),
					MaxInFlight: bench.MaxInFlight(rate, bench.DefaultAbandon),
				}},
			}
			b.ReportAllocs()
			b.ResetTimer()
			cpu := cpuTime()
			if _, err := bench.Run(context.Background(), cfg); err != nil {
				b.Fatal(err)
			}
			cpu = cpuTime() - cpu
			b.StopTimer()
			b.ReportMetric(float64(lag.ValueAtQuantile(50))/1e3, "lag-p50-us")
			b.ReportMetric(float64(lag.ValueAtQuantile(99))/1e3, "lag-p99-us")
			b.ReportMetric(float64(lag.Max())/1e3, "lag-max-us")
			b.ReportMetric(cpu.Seconds()/b.Elapsed().Seconds(), "cores")
		})
	}
}

// cpuTime is the processor time that this process has used so far. Unlike the
// time that has passed it compares on a machine that others use too.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
