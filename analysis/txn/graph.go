package txn

import (
	"cmp"
	"math/bits"
	"slices"

	"nines/bench"
)

// kinds is a set of kinds of edges.
type kinds uint8

// From one transaction to another that must come after it.
const (
	ww       kinds = 1 << iota // which wrote the next version of a key
	wr                         // which read what the first had written
	rw                         // which wrote the next version of what the first had read
	process                    // which the same session performed later
	realTime                   // which was sent after the first was done
	onward                     // not a step by itself: from a node that stands for no transaction
)

// String returns the name of a single kind.
func (k kinds) String() string {
	return [...]string{"ww", "wr", "rw", "process", "real time", "onward"}[bits.TrailingZeros8(uint8(k))]
}

// A link is an edge of the graph.
type link struct {
	from, to int32
	key      int32 // on which; none for process and realTime
	kind     kinds
}

// A graph has the transactions as its first nodes. The others stand for none:
// they keep the number of edges linear, as the package comment says.
type graph struct {
	txns  int // nodes that are transactions
	nodes int
	links []link
	first []int32 // links of node n are first[n] to first[n+1], once sorted
}

func (g *graph) add(from, to, key int32, kind kinds) {
	if from != to {
		g.links = append(g.links, link{from, to, key, kind})
	}
}

// node adds one that stands for no transaction.
func (g *graph) node() int32 {
	g.nodes++
	return int32(g.nodes - 1)
}

// sort orders the links by where they begin, by counting.
func (g *graph) sort() {
	g.first = make([]int32, g.nodes+1)
	for i := range g.links {
		g.first[g.links[i].from+1]++
	}
	for n := range g.nodes {
		g.first[n+1] += g.first[n]
	}
	at := slices.Clone(g.first)
	sorted := make([]link, len(g.links))
	for _, l := range g.links {
		sorted[at[l.from]] = l
		at[l.from]++
	}
	g.links = sorted
}

// components numbers the strongly connected components of the links of some
// kinds, and returns the number of each node and the size of each component.
// It is Tarjan's algorithm (SIAM J. Comput. 1(2), 1972) with its own stack.
func (g *graph) components(of kinds) (number, size []int32) {
	const unseen = -1
	number = make([]int32, g.nodes)
	low := make([]int32, g.nodes)
	at := make([]int32, g.nodes) // order of the visit, then the next link to follow
	order := make([]int32, g.nodes)
	for n := range number {
		number[n], order[n] = none, unseen
	}
	var path, stack []int32
	visited := int32(0)
	for root := range int32(g.nodes) {
		if order[root] != unseen {
			continue
		}
		path = append(path, root)
		for len(path) > 0 {
			n := path[len(path)-1]
			if order[n] == unseen {
				order[n], low[n], at[n] = visited, visited, g.first[n]
				visited++
				stack = append(stack, n)
			}
			deeper := false
			for ; at[n] < g.first[n+1]; at[n]++ {
				l := &g.links[at[n]]
				if l.kind&of == 0 || number[l.to] != none {
					continue
				}
				if order[l.to] == unseen {
					path, deeper = append(path, l.to), true
					break
				}
				low[n] = min(low[n], low[l.to])
			}
			if deeper {
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				up := path[len(path)-1]
				low[up] = min(low[up], low[n])
			}
			if low[n] != order[n] {
				continue
			}
			count := int32(0)
			for top := none; top != n; count++ {
				top = stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				number[top] = int32(len(size))
			}
			size = append(size, count)
		}
	}
	return number, size
}

// link builds the graph.
func (h *history) link() {
	g := &h.graph
	g.txns, g.nodes = len(h.ops), len(h.ops)
	g.links = make([]link, 0, 4*len(h.ops)+len(h.written)+len(h.lists)+2*len(h.regs))
	h.linkLists()
	h.linkRegisters()
	if h.strict {
		h.linkSessions()
		h.linkTime()
	}
	g.sort()
}

// linkSessions joins consecutive operations of each session. Two that took no
// time, at one instant, have no order.
func (h *history) linkSessions() {
	var ops []int32
	for n := range h.ops {
		if h.ops[n].happened {
			ops = append(ops, int32(n))
		}
	}
	of := func(n int32) *bench.Sample { return &h.samples[h.ops[n].sample] }
	slices.SortFunc(ops, func(a, b int32) int { return cmp.Or(cmp.Compare(of(a).Session, of(b).Session), cmp.Compare(a, b)) })
	for i := 1; i < len(ops); i++ {
		a, b := of(ops[i-1]), of(ops[i])
		if a.Session == b.Session && a.Outcome == bench.OK && a.Done <= b.Sent && (a.Sent < b.Sent || a.Done < b.Done) {
			h.graph.add(ops[i-1], ops[i], none, process)
		}
	}
}

// linkTime joins operations to those sent after they were done, by way of nodes
// for instants: what was done before an instant leads to it, instants lead on to
// later ones, and to what was sent then.
func (h *history) linkTime() {
	g := &h.graph
	var ended []int32 // by when they were done
	for n := range h.ops {
		if o := &h.ops[n]; o.happened && o.outcome == bench.OK {
			ended = append(ended, int32(n))
		}
	}
	slices.SortFunc(ended, func(a, b int32) int { return cmp.Or(cmp.Compare(h.ops[a].done, h.ops[b].done), cmp.Compare(a, b)) })
	instant := none
	for n := range h.ops { // by when they were sent
		o := &h.ops[n]
		if !o.happened {
			continue
		}
		passed := 0
		for passed < len(ended) && h.ops[ended[passed]].done < o.sent {
			passed++
		}
		if passed > 0 {
			later := g.node()
			if instant != none {
				g.add(instant, later, none, realTime)
			}
			for _, e := range ended[:passed] {
				g.add(e, later, none, realTime)
			}
			instant, ended = later, ended[passed:]
		}
		if instant != none {
			g.add(instant, int32(n), none, realTime)
		}
	}
}
