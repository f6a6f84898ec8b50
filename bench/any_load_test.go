package bench_test

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"nines/adapters/null"
	"nines/bench"
	"nines/workloads"
)

// Whatever the load and however the system behaves, the counts add up and the
// sessions are sequential: load checks both.
func TestAnyLoad(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(name string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(rt, name) }
		nodes, warmup, until := draw("nodes", 1, 3), time.Duration(draw("warmup", 0, 200))*ms, 500*ms
		system := null.Config{
			Nodes: nodes, Service: null.Exponential(time.Duration(draw("service", 1, 30)) * ms),
			Rejected: 0.1, Unknown: 0.1, Seed: uint64(draw("seed", 0, 1000)),
			Stalls: []null.Stall{{At: time.Duration(draw("at", -200, 600)) * ms, For: time.Duration(draw("for", 1, 400)) * ms}},
		}
		abandon := time.Duration(draw("abandon", 1, 300)) * ms
		rate, bound, sessions := float64(draw("rate", 1, 1500)), draw("bound", 1, 100), draw("sessions", 1, 9)
		synctest.Test(t, func(t *testing.T) {
			base := time.Now().Add(warmup)
			c := cluster(t, system)
			c.Start(base)
			w := workload(t, "ycsb-a", workloadsConfig)
			main := open(0, 0, bound)
			main.Arrivals, main.Source = bench.Poisson(rate, -warmup, until, rng(system.Seed)), w.Source()
			cfg := bench.Config{Cluster: c, Base: base, Abandon: abandon, Open: []bench.Open{main}}
			for node := range nodes {
				cfg.Open = append(cfg.Open, bench.Open{
					Class: bench.Probe, Arrivals: bench.Constant(100, -warmup, until),
					Source: w.Probe(node), Picker: bench.Pinned(node), MaxInFlight: bound,
				})
			}
			cfg.Closed = []bench.Closed{closed(sessions, until)}
			samples, _, err := load(t, context.Background(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range samples {
				if s.Outcome != bench.Dropped && s.Done > s.Due+abandon+ms {
					t.Errorf("done %v after it was due: %+v", s.Done-s.Due, s)
				}
			}
		})
	})
}

// Twice as many operations take no more memory: nothing is allocated for one.
func TestNoAllocationPerOperation(t *testing.T) {
	mallocs := func(n int) uint64 {
		w := workload(t, "ycsb-a", workloads.Config{})
		c := closed(2, bench.Never)
		c.Source = func(int) bench.Source { return &limited{w.Source(), n / 2} }
		o := open(1e6, time.Duration(n)*time.Microsecond, 100)
		o.Source = w.Source()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := bench.Run(context.Background(), bench.Config{
			Cluster: cluster(t, null.Config{}), Base: time.Now(), Closed: []bench.Closed{c}, Open: []bench.Open{o},
			Recorder: recorderFunc(func([]bench.Sample) error { return nil }),
		})
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		return after.Mallocs - before.Mallocs
	}
	mallocs(10_000)
	few, many := mallocs(10_000), mallocs(100_000)
	// Sessions and chunks differ from one run to the next: some thousand.
	if many > few+9_000 {
		t.Errorf("%d allocations for 20,000 operations, %d for 200,000", few, many)
	}
}

// checkCounts holds the samples against the engine's own counts.
func checkCounts(t *testing.T, samples []bench.Sample, stats bench.Stats) {
	t.Helper()
	type counts struct{ warmup, measured bench.Count }
	saw, said := map[bench.Class]counts{}, map[bench.Class]counts{}
	add := func(c *bench.Count, due, dropped uint64) { c.Due += due; c.Dropped += dropped }
	for _, s := range samples {
		n, dropped := saw[s.Class], uint64(0)
		if s.Outcome == bench.Dropped {
			dropped = 1
		}
		if s.Due < 0 {
			add(&n.warmup, 1, dropped)
		} else {
			add(&n.measured, 1, dropped)
		}
		saw[s.Class] = n
	}
	for _, s := range append(slices.Clone(stats.Open), stats.Closed...) {
		n := said[s.Class]
		add(&n.warmup, s.Warmup.Due, s.Warmup.Dropped)
		add(&n.measured, s.Measured.Due, s.Measured.Dropped)
		said[s.Class] = n
	}
	for class, n := range said {
		if saw[class] != n {
			t.Errorf("%v: the engine counted %+v, the samples are %+v", class, n, saw[class])
		}
	}
}

// checkSessions holds the samples against what a checker takes for granted: a
// session stays with one node, does one operation at a time, and none after one
// whose outcome is unknown.
func checkSessions(t *testing.T, samples []bench.Sample) {
	t.Helper()
	bySession := map[uint64][]bench.Sample{}
	for _, s := range samples {
		if s.Outcome == bench.Dropped {
			if s.Session != 0 || s.Sent != bench.Never || s.Done != bench.Never || s.Tries != 0 {
				t.Errorf("dropped, but with a session, instants or tries: %+v", s)
			}
			continue
		}
		if s.Session == 0 || s.Sent < s.Due || s.Done < s.Sent || s.Tries != 1 || s.Hedges != 0 {
			t.Errorf("no session, not one try, or instants out of order: %+v", s)
		}
		bySession[s.Session] = append(bySession[s.Session], s)
	}
	for id, ss := range bySession {
		slices.SortStableFunc(ss, func(a, b bench.Sample) int { return cmp.Compare(a.Sent, b.Sent) })
		for i := range ss[1:] {
			a, b := ss[i], ss[i+1]
			if b.Sent < a.Done || a.Outcome == bench.Unknown || a.Node != b.Node || a.Class != b.Class {
				t.Errorf("session %d went on from %+v with %+v", id, a, b)
			}
		}
	}
}
