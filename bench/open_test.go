package bench_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/null"
	"nines/bench"
)

// A stall delays the answers, but neither the due times nor the sending: there
// is no coordinated omission.
func TestStallDoesNotMoveDueTimes(t *testing.T) {
	stall := null.Stall{At: 300 * ms, For: 199*ms + ms/2} // ends between two arrivals
	virtually(t, func() bench.Config {
		c := cluster(t, null.Config{Stalls: []null.Stall{stall}})
		c.Start(time.Now())
		return bench.Config{Cluster: c, Open: []bench.Open{open(1000, time.Second, 10000)}}
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		if len(samples) != 1000 {
			t.Fatalf("%d samples, want 1000", len(samples))
		}
		for i, s := range samples {
			due, done := time.Duration(i)*ms, time.Duration(i)*ms
			if due >= stall.At && due < stall.At+stall.For {
				done = stall.At + stall.For
			}
			if s.Due != due || s.Sent != due || s.Done != done || s.Outcome != bench.OK {
				t.Fatalf("operation %d: due %v, sent %v, done %v, %v; want due and sent %v, done %v", i, s.Due, s.Sent, s.Done, s.Outcome, due, done)
			}
		}
		if st.Open[0].MaxInFlight != 200 || st.Open[0].Sessions != 200 {
			t.Errorf("%d in flight, %d sessions: want 200 of each", st.Open[0].MaxInFlight, st.Open[0].Sessions)
		}
	})
}

// Probes of each node at 100/s find a stall of 80 ms as a gap between
// completions of 80 ms, to one period.
func TestStallIsSeenByProbes(t *testing.T) {
	virtually(t, func() bench.Config {
		c := cluster(t, null.Config{Stalls: []null.Stall{{At: 303 * ms, For: 80 * ms}, {At: 600 * ms, For: 50 * ms, Node: "n2"}}})
		base := time.Now().Add(100 * ms)
		c.Start(base)
		cfg := bench.Config{Cluster: c, Base: base}
		w := workload(t, "ycsb-a", workloadsConfig)
		for node := range 3 {
			cfg.Open = append(cfg.Open, bench.Open{
				Class: bench.Probe, Arrivals: bench.Constant(100, -100*ms, time.Second),
				Source: w.Probe(node), Picker: bench.Pinned(node), MaxInFlight: 1000,
			})
		}
		return cfg
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		var last, gap [3]time.Duration
		for _, s := range samples {
			n := s.Node
			gap[n] = max(gap[n], s.Done-last[n])
			last[n] = s.Done
		}
		for n, g := range gap {
			if g < 80*ms || g > 90*ms {
				t.Errorf("node %d: the longest gap is %v, want 80 to 90 ms", n, g)
			}
		}
		for n, s := range st.Open {
			if s.Warmup.Due != 10 || s.Measured.Due != 100 {
				t.Errorf("node %d: %+v, want 10 probes in the warm-up and 100 after", n, s)
			}
		}
	})
}

// Of the free sessions, the one that was used last is taken.
func TestMostRecentlyUsedFirst(t *testing.T) {
	virtually(t, func() bench.Config {
		c := cluster(t, null.Config{Nodes: 1, Service: null.Constant(3 * ms), Stalls: []null.Stall{{At: 0, For: 48 * ms}}})
		c.Start(time.Now())
		return bench.Config{Cluster: c, Open: []bench.Open{open(100, time.Second, 100)}}
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		if st.Open[0].Sessions != 5 {
			t.Errorf("%d sessions, want the 5 of the stall", st.Open[0].Sessions)
		}
		used := map[uint64]int{}
		for _, s := range samples[5:] {
			used[s.Session]++
		}
		if len(used) != 1 {
			t.Errorf("after the stall, operations by session: %v; want all by one", used)
		}
	})
}

// Streams that are due at the same time do not hold each other up, and a stream
// ends with its source.
func TestStreamsAreIndependent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, quick := open(100, time.Second, 3), open(100, time.Second, 3)
		quick.Picker, quick.Class, quick.Source = bench.Pinned(1), bench.Probe, &serial{n: 42}
		samples, st, err := load(t, context.Background(), bench.Config{
			Cluster: &fake{nodes: []string{"n1", "n2"}, do: func(ctx context.Context, node string, _ uint64, _ *bench.Op) (bench.Reply, error) {
				if node == "n1" {
					return hang(ctx, "", 0, nil)
				}
				return bench.Reply{}, nil
			}},
			Abandon: 2 * time.Second,
			Open:    []bench.Open{slow, quick},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range samples {
			if s.Class == bench.Probe && (s.Done != s.Due || s.Outcome != bench.OK || s.Node != 1) {
				t.Errorf("a probe was held up: %+v", s)
			}
		}
		if a, b := st.Open[0].Measured, st.Open[1].Measured; a != (bench.Count{Due: 100, Dropped: 97}) || b != (bench.Count{Due: 42}) {
			t.Errorf("counts %+v and %+v", a, b)
		}
	})
}
