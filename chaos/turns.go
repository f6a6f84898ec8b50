package chaos

import (
	"math/rand/v2"
	"slices"
	"time"
)

// constrainedTurns: the hub misses what the leader appends, and then is the only
// one that a quorum is connected to.
func constrainedTurns(_ *rand.Rand, f *fault, on [][]int, n int) turns {
	hub := on[0][0]
	return inOrderOf([]timed{
		{0, turn{hurt: between(f, on, n), with: LinkFault{Cut: true}}},
		{f.amount.d, turn{hurt: wires(n, func(from, to int) bool { return from != hub && to != hub }), with: LinkFault{Cut: true}}},
	})
}

type timed struct {
	after time.Duration
	turn
}

// inOrderOf takes these turns and no more.
func inOrderOf(list []timed) turns {
	return func() (time.Duration, turn, bool) {
		if len(list) == 0 {
			return 0, turn{}, false
		}
		t := list[0]
		list = list[1:]
		return t.after, t.turn, true
	}
}

// flakyTurns: each link goes down and up by itself. What goes down together is
// the two directions between two nodes, or the one that the fault names.
func flakyTurns(r *rand.Rand, f *fault, on [][]int, n int) turns {
	var links [][]wire
	all := scope(f, on, n)
	for _, w := range all {
		back := wire{w.to, w.from}
		switch {
		case f.arrow || !slices.Contains(all, back):
			links = append(links, []wire{w})
		case w.from < w.to:
			links = append(links, []wire{w, back})
		}
	}
	stay := func() time.Duration {
		d := f.amount.d
		if j := f.amount.jitter; j > 0 {
			d += time.Duration(r.Int64N(int64(2*j)+1)) - j
		}
		return max(d, shortestTurn)
	}
	var now time.Duration
	change, down := make([]time.Duration, len(links)), make([]bool, len(links))
	begun := false
	return func() (time.Duration, turn, bool) {
		if !begun {
			begun = true
			for i := range links {
				change[i], down[i] = stay(), true
			}
			return 0, turn{hurt: all, with: LinkFault{Cut: true}}, true
		}
		i := slices.Index(change, slices.Min(change))
		after := change[i] - now
		now = change[i]
		change[i] += stay()
		down[i] = !down[i]
		if down[i] {
			return after, turn{hurt: links[i], with: LinkFault{Cut: true}}, true
		}
		return after, turn{heal: links[i]}, true
	}
}

// swizzleTurns: nodes are clogged one by one and unclogged in another order, as
// FoundationDB's simulator does ("Simulation and Testing" in its documentation),
// over and over.
func swizzleTurns(r *rand.Rand, f *fault, on [][]int, n int) turns {
	clogged := make([]bool, n)
	var clogs, unclogs []int // still to come
	begun := false
	return func() (time.Duration, turn, bool) {
		after := f.amount.d
		if !begun {
			begun, after = true, 0
		}
		if len(clogs)+len(unclogs) == 0 {
			clogs, unclogs = shuffled(r, on[0]), shuffled(r, on[0])
			for len(clogs) > 1 && slices.Equal(clogs, unclogs) {
				unclogs = shuffled(r, on[0])
			}
		}
		of := func(node int) []wire { // with the nodes that are not clogged
			return wires(n, func(from, to int) bool {
				return from == node && !clogged[to] || to == node && !clogged[from]
			})
		}
		if len(clogs) > 0 {
			node := clogs[0]
			clogs = clogs[1:]
			list := of(node)
			clogged[node] = true
			return after, turn{hurt: list, with: LinkFault{Clog: true}}, true
		}
		node := unclogs[0]
		unclogs = unclogs[1:]
		clogged[node] = false
		return after, turn{heal: of(node)}, true
	}
}

func shuffled(r *rand.Rand, list []int) []int {
	list = slices.Clone(list)
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// resetTurns: every connection is reset at the same time.
func resetTurns(_ *rand.Rand, f *fault, on [][]int, n int) turns {
	links := scope(f, on, n)
	reset := turn{hurt: links, with: LinkFault{Reset: true}}
	if f.amount.d == 0 {
		return inOrderOf([]timed{{0, reset}})
	}
	begun := false
	return func() (time.Duration, turn, bool) {
		if !begun {
			begun = true
			return 0, reset, true
		}
		return f.amount.d, turn{heal: links, hurt: links, with: reset.with}, true
	}
}
