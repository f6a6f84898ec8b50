package adaptertest

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"nines/analysis/txn"
	"nines/bench"
)

// A list is in use for a while, so that none grows long.
const (
	listsAtOnce  = 6
	listsInUse   = 500 * time.Millisecond
	listMicros   = 4  // at most, in one transaction
	elementsEach = 10 // element numbers for each transaction
)

// lists appends unique elements to lists and looks at them, several in one
// transaction: the history must be strictly serializable.
func lists(c *cluster, period time.Duration) (wait func(), judge func() (ok int)) {
	end := c.crowd(period, 2*len(c.Nodes()), func(_ int, rnd *rand.Rand, id uint64, at time.Duration) bench.Op {
		var ms []bench.Micro
		for i := range uint64(1 + rnd.IntN(listMicros)) {
			m := bench.Micro{Kind: bench.List, Key: uint64(at/listsInUse)*listsAtOnce + rnd.Uint64N(listsAtOnce)}
			if rnd.IntN(2) == 0 {
				m.Kind, m.Arg = bench.Append, id*elementsEach+i
			}
			ms = append(ms, m)
		}
		return transact(id, ms...)
	})
	judge = func() int {
		h := end()
		ok := h.count(bench.OK)
		final := c.finalLists(h, period)
		c.judgeElements(h, final)
		if r := txn.Check(context.Background(), h.samples, h.txns, txn.Options{Nodes: c.Nodes()}); r.Verdict != txn.OK {
			c.t.Errorf("%d transactions: %v: %s", len(h.samples), r.Verdict, r.Why)
		}
		return ok
	}
	return func() { end() }, judge
}

// finalLists reads every list on every node; all must agree.
func (c *cluster) finalLists(h *history, period time.Duration) map[uint64][]uint64 {
	c.t.Helper()
	final := make(map[uint64][]uint64)
	for first := uint64(0); first < uint64(period/listsInUse+1)*listsAtOnce; first += listsAtOnce {
		var ms []bench.Micro
		for i := range uint64(listsAtOnce) {
			ms = append(ms, bench.Micro{Kind: bench.List, Key: first + i})
		}
		before := len(h.txns)
		c.readAtEnd(h, ms)
		for _, r := range h.txns[before:] {
			if r.Reply == nil {
				continue
			}
			for i, f := range r.Reply.Found {
				key := first + uint64(i)
				if other, ok := final[key]; ok && !slices.Equal(f.List, other) {
					c.t.Errorf("list %d is %v in the end, and on another node %v", key, f.List, other)
				}
				final[key] = f.List
			}
		}
	}
	return final
}

// judgeElements checks what needs no theory: every acknowledged element is there
// once, none of a transaction that was rejected is, a transaction's are there all
// or none, and what anybody saw of a list is how it began.
func (c *cluster) judgeElements(h *history, final map[uint64][]uint64) {
	outcome := make(map[uint64]bench.Outcome)
	for i := range h.samples {
		outcome[h.samples[i].Arg] = h.samples[i].Outcome
	}
	for i := range h.txns {
		r := &h.txns[i]
		appended, there := 0, 0
		for j, m := range r.Txn.Micros {
			list := final[m.Key]
			switch {
			case m.Kind == bench.Append:
				appended++
				n := occurrences(list, m.Arg)
				there += n
				if n > 1 {
					c.t.Errorf("element %d stands %d times in list %d", m.Arg, n, m.Key)
				}
			case r.Reply != nil && !isPrefix(r.Reply.Found[j].List, list):
				c.t.Errorf("somebody saw list %d as %v, and it began as %v", m.Key, r.Reply.Found[j].List, list)
			}
		}
		o := outcome[r.ID]
		if there != 0 && there != appended || o == bench.OK && there != appended || o == bench.Rejected && there != 0 {
			c.t.Errorf("of transaction %d, which ended %v, %d of %d elements are there", r.ID, o, there, appended)
		}
	}
}

func occurrences(list []uint64, e uint64) (n int) {
	for _, other := range list {
		if other == e {
			n++
		}
	}
	return n
}

func isPrefix(seen, list []uint64) bool {
	return len(seen) <= len(list) && slices.Equal(seen, list[:len(seen)])
}
