package null

import (
	"context"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
)

// answers sends operations at the given instants after Start, to the nodes in turn,
// and returns when each was answered.
func answers(t *testing.T, cfg Config, sent ...time.Duration) []time.Duration {
	t.Helper()
	done := make([]time.Duration, len(sent))
	synctest.Test(t, func(t *testing.T) {
		c, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		base := time.Now()
		c.Start(base)
		var all sync.WaitGroup
		for i, at := range sent {
			all.Go(func() {
				cl, err := c.Dial(context.Background(), c.Nodes()[i%3], uint64(i))
				if err != nil {
					t.Error(err)
					return
				}
				time.Sleep(at)
				if _, err := cl.Do(context.Background(), &bench.Op{Kind: bench.Read}); err != nil {
					t.Error(err)
				}
				done[i] = time.Since(base)
			})
		}
		all.Wait()
	})
	return done
}

// One server takes one operation at a time, whichever node was asked, in the order
// in which they came; two take two.
func TestQueue(t *testing.T) {
	sent := []time.Duration{0, 1 * ms, 2 * ms, 3 * ms, 100 * ms}
	for _, c := range []struct {
		name string
		cfg  Config
		want []time.Duration
	}{
		{"as many as it takes", Config{Service: Constant(10 * ms)}, []time.Duration{10 * ms, 11 * ms, 12 * ms, 13 * ms, 110 * ms}},
		{"one", Config{Service: Constant(10 * ms), Servers: 1}, []time.Duration{10 * ms, 20 * ms, 30 * ms, 40 * ms, 110 * ms}},
		{"two", Config{Service: Constant(10 * ms), Servers: 2}, []time.Duration{10 * ms, 11 * ms, 20 * ms, 21 * ms, 110 * ms}},
		// The second would be answered at 20 ms, in the stall: at its end, and the third after it.
		{"one that stalls", Config{Service: Constant(10 * ms), Servers: 1, Stalls: []Stall{{At: 15 * ms, For: 10 * ms}}},
			[]time.Duration{10 * ms, 25 * ms, 35 * ms, 45 * ms, 110 * ms}},
	} {
		if got := answers(t, c.cfg, sent...); !slices.Equal(got, c.want) {
			t.Errorf("%s: answered at %v, want %v", c.name, got, c.want)
		}
	}
}

// What is drawn depends on the order of arrival and on nothing else, and has the
// mean that was asked for: here each comes when all before it are done.
func TestQueueDraws(t *testing.T) {
	cfg := Config{Service: Exponential(2 * ms), Servers: 1, Seed: 3}
	var sent []time.Duration
	for i := range 2000 {
		sent = append(sent, time.Duration(i)*time.Second)
	}
	a, b := answers(t, cfg, sent...), answers(t, cfg, sent...)
	if !slices.Equal(a, b) {
		t.Error("the same seed gave other service times")
	}
	var sum time.Duration
	for i := range a {
		sum += a[i] - sent[i]
	}
	// The mean of 2000 has a standard error of 2 ms / √2000 = 0.045 ms.
	if mean := sum.Seconds() * 1000 / 2000; math.Abs(mean-2) > 4*0.045 {
		t.Errorf("a mean of %.3f ms, want 2", mean)
	}
	cfg.Seed = 4
	if slices.Equal(a, answers(t, cfg, sent...)) {
		t.Error("another seed gave the same service times")
	}
}
