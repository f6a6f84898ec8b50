package balance

import (
	"math/rand/v2"
	"sync/atomic"

	"nines/bench"
)

// outstanding is how many operations each node has that are not done, as the clients
// of one load know it: what a node has from probes, or from elsewhere, is not in it.
type outstanding []atomic.Int64

// Sent and Done implement [bench.Tracker].
func (o outstanding) Sent(node int) { o[node].Add(1) }

// Done counts an operation that is no longer outstanding.
func (o outstanding) Done(node int) { o[node].Add(-1) }

// least is the node with the fewest, but not the one that is left out; of several,
// the first from a node on.
func (o outstanding) least(from, except int) int {
	best, fewest := -1, int64(0)
	for i := range o {
		node := (from + i) % len(o)
		if n := o[node].Load(); node != except && (best < 0 || n < fewest) {
			best, fewest = node, n
		}
	}
	return best
}

// tracked is a picker that knows nothing of what is outstanding, for a load that has
// to know it nevertheless.
type tracked struct {
	bench.Picker
	outstanding
}

// leastLoadedPicker picks the node with the fewest outstanding operations; of several,
// each in turn.
type leastLoadedPicker struct {
	outstanding
	turn roundRobinPicker
}

func (p *leastLoadedPicker) Pick(op *bench.Op) int { return p.least(p.turn.Pick(op), -1) }

// twoChoicesPicker picks two nodes at random, and of these the one with fewer
// outstanding operations (Mitzenmacher, "The Power of Two Choices in Randomized Load
// Balancing", 2001).
type twoChoicesPicker struct {
	outstanding
	rng *rand.Rand
}

func (p *twoChoicesPicker) Pick(*bench.Op) int {
	n := len(p.outstanding)
	a := p.rng.IntN(n)
	if n == 1 {
		return a
	}
	b := (a + 1 + p.rng.IntN(n-1)) % n
	if p.outstanding[b].Load() < p.outstanding[a].Load() {
		return b
	}
	return a
}
