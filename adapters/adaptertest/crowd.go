package adaptertest

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"nines/bench"
)

// next makes a client's next operation, at an instant since the clients began. id
// is unique.
type next func(client int, rnd *rand.Rand, id uint64, at time.Duration) bench.Op

// history is what clients have seen.
type history struct {
	base    time.Time // instant 0
	samples []bench.Sample
	txns    []bench.TxnRecord
}

// crowd starts n clients, spread over the nodes. wait returns their histories
// together when all have ended.
func (c *cluster) crowd(period time.Duration, n int, next next) (wait func() *history) {
	var clients sync.WaitGroup
	base := time.Now()
	all := make([]history, n)
	for i := range n {
		all[i].base = base
		clients.Go(func() { c.client(&all[i], period, i, next) })
	}
	return func() *history {
		clients.Wait()
		h := &history{base: base}
		for i := range all {
			h.samples = append(h.samples, all[i].samples...)
			h.txns = append(h.txns, all[i].txns...)
		}
		return h
	}
}

// client performs operations on node i modulo the number of nodes, one after the
// other, and records them.
func (c *cluster) client(h *history, period time.Duration, i int, next next) {
	var (
		rnd     = rand.New(rand.NewPCG(7, uint64(i)))
		node    = i % len(c.Nodes())
		session = uint64(1000 * (i + 1))
		id      = session * 1_000_000
		cl      bench.Client
	)
	for time.Since(h.base) < period {
		if cl == nil {
			session++
			var err error
			if cl, err = c.Dial(context.Background(), c.Nodes()[node], session); err != nil {
				cl = nil
				time.Sleep(50 * time.Millisecond)
				continue
			}
		}
		id++
		op := next(i, rnd, id, time.Since(h.base))
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		if h.perform(ctx, cl, op, session, node, bench.Main) == bench.Unknown {
			cl = nil
		}
		cancel()
		time.Sleep(time.Duration(rnd.IntN(20)) * time.Millisecond)
	}
}

// perform performs an operation and records it.
func (h *history) perform(ctx context.Context, cl bench.Client, op bench.Op, session uint64, node int, class bench.Class) bench.Outcome {
	op.Size = 16
	s := bench.Sample{
		Sent: time.Since(h.base), Session: session, Node: uint16(node),
		Key: op.Key, Arg: op.Arg, Kind: op.Kind, Size: op.Size, Class: class,
	}
	r, err := cl.Do(ctx, &op)
	s.Due, s.Done, s.Result, s.Outcome = s.Sent, time.Since(h.base), r.Value, bench.OutcomeOf(err)
	h.samples = append(h.samples, s)
	if op.Kind == bench.Transact {
		h.txns = append(h.txns, bench.TxnRecord{ID: op.Arg, Txn: op.Txn, Reply: r.Txn})
	}
	return s.Outcome
}

// count is how many operations ended so.
func (h *history) count(o bench.Outcome) (n int) {
	for i := range h.samples {
		if h.samples[i].Outcome == o {
			n++
		}
	}
	return n
}
