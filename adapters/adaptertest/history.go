package adaptertest

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"nines/analysis/linear"
	"nines/bench"
)

// linearizable checks the history of concurrent clients on every node while
// leaders are killed and cut off.
func linearizable(t *testing.T, c *cluster) {
	const period = 12 * time.Second
	wait := c.crowd(period, 3*len(c.Nodes()), c.readOrWrite(3*len(c.Nodes())))
	defer wait() // also if something fails: the cluster must not end before
	if len(c.Nodes()) > 1 {
		c.disturb(period)
	} else {
		c.killFor(c.Nodes()[0], 2*time.Second)
	}
	h := wait()
	history, ok := h.samples, h.count(bench.OK)
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

// readOrWrite makes the operations of clients on single keys. The last client of
// each node only reads: one that writes is stuck in a write as soon as its node is
// cut off, and sees nothing of what the node answers then.
func (c *cluster) readOrWrite(clients int) next {
	return func(client int, rnd *rand.Rand, id uint64, _ time.Duration) bench.Op {
		op := bench.Op{Kind: bench.Read, Key: rnd.Uint64N(c.keys())}
		if client+len(c.Nodes()) < clients && rnd.IntN(2) == 0 {
			op.Kind, op.Arg = bench.Write, id
		}
		return op
	}
}
