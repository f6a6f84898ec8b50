package hashiraft

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nines/analysis/linear"
	"nines/bench"
	"nines/chaos"
)

// TestLoss has links lose one message in ten and delay the rest, while nodes are
// killed and cut off: the history must be linearizable, and in the end all nodes
// must have applied the same.
func TestLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := startCluster(t, DefaultConfig())
		defer c.stop()
		rnd := rand.New(rand.NewPCG(3, 4))
		var heals []func() chaos.LinkHarm
		for _, from := range c.Nodes() {
			for _, to := range c.others(from) {
				heal, err := c.HurtLink(from, to, chaos.LinkFault{Loss: 0.1, Delay: 5 * time.Millisecond, Jitter: 5 * time.Millisecond})
				if err != nil {
					t.Fatal(err)
				}
				heals = append(heals, heal)
			}
		}
		const period = 30 * time.Second
		var (
			running sync.WaitGroup
			mu      sync.Mutex
			history []bench.Sample
		)
		base := time.Now()
		for i := range 6 {
			running.Go(func() {
				h := c.client(base, period, i)
				mu.Lock()
				defer mu.Unlock()
				history = append(history, h...)
			})
		}
		for time.Since(base) < period-5*time.Second {
			time.Sleep(time.Duration(rnd.IntN(4000)) * time.Millisecond)
			name := c.Nodes()[rnd.IntN(3)]
			if err := c.Kill(name); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(rnd.IntN(2000)) * time.Millisecond)
			if err := c.Restart(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		running.Wait()
		for _, heal := range heals {
			heal()
		}
		if r := linear.Check(t.Context(), history, linear.Options{}); r.Verdict != linear.OK || len(history) < 300 {
			t.Errorf("%d operations: %v: %s", len(history), r.Verdict, r.Why)
		}
		time.Sleep(20 * time.Second)
		first := c.Status("n1")
		for _, n := range c.Nodes() {
			if s := c.Status(n); s.Applied != first.Applied || s.Digest != first.Digest || s.Applied != s.Committed || s.Applied < 50 {
				t.Errorf("%s is at %+v, n1 at %+v", n, s, first)
			}
		}
	})
}

// client performs random operations on one node, one after the other.
func (c *cluster) client(base time.Time, period time.Duration, i int) []bench.Sample {
	rnd := rand.New(rand.NewPCG(7, uint64(i)))
	session, value := uint64(1000*(i+1)), uint64(1_000_000*(i+1))
	var cl bench.Client
	var out []bench.Sample
	for time.Since(base) < period {
		time.Sleep(time.Duration(rnd.IntN(20)) * time.Millisecond)
		if cl == nil {
			session++
			var err error
			if cl, err = c.Dial(context.Background(), c.Nodes()[i%3], session); err != nil {
				cl = nil
				continue
			}
		}
		op := bench.Op{Kind: bench.Kind(1 + rnd.IntN(2)), Key: uint64(rnd.IntN(4)), Size: 16}
		if op.Kind != bench.Read {
			value++
			op.Arg = value
		}
		s := bench.Sample{Due: time.Since(base), Session: session, Key: op.Key, Arg: op.Arg, Kind: op.Kind, Size: op.Size, Class: bench.Main}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		r, err := cl.Do(ctx, &op)
		cancel()
		s.Sent, s.Done, s.Result, s.Outcome = s.Due, time.Since(base), r.Value, bench.OutcomeOf(err)
		out = append(out, s)
		if s.Outcome == bench.Unknown {
			cl = nil
		}
	}
	return out
}
