package balance

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"nines/bench"
)

// pickers returns a function that makes the picker of stream or session i. Random
// choices follow from seed and i.
func (p Policy) pickers(nodes []string, seed uint64, leads func() int, load outstanding) (func(i int) bench.Picker, error) {
	if len(nodes) == 0 {
		return nil, fmt.Errorf("balance %v: no nodes", p)
	}
	table := make([]uint64, len(nodes)) // cumulative weights
	for _, w := range p.weights {
		i := slices.Index(nodes, w.node)
		if i < 0 {
			return nil, fmt.Errorf("balance %v: %w", p, bench.UnknownName("node", w.node, nodes))
		}
		table[i] = uint64(w.n)
	}
	for i := range table[1:] {
		table[i+1] += table[i]
	}
	rng := func(i int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(i))) }
	switch p.kind {
	case pinned:
		node := bench.Pinned(slices.Index(nodes, p.weights[0].node))
		return func(int) bench.Picker { return node }, nil
	case weighted:
		return func(i int) bench.Picker { return &weightedPicker{table, rng(i)} }, nil
	case random:
		return func(i int) bench.Picker { return &randomPicker{len(nodes), rng(i)} }, nil
	case twoChoices:
		return func(i int) bench.Picker { return &twoChoicesPicker{load, rng(i)} }, nil
	case leastLoaded:
		return func(i int) bench.Picker { return &leastLoadedPicker{load, turns(i, len(nodes))} }, nil
	case leader:
		if leads == nil {
			return nil, errors.New("balance leader: the system does not tell who leads")
		}
		return func(i int) bench.Picker { return &leaderPicker{leads, turns(i, len(nodes))} }, nil
	case owner:
		if p.owner != nil {
			return func(int) bench.Picker { return ownerPicker(p.owner) }, nil
		}
	}
	return func(i int) bench.Picker { p := turns(i, len(nodes)); return &p }, nil
}

// roundRobinPicker takes the nodes in turn.
type roundRobinPicker struct{ next, nodes int }

// turns starts with another node for each i, so that many sessions do not go
// round in step.
func turns(i, nodes int) roundRobinPicker { return roundRobinPicker{i % nodes, nodes} }

func (p *roundRobinPicker) Pick(*bench.Op) int {
	node := p.next
	if p.next++; p.next == p.nodes {
		p.next = 0
	}
	return node
}

type randomPicker struct {
	nodes int
	rng   *rand.Rand
}

func (p *randomPicker) Pick(*bench.Op) int { return p.rng.IntN(p.nodes) }

type weightedPicker struct {
	table []uint64 // the sum of the weights up to each node
	rng   *rand.Rand
}

func (p *weightedPicker) Pick(*bench.Op) int {
	u := p.rng.Uint64N(p.table[len(p.table)-1])
	node := 0
	for u >= p.table[node] {
		node++
	}
	return node
}

// ownerPicker picks the owner of the operation's key: of a transaction, its first.
type ownerPicker func(key uint64) int

func (p ownerPicker) Pick(op *bench.Op) int { return p(op.Key) }

// leaderPicker picks the leader, and the nodes in turn while there is none.
type leaderPicker struct {
	leads  func() int
	others roundRobinPicker
}

func (p *leaderPicker) Pick(op *bench.Op) int {
	if node := p.leads(); node >= 0 && node < p.others.nodes {
		return node
	}
	return p.others.Pick(op)
}
