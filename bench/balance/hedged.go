package balance

import (
	"context"
	"sync"
	"time"

	"nines/bench"
)

// hedged asks the node and, if that takes long, a second one. It waits for the loser,
// which returns promptly as every client does that is given up: so nothing is out when
// the operation is done, and no session ever has two at a time.
func (c *client) hedged(ctx context.Context, node int, op *bench.Op) (bench.Reply, error) {
	c.hedges.earn()
	c.asked(node)
	h := second{client: c, ctx: ctx, op: op, first: node}
	began := time.Now()
	stop := func() {}
	if after, ok := c.hedgeAfter(); ok {
		stop = h.after(after)
	}
	first := c.request(ctx, node, op, &h.race, 0)
	took := time.Since(began)
	stop()
	if h.panicked != nil {
		panic(h.panicked)
	}
	if h.sent {
		c.route.Tries++
		c.route.Hedges++
	}
	if first.won || h.answer.won { // if it lost, it would have taken longer yet
		c.times.add(took)
	}
	if h.answer.won {
		c.route.Node = h.other
		return h.answer.reply, nil
	}
	return first.reply, first.err
}

// second is the second request for a read.
type second struct {
	*client
	ctx          context.Context
	op           *bench.Op
	first, other int // nodes
	race         race
	sent         bool
	answer       answer
	panicked     any
}

// after has the request sent after a time. stop sees to it that it is not, or that it is
// back.
func (h *second) after(d time.Duration) (stop func()) {
	var back sync.WaitGroup
	back.Add(1)
	timer := time.AfterFunc(d, func() {
		defer back.Done()
		defer func() { h.panicked = recover() }() // to be had where the engine looks out for it
		h.send()
	})
	return func() {
		if timer.Stop() {
			return
		}
		back.Wait()
	}
}

// send asks the other node that has the fewest operations outstanding.
func (h *second) send() {
	if h.sent = h.hedges.take(); !h.sent {
		return
	}
	h.other = h.load.least(h.first+1, h.first)
	h.load.Sent(h.other)
	defer h.load.Done(h.other)
	h.answer = h.request(h.ctx, h.other, h.op, &h.race, 1)
}
