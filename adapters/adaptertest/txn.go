package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"nines/bench"
)

// transactions tests a system that has them.
func transactions(t *testing.T, s System) {
	runAll(t, s, []test{
		{"every node serves them", anyone, everyTxn},
		{"what is taken from a queue is gone", anyone, queueTxn},
		{"scans find keys in order", anyone, scanTxn},
		{"an aborted one has no effect", anyone, abortedTxn},
		{"one that is wrong is rejected and harms nobody", anyone, wrongTxn},
		{"a retried one is applied once", replicated, onceTxn},
		{"acknowledged ones survive the kill of every node", anyone, durableTxn},
		{"what they carry is counted", anyone, cost},
		{"those that want the same keys all end", anyone, contention},
	})
	t.Run("transfers keep the total", func(t *testing.T) { storms(t, s, 10, bank) })
	t.Run("appends are serializable", func(t *testing.T) { storms(t, s, 10, lists) })
}

func transact(id uint64, ms ...bench.Micro) bench.Op {
	return bench.Op{Kind: bench.Transact, Key: ms[0].Key, Arg: id, Size: 16, Txn: &bench.Txn{Micros: ms}}
}

func add(key uint64, n int64) bench.Micro {
	return bench.Micro{Kind: bench.Add, Key: key, Arg: uint64(n)}
}

func readMicro(key uint64) bench.Micro { return bench.Micro{Kind: bench.Read, Key: key} }

// finds performs a transaction and holds what it finds against want, in the notation
// of package fmt.
func (c *cluster) finds(cl bench.Client, op bench.Op, want string) {
	c.t.Helper()
	if got := fmt.Sprint(c.do(cl, op).Txn.Found); got != want {
		c.t.Errorf("transaction %d found %s, want %s", op.Arg, got, want)
	}
}

// everyTxn has each node do every micro-operation on keys of its own, which in a
// partitioned system are spread over all nodes.
func everyTxn(_ *testing.T, c *cluster) {
	for i, n := range c.Nodes() {
		k, cl := uint64(100*i), c.session(n)
		c.finds(cl, transact(k+1,
			bench.Micro{Kind: bench.Write, Key: k + 1, Arg: k + 50},
			bench.Micro{Kind: bench.Append, Key: k + 2, Arg: 7},
			bench.Micro{Kind: bench.Append, Key: k + 2, Arg: 8},
			bench.Micro{Kind: bench.List, Key: k + 2},
			add(k+3, 30), add(k+4, 0), add(k+5, 10),
			bench.Micro{Kind: bench.Read, Key: k + 6},
		), "[{0 []} {0 []} {0 []} {0 [7 8]} {0 []} {0 []} {0 []} {0 []}]")
		c.finds(cl, transact(k+2,
			bench.Micro{Kind: bench.CAS, Key: k + 1, Expect: k + 50, Arg: k + 51},
			bench.Micro{Kind: bench.Append, Key: k + 2, Arg: 9},
			add(k+3, -30), add(k+4, 30),
			bench.Micro{Kind: bench.Read, Key: k + 1},
		), fmt.Sprintf("[{%d []} {0 []} {30 []} {0 []} {%d []}]", k+50, k+51))
		// Another node sees it.
		c.finds(c.session(c.Nodes()[(i+1)%len(c.Nodes())]), transact(k+3,
			bench.Micro{Kind: bench.List, Key: k + 2}, bench.Micro{Kind: bench.List, Key: k + 7},
			readMicro(k+1), readMicro(k+3), readMicro(k+4), readMicro(k+5),
		), fmt.Sprintf("[{0 [7 8 9]} {0 []} {%d []} {0 []} {30 []} {10 []}]", k+51))
		if !c.s.Stale {
			if got := c.read(cl, k+4); got != 30 {
				c.t.Errorf("a read of a number is %d, want 30", got)
			}
		}
	}
	c.converge()
}

// abortedTxn has a transaction fail in its midst, on every node.
func abortedTxn(t *testing.T, c *cluster) {
	cl := c.session(c.Nodes()[0])
	const keys = 12
	var fill, look []bench.Micro
	for k := range uint64(keys) {
		fill, look = append(fill, add(k, 10)), append(look, readMicro(k))
	}
	c.do(cl, transact(1, fill...))
	for i, n := range c.Nodes() {
		for j, fails := range []bench.Micro{add(5, -11), {Kind: bench.CAS, Key: 5, Expect: 99, Arg: 98}} {
			op := transact(uint64(10*i+j+2), add(1, 1), add(2, 1), add(3, 1), bench.Micro{Kind: bench.Append, Key: 100, Arg: 1},
				fails, add(9, 1), bench.Micro{Kind: bench.Append, Key: 101, Arg: 1})
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			r, err := c.session(n).Do(ctx, &op)
			cancel()
			if !errors.Is(err, bench.ErrAborted) {
				t.Errorf("%s: a transaction whose %v fails: %v, %v", n, fails.Kind, r.Txn, err)
			}
		}
	}
	look = append(look, bench.Micro{Kind: bench.List, Key: 100}, bench.Micro{Kind: bench.List, Key: 101})
	for i, f := range c.do(cl, transact(1000, look...)).Txn.Found {
		if i < keys && f.Value != 10 || len(f.List) > 0 {
			t.Errorf("key %d is %d, %v: an aborted transaction had an effect", look[i].Key, f.Value, f.List)
		}
	}
	c.converge()
}

// wrongTxn asks for what cannot be.
func wrongTxn(t *testing.T, c *cluster) {
	for _, n := range c.Nodes() {
		cl := c.session(n)
		for _, op := range []bench.Op{
			{Kind: bench.Transact, Arg: 1, Size: 16},
			transact(1, bench.Micro{Kind: bench.Transact}),
			transact(1, readMicro(1), bench.Micro{Kind: bench.Write, Key: 1}),
		} {
			if r, err := cl.Do(t.Context(), &op); !isRejected(err) {
				t.Errorf("%s: %+v: %v, %v", n, op, r, err)
			}
		}
		c.finds(cl, transact(2, readMicro(1)), "[{0 []}]")
	}
	c.converge()
}

// onceTxn submits transactions several times: one that takes effect, and one that
// is aborted, and must be for good.
func onceTxn(t *testing.T, c *cluster) {
	r := c.leading()
	repeated := transact(1, add(5, 10), bench.Micro{Kind: bench.Append, Key: 6, Arg: 1})
	for attempt := range uint64(3) {
		a := submit(t, r, 77, 1, attempt+1, repeated)
		if a.err != nil || fmt.Sprint(a.reply.Txn.Found) != "[{0 []} {0 []}]" {
			t.Errorf("attempt %d: %+v: it was applied again", attempt, a)
		}
	}
	failing := transact(2, add(7, 1), add(5, -20))
	for attempt := range uint64(3) {
		if a := submit(t, r, 78, 1, attempt+1, failing); !errors.Is(a.err, bench.ErrAborted) {
			t.Errorf("attempt %d at a transaction that was aborted: %+v", attempt, a)
		}
		if attempt == 0 { // from now on it would succeed
			submit(t, r, 79, 1, 1, transact(3, add(5, 90)))
		}
	}
	a := submit(t, r, 80, 1, 1, transact(4, readMicro(5), readMicro(7), bench.Micro{Kind: bench.List, Key: 6}))
	if a.err != nil || fmt.Sprint(a.reply.Txn.Found) != "[{100 []} {0 []} {0 [1]}]" {
		t.Errorf("in the end: %+v", a)
	}
}

// durableTxn kills every node at once.
func durableTxn(_ *testing.T, c *cluster) {
	cl := c.session(c.Nodes()[0])
	const keys, rounds = 10, 120 // more than a snapshot
	for i := range uint64(rounds) {
		k := i % keys
		c.do(cl, transact(i+1, add(k, 10), add((k+1)%keys, 3), bench.Micro{Kind: bench.Append, Key: 100 + k, Arg: i + 1}))
	}
	for _, n := range c.Nodes() {
		c.kill(n)
	}
	for _, n := range c.Nodes() {
		c.restart(n)
	}
	c.ready()
	c.converge()
	for k := range uint64(keys) {
		var want []uint64
		for i := k; i < rounds; i += keys {
			want = append(want, i+1)
		}
		c.finds(cl, transact(rounds+k+1, readMicro(k), bench.Micro{Kind: bench.List, Key: 100 + k}),
			fmt.Sprintf("[{%d []} {0 %v}]", 13*rounds/keys, want))
	}
}

// cost writes large values, and looks at what the cluster says it spent.
func cost(t *testing.T, c *cluster) {
	c.ready()
	const size = 10_000
	op := transact(1, bench.Micro{Kind: bench.Write, Key: 1, Arg: 1}, bench.Micro{Kind: bench.Read, Key: 2}, bench.Micro{Kind: bench.CAS, Key: 3, Arg: 1})
	op.Size = size
	quorum := uint64(1)
	if !c.s.Partitioned {
		quorum = uint64(c.s.Nodes/2 + 1)
	}
	before := c.Cost()
	c.do(c.session(c.target()), op)
	got := c.Cost().Less(before)
	if got.DiskBytes < quorum*2*size || got.Bytes < (quorum-1)*2*size {
		t.Errorf("a transaction that writes two values of %d bytes cost %+v, and %d nodes must have them", size, got, quorum)
	}
}

// contention has many clients want the same few keys, each in an order of its own.
// Nothing fails, so all must end, most of them well: what a system does against
// deadlocks must let somebody through. Only where there is no leader may one be
// outbid until its client gives up.
func contention(t *testing.T, c *cluster) {
	const keys, period = 4, 3 * time.Second
	c.ready()
	h := c.crowd(period, 4*len(c.Nodes()), func(_ int, rnd *rand.Rand, id uint64, _ time.Duration) bench.Op {
		order := rnd.Perm(keys)
		return transact(id, add(uint64(order[0]), 1), add(uint64(order[1]), 1), add(uint64(order[2]), 1))
	})()
	ok, unknown := h.count(bench.OK), h.count(bench.Unknown)
	if unknown > 0 && !c.s.Leaderless || ok < len(h.samples)/2 || ok < 100 {
		t.Errorf("of %d transactions %d succeeded and %d ended unknown", len(h.samples), ok, unknown)
	}
	c.converge()
	var sum uint64
	for _, f := range c.do(c.session(c.Nodes()[0]), transact(1, readMicro(0), readMicro(1), readMicro(2), readMicro(3))).Txn.Found {
		sum += f.Value
	}
	if sum < uint64(3*ok) || sum > uint64(3*(ok+unknown)) {
		t.Errorf("%d transactions, and perhaps %d more, have added %d in all, want three each", ok, unknown, sum)
	}
}
