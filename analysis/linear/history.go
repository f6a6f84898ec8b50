package linear

import (
	"math"
	"time"

	"nines/bench"
)

// none stands for no operation and no cluster.
const none int32 = -1

// always is before every instant: when the initial values were written.
const always time.Duration = math.MinInt64

// A history is the clusters of all keys, as the package comment defines them.
// Operations are numbered as the samples are.
type history struct {
	samples  []bench.Sample
	nodes    []string
	ids      index     // numbers the clusters
	clusters []cluster // by number
	ops      int
	keys     int
	illegal  int  // keys
	flaw     flaw // the earliest
}

// A cluster is one value of one key. The cluster of a key's initial value
// stands for the key, too: it is the root of the key's clusters.
type cluster struct {
	first edge // the earliest Done of the operations that found the value and left it
	last  edge // the latest Sent of those

	root   int32
	writer int32 // the operation that wrote the value; none for an initial one
	prev   int32 // the cluster whose value the writer swapped for this one's
	next   int32 // the cluster whose writer swapped this one's value away

	walked bool // the block that it belongs to was formed

	fate   fate  // of the key; of a root only
	misfit int32 // an operation because of which the key must be searched; of a root only
}

// An edge is an end of a span of operations: an instant, whose it is, and the
// operation's cluster.
type edge struct {
	at time.Duration
	op int32
	in int32
}

// fate is what is known of a key so far.
type fate uint8

const (
	open      fate = iota // nothing wrong yet
	condemned             // illegal
	searched              // outside the fast check
)

// A flaw explains why a key is illegal.
type flaw struct {
	at      time.Duration // when the last operation of the witness was sent
	explain func() (why string, bad []int)
}

func newHistory(samples []bench.Sample, writes int, nodes []string) *history {
	size := writes + writes/8 + 16 // for the roots, too: it grows if there are many
	return &history{
		samples: samples, nodes: nodes,
		ids: newIndex(size), clusters: make([]cluster, 0, size),
	}
}

// cluster returns the number of a value's cluster, which is new with the given
// root and writer if there is none.
func (h *history) cluster(key, value uint64, root, writer int32) (c int32, fresh bool) {
	c, fresh = h.ids.add(pair{key, value})
	if fresh {
		h.clusters = append(h.clusters, cluster{
			first: edge{at: bench.Never, op: none}, last: edge{at: always, op: none},
			root: root, writer: writer, prev: none, next: none,
		})
	}
	return c, fresh
}

// root returns the root of a key.
func (h *history) root(key uint64) int32 {
	c, fresh := h.cluster(key, bench.IdleValue, none, none)
	if fresh {
		h.clusters[c].root = c
		h.keys++
	}
	return c
}

// addWrites makes a cluster of each value that was or may have been written.
func (h *history) addWrites() {
	for i := range h.samples {
		s := &h.samples[i]
		if !takesPart(s) {
			continue
		}
		h.ops++
		root := h.root(s.Key)
		if !writesValue(s) {
			continue
		}
		if _, fresh := h.cluster(s.Key, s.Arg, root, int32(i)); !fresh {
			r := &h.clusters[root]
			if r.fate == open {
				r.fate, r.misfit = searched, int32(i)
			}
		}
	}
}

// addReads puts each operation that found a value and left it into the value's
// cluster.
func (h *history) addReads() {
	for i := range h.samples {
		s := &h.samples[i]
		if s.Outcome != bench.OK || s.Kind == bench.Write || writesValue(s) {
			continue
		}
		id := h.ids.find(pair{s.Key, s.Result})
		if id == none {
			h.unwritten(int32(i), s.Result)
			continue
		}
		c := &h.clusters[id]
		if s.Done < c.first.at {
			c.first = edge{s.Done, int32(i), id}
		}
		if s.Sent > c.last.at {
			c.last = edge{s.Sent, int32(i), id}
		}
	}
}

// chain links the clusters that swaps join.
func (h *history) chain() {
	for i := range h.clusters {
		c := int32(i)
		if h.swapped(c) && (h.writer(c).Outcome == bench.OK || h.clusters[c].first.op != none) {
			for c != none && h.swapped(c) {
				c = h.link(c)
			}
		}
	}
}

// writer returns the operation that wrote a cluster's value.
func (h *history) writer(c int32) *bench.Sample { return &h.samples[h.clusters[c].writer] }

// swapped reports whether a cluster's value was written by a compare-and-swap,
// on a key that is still open.
func (h *history) swapped(c int32) bool {
	cl := &h.clusters[c]
	return cl.writer != none && h.samples[cl.writer].Kind == bench.CAS && h.clusters[cl.root].fate == open
}

// link chains a swap that took effect to the cluster whose value it found. It
// returns that cluster if this is the first evidence that it was written.
func (h *history) link(c int32) int32 {
	w := h.writer(c)
	p := h.ids.find(pair{w.Key, w.Expect})
	if p == none {
		h.unwritten(h.clusters[c].writer, w.Expect)
		return none
	}
	from := &h.clusters[p]
	if from.next != none {
		h.swappedTwice(p, from.next, c)
		return none
	}
	evident := h.evident(p)
	from.next, h.clusters[c].prev = c, p
	if evident {
		return none
	}
	return p
}

// evident reports whether a cluster's value is known to have been written.
func (h *history) evident(c int32) bool {
	cl := &h.clusters[c]
	return cl.writer == none || h.samples[cl.writer].Outcome == bench.OK || cl.first.op != none || cl.next != none
}
