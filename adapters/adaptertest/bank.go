package adaptertest

import (
	"math/rand/v2"
	"time"

	"nines/bench"
)

const (
	accounts  = 8
	endowment = 100 // of each account
)

// bank moves money between accounts, and looks at all of them at once: nobody may
// ever see another total.
func bank(c *cluster, period time.Duration) (wait func(), judge func() (ok int)) {
	var fill, all []bench.Micro
	for k := range uint64(accounts) {
		fill, all = append(fill, add(k, endowment)), append(all, readMicro(k))
	}
	c.do(c.session(c.Nodes()[0]), transact(1, fill...))
	end := c.crowd(period, 2*len(c.Nodes()), func(_ int, rnd *rand.Rand, id uint64, _ time.Duration) bench.Op {
		if rnd.IntN(4) == 0 {
			return transact(id, all...)
		}
		ks, sum := rnd.Perm(accounts), int64(rnd.IntN(endowment))
		return transact(id, add(uint64(ks[0]), -sum), add(uint64(ks[1]), sum))
	})
	judge = func() int {
		h := end()
		ok := h.count(bench.OK)
		c.readAtEnd(h, all)
		for i := range h.txns {
			r := &h.txns[i]
			if r.Reply == nil || len(r.Txn.Micros) < accounts {
				continue
			}
			var total int64
			for _, f := range r.Reply.Found {
				total += int64(f.Value)
			}
			if total != accounts*endowment {
				c.t.Errorf("somebody saw a total of %d, want %d: %v", total, accounts*endowment, r.Reply.Found)
			}
		}
		return ok
	}
	return func() { end() }, judge
}

// readAtEnd reads on every node, when all has healed.
func (c *cluster) readAtEnd(h *history, micros []bench.Micro) {
	c.t.Helper()
	for i, n := range c.Nodes() {
		cl := c.session(n)
		for try := range uint64(600) {
			op := transact(c.sessions<<32|1<<20|try, micros...)
			o := h.perform(c.t.Context(), cl, op, c.sessions, i, bench.Final)
			if o == bench.OK {
				break
			}
			if !c.s.Partitioned || o != bench.Rejected || try == 599 {
				c.t.Fatalf("a transaction that only reads ends %v on %s, when all has healed", o, n)
			}
			time.Sleep(timing.Heartbeat)
		}
	}
}
