package adaptertest

import (
	"fmt"
	"testing"

	"nines/bench"
)

// queueTxn empties queues, also those that come from the disk.
func queueTxn(_ *testing.T, c *cluster) {
	pop := func(key uint64) bench.Micro { return bench.Micro{Kind: bench.Pop, Key: key} }
	push := func(key, element uint64) bench.Micro { return bench.Micro{Kind: bench.Append, Key: key, Arg: element} }
	all := func(key uint64) bench.Micro { return bench.Micro{Kind: bench.List, Key: key} }
	for i, n := range c.Nodes() {
		k, cl := uint64(100*i+1), c.session(n)
		c.finds(cl, transact(k, push(k, 7), push(k, 8), push(k, 9)), "[{0 []} {0 []} {0 []}]")
		c.finds(cl, transact(k+1, pop(k)), "[{7 []}]")
		other := c.session(c.Nodes()[(i+1)%len(c.Nodes())])
		c.finds(other, transact(k+2, pop(k), pop(k), pop(k), all(k), readMicro(k)), "[{8 []} {9 []} {0 []} {0 []} {0 []}]")
	}
	for _, n := range c.Nodes() {
		c.kill(n)
	}
	for _, n := range c.Nodes() {
		c.restart(n)
	}
	c.ready()
	c.converge()
	for i, n := range c.Nodes() {
		k, cl := uint64(100*i+1), c.session(n)
		c.finds(cl, transact(k+3, pop(k), all(k), push(k, 10)), "[{0 []} {0 []} {0 []}]")
		c.finds(cl, transact(k+4, pop(k), pop(k)), "[{10 []} {0 []}]")
	}
	c.converge()
}

// scanTxn reads many keys at once, on every node. No node of a partitioned system
// can, and each says so.
func scanTxn(t *testing.T, c *cluster) {
	scan := func(from, n uint64) bench.Micro { return bench.Micro{Kind: bench.Scan, Key: from, Arg: n} }
	for i, n := range c.Nodes() {
		cl := c.session(n)
		if c.s.Partitioned {
			op := transact(1, scan(1, 10))
			if r, err := cl.Do(t.Context(), &op); !isRejected(err) {
				t.Errorf("%s: %v, %v", n, r, err)
			}
			continue
		}
		k := uint64(1000 * (i + 1)) // beyond those before
		for j, at := range []uint64{5, 1, 9, 3} {
			c.do(cl, transact(k+uint64(j), bench.Micro{Kind: bench.Write, Key: k + at, Arg: k + at}))
		}
		c.finds(cl, transact(k+10, scan(k, 3)), foundList(k+1, k+3, k+5))
		c.finds(cl, transact(k+11, scan(k+4, 100)), foundList(k+5, k+9))
		c.finds(cl, transact(k+12, scan(k+10, 100)), foundList())
		c.do(cl, transact(k+13, bench.Micro{Kind: bench.Write, Key: k + 6, Arg: k + 60}))
		c.finds(cl, transact(k+14, scan(k+5, 2)), foundList(k+5, k+60))
	}
	c.converge()
}

// foundList is what a transaction finds that finds only a list.
func foundList(es ...uint64) string { return fmt.Sprintf("[{0 %v}]", es) }
