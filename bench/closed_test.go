package bench_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/null"
	"nines/bench"
)

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
