package adaptertest

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"nines/analysis/linear"
	"nines/bench"
)

// linearizable checks the history of concurrent clients on every node while
// leaders are killed and cut off.
func linearizable(t *testing.T, c *cluster) {
	const period = 12 * time.Second
	wait := c.crowd(time.Now(), period, 3*len(c.Nodes()))
	defer wait() // also if something fails: the cluster must not end before
	if len(c.Nodes()) > 1 {
		c.disturb(period)
	} else {
		c.killFor(c.Nodes()[0], 2*time.Second)
	}
	history := wait()

	var ok int
	for _, s := range history {
		if s.Outcome == bench.OK {
			ok++
		}
	}
	if ok < 1000 {
		t.Errorf("only %d of %d operations succeeded: the history proves little", ok, len(history))
	}
	if c.s.Stale {
		return
	}
	if r := linear.Check(context.Background(), history, linear.Options{}); r.Verdict != linear.OK {
		t.Errorf("%d operations, %d ok: %v: %s", len(history), ok, r.Verdict, r.Why)
	}
	c.converge()
}

// crowd starts n clients, spread over the nodes. wait returns their histories
// together when all have ended.
func (c *cluster) crowd(base time.Time, period time.Duration, n int) (wait func() []bench.Sample) {
	var clients sync.WaitGroup
	histories := make([][]bench.Sample, n)
	for i := range n {
		clients.Go(func() { histories[i] = c.client(base, period, i, n) })
	}
	return func() []bench.Sample {
		clients.Wait()
		return slices.Concat(histories...)
	}
}

// disturb hurts one leader after the other, or the nodes in turn.
func (c *cluster) disturb(period time.Duration) {
	for end := time.Now().Add(period - 6*time.Second); time.Now().Before(end); {
		c.killFor(c.target(), 2*time.Second)
		heal := c.cutOff(c.target())
		time.Sleep(2 * time.Second)
		heal()
		time.Sleep(time.Second)
	}
}

func (c *cluster) killFor(node string, d time.Duration) {
	c.kill(node)
	time.Sleep(d)
	c.restart(node)
}

// keys is how many keys the clients use: few, but where each node has its own, so
// many that none is idle.
func (c *cluster) keys() uint64 {
	if c.s.Partitioned {
		return 16
	}
	return 4
}

// client performs random operations on node i modulo the number of nodes, one
// after the other, and records them. The last client of each node only reads:
// one that writes is stuck in a write as soon as its node is cut off, and sees
// nothing of what the node answers then.
func (c *cluster) client(base time.Time, period time.Duration, i, clients int) []bench.Sample {
	var (
		rnd     = rand.New(rand.NewPCG(7, uint64(i)))
		node    = i % len(c.Nodes())
		reads   = i+len(c.Nodes()) >= clients
		session = uint64(1000 * (i + 1))
		value   = session * 1_000_000
		cl      bench.Client
		out     []bench.Sample
	)
	for time.Since(base) < period {
		op := bench.Op{Kind: bench.Read, Key: rnd.Uint64N(c.keys()), Size: 16}
		if !reads && rnd.IntN(2) == 0 {
			value++
			op.Kind, op.Arg = bench.Write, value
		}
		if cl == nil {
			session++
			var err error
			if cl, err = c.Dial(context.Background(), c.Nodes()[node], session); err != nil {
				cl = nil
				time.Sleep(50 * time.Millisecond)
				continue
			}
		}
		s := bench.Sample{
			Sent: time.Since(base), Session: session, Node: uint16(node),
			Key: op.Key, Arg: op.Arg, Kind: op.Kind, Size: op.Size, Class: bench.Main,
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		r, err := cl.Do(ctx, &op)
		cancel()
		s.Due, s.Done, s.Result, s.Outcome = s.Sent, time.Since(base), r.Value, bench.OutcomeOf(err)
		out = append(out, s)
		if s.Outcome == bench.Unknown {
			cl = nil
		}
		time.Sleep(time.Duration(rnd.IntN(20)) * time.Millisecond)
	}
	return out
}
