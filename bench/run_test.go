package bench_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"nines/adapters/null"
	"nines/bench"
	"nines/workloads"
)

var workloadsConfig = workloads.Config{Keys: 10}

// In a closed loop an operation is due when the one before it is done.
func TestClosedLoop(t *testing.T) {
	virtually(t, func() bench.Config {
		base := time.Now().Add(100 * ms)
		return bench.Config{
			Base: base, Cluster: cluster(t, null.Config{Service: null.Constant(10 * ms)}),
			Closed: []bench.Closed{closed(3, time.Second)},
		}
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		last := map[uint64]time.Duration{}
		for _, s := range samples {
			if s.Sent != s.Due || s.Done != s.Due+10*ms {
				t.Errorf("not back to back: %+v", s)
			}
			if done, ok := last[s.Session]; ok && s.Due != done || !ok && s.Due != -100*ms {
				t.Errorf("due at %v, but the operation before was done at %v", s.Due, done)
			}
			last[s.Session] = s.Done
		}
		if c := st.Closed[0]; c.Warmup.Due != 30 || c.Measured.Due != 300 || c.Sessions != 3 {
			t.Errorf("%+v, want 30 + 300 operations of 3 sessions", c)
		}
	})
}

// A node that refuses at once is asked once in a backoff.
func TestClosedLoopBacksOff(t *testing.T) {
	virtually(t, func() bench.Config {
		return bench.Config{
			Cluster: &fake{dial: func(context.Context, string, uint64) error { return errors.New("refused") }},
			Closed:  []bench.Closed{closed(2, 100*ms)},
		}
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		if len(samples) != 20 {
			t.Errorf("%d operations in 100 ms by 2 sessions, want 20", len(samples))
		}
	})
}

// One closed-loop user keeps a session with each node, and its sources end it.
func TestClosedLoopOverNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := closed(4, bench.Never)
		c.Source = func(int) bench.Source { return &serial{n: 30} }
		c.Picker = func(int) bench.Picker { return new(turn) }
		samples, st, err := load(t, context.Background(), bench.Config{
			Cluster: cluster(t, null.Config{Service: null.Exponential(ms)}), Closed: []bench.Closed{c},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(samples) != 120 || st.Closed[0].Sessions != 12 {
			t.Errorf("%d operations, %d sessions; want 120 and 12", len(samples), st.Closed[0].Sessions)
		}
	})
}

// turn picks three nodes in turn.
type turn int

func (p *turn) Pick(*bench.Op) int { *p++; return int(*p) % 3 }

// A load that is cancelled ends at once, and what was in flight is unknown.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		start := time.Now()
		time.AfterFunc(505*ms, cancel)
		cfg := bench.Config{
			Cluster: &fake{do: hang}, Open: []bench.Open{open(100, time.Hour, 1000)},
			Closed: []bench.Closed{closed(7, time.Hour)},
		}
		samples, _, err := load(t, ctx, cfg)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		// The generator looks every 50 ms whether it is to stop.
		if took := time.Since(start); took < 505*ms || took > 560*ms {
			t.Errorf("took %v", took)
		}
		if len(samples) != 51+7 {
			t.Errorf("%d samples, want 51 and 7", len(samples))
		}
		for _, s := range samples {
			if s.Outcome != bench.Unknown || s.Done != 505*ms {
				t.Errorf("%+v, want unknown at 505 ms", s)
			}
		}
	})
}

func TestRecorderErrorStopsTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("disk full")
		base := time.Now()
		var calls int
		_, err := bench.Run(context.Background(), bench.Config{
			Cluster: cluster(t, null.Config{Service: null.Constant(ms)}), Base: base, Pacer: bench.Sleeping(base),
			Open:   []bench.Open{open(1000, time.Hour, 1000)},
			Closed: []bench.Closed{closed(7, time.Hour)},
			Recorder: recorderFunc(func([]bench.Sample) error {
				calls++
				return full
			}),
		})
		if !errors.Is(err, full) || calls != 1 || time.Since(base) > time.Second {
			t.Errorf("error %v after %d calls and %v", err, calls, time.Since(base))
		}
	})
}

// A panic fails the load, keeps its stack, and leaves the operation in hand
// unknown.
func TestPanic(t *testing.T) {
	boom := func(ctx context.Context, _ string, _ uint64, op *bench.Op) (bench.Reply, error) {
		if op.Key == 3 {
			panic("out of cheese")
		}
		return bench.Reply{}, nil
	}
	for name, cfg := range map[string]bench.Config{
		"open":   {Open: []bench.Open{open(100, time.Hour, 10)}},
		"closed": {Closed: []bench.Closed{closed(1, time.Hour)}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg.Cluster = &fake{do: boom}
				samples, _, err := load(t, context.Background(), cfg)
				if err == nil || !strings.Contains(err.Error(), "out of cheese") || !strings.Contains(err.Error(), "run_test.go") {
					t.Errorf("error %v", err)
				}
				if len(samples) < 4 || samples[3].Key != 3 || samples[3].Outcome != bench.Unknown || samples[3].Session != 1 {
					t.Errorf("samples %+v", samples)
				}
			})
		})
	}
}

func TestPickerOutOfRange(t *testing.T) {
	for name, cfg := range map[string]bench.Config{
		"open":   {Open: []bench.Open{open(100, time.Hour, 10)}},
		"closed": {Closed: []bench.Closed{closed(1, time.Hour)}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for i := range cfg.Open {
					cfg.Open[i].Picker = bench.Pinned(1)
				}
				for i := range cfg.Closed {
					cfg.Closed[i].Picker = func(int) bench.Picker { return bench.Pinned(-1) }
				}
				cfg.Cluster = &fake{}
				if _, _, err := load(t, context.Background(), cfg); err == nil || !strings.Contains(err.Error(), "the picker chose node") {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}

// watching is a source that is told of the replies.
type watching struct {
	*serial
	mu      sync.Mutex
	replies map[uint64]uint64
}

func (w *watching) Observe(op *bench.Op, reply bench.Reply) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.replies[op.Key] = reply.Value
}

func TestObserver(t *testing.T) {
	w := &watching{serial: &serial{n: 20}, replies: map[uint64]uint64{}}
	virtually(t, func() bench.Config {
		o := open(100, time.Second, 10)
		o.Source = w
		return bench.Config{
			Cluster: &fake{do: func(_ context.Context, _ string, _ uint64, op *bench.Op) (bench.Reply, error) {
				if op.Key%2 == 1 {
					return bench.Reply{}, bench.ErrRejected
				}
				return bench.Reply{Value: op.Key + 100}, nil
			}},
			Open: []bench.Open{o},
		}
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		if len(w.replies) != 10 || w.replies[18] != 118 {
			t.Errorf("observed %v", w.replies)
		}
	})
}

// Loads of one trial that follow one another never use a session id twice.
func TestSessionIDsGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last atomic.Uint64
		for i := range uint64(3) {
			samples, _, err := load(t, context.Background(), bench.Config{
				Cluster: &fake{}, Sessions: &last, Open: []bench.Open{open(100, 50*ms, 10)},
			})
			if err != nil || samples[0].Session != i+1 {
				t.Errorf("load %d: session %d, %v", i, samples[0].Session, err)
			}
		}
	})
}

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

func TestBadConfig(t *testing.T) {
	good := func() bench.Config {
		return bench.Config{
			Cluster: &fake{}, Base: time.Now(), Recorder: bench.Tee(),
			Open: []bench.Open{open(1, 0, 1)}, Closed: []bench.Closed{closed(1, 0)},
		}
	}
	if _, err := bench.Run(context.Background(), good()); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*bench.Config){
		"no cluster":                    func(c *bench.Config) { c.Cluster = nil },
		"a cluster of 0 nodes":          func(c *bench.Config) { c.Cluster = &fake{nodes: []string{}} },
		"no base instant":               func(c *bench.Config) { c.Base = time.Time{} },
		"no recorder":                   func(c *bench.Config) { c.Recorder = nil },
		"abandon after -1s":             func(c *bench.Config) { c.Abandon = -time.Second },
		"open stream 0: no class":       func(c *bench.Config) { c.Open[0].Class = 0 },
		"open stream 0: want arrivals":  func(c *bench.Config) { c.Open[0].Source = nil },
		"open stream 0: at most 0":      func(c *bench.Config) { c.Open[0].MaxInFlight = 0 },
		"closed stream 0: no class":     func(c *bench.Config) { c.Closed[0].Class = 0 },
		"closed stream 0: 0 sessions":   func(c *bench.Config) { c.Closed[0].Sessions = 0 },
		"closed stream 0: want a sourc": func(c *bench.Config) { c.Closed[0].Picker = nil },
		"a backoff of -1ns":             func(c *bench.Config) { c.Closed[0].Backoff = -1 },
	} {
		cfg := good()
		spoil(&cfg)
		if _, err := bench.Run(context.Background(), cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
