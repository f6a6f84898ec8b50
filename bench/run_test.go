package bench_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/null"
	"nines/bench"
	"nines/workloads"
)

var workloadsConfig = workloads.Config{Keys: 10}

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
