package linear

import (
	"cmp"
	"slices"
	"time"

	"nines/bench"
)

// A zone is what matters of a block when blocks are ordered.
type zone struct {
	first, last time.Duration // the earliest Done and the latest Sent of its operations
	root, head  int32         // the block's key, and the cluster that begins it
}

func (z *zone) forward() bool { return z.first < z.last }

// A block is a chain of clusters: its edges say whose a zone's instants are.
type block struct {
	root  int32
	first edge
	last  edge
}

// order forms the blocks of all open keys and looks for an order of them.
func (h *history) order() {
	zones := h.zones()
	slices.SortFunc(zones, func(a, b zone) int {
		if a.root != b.root {
			return cmp.Compare(a.root, b.root)
		}
		return cmp.Compare(a.first, b.first)
	})
	// Forward zones that do not overlap rise in both ends, so that only the
	// last one can contain what comes next.
	var last *zone
	for i := range zones {
		z := &zones[i]
		if last != nil && last.root != z.root {
			last = nil
		}
		if h.clusters[z.root].fate != open {
			continue
		}
		if last != nil && last.first < z.last && z.first < last.last {
			h.conflict(last.head, z.head)
			continue
		}
		if z.forward() {
			last = z
		}
	}
}

// zones forms the blocks of all keys that are still open.
func (h *history) zones() []zone {
	zones := make([]zone, 0, len(h.clusters))
	for c := range h.clusters {
		cl := &h.clusters[c]
		if cl.prev != none || h.clusters[cl.root].fate != open || !h.evident(int32(c)) {
			continue
		}
		if b, ok := h.block(int32(c)); ok {
			zones = append(zones, zone{b.first.at, b.last.at, b.root, int32(c)})
		}
	}
	for c := range h.clusters {
		cl := &h.clusters[c]
		if cl.prev != none && !cl.walked && h.clusters[cl.root].fate == open {
			h.ring(int32(c))
		}
	}
	return zones
}

// block walks the chain that begins at cluster head, group by group. It
// returns false if a group contradicts an earlier one.
func (h *history) block(head int32) (block, bool) {
	b := block{root: h.clusters[head].root, first: edge{at: always, op: none, in: head}, last: edge{at: always, op: none, in: head}}
	if h.clusters[head].writer != none {
		b.first.at = bench.Never
	}
	for c := head; c != none; c = h.clusters[c].next {
		cl := &h.clusters[c]
		cl.walked = true
		if cl.writer != none {
			w := h.writer(c)
			if !h.group(&b, edge{done(w), cl.writer, c}, edge{w.Sent, cl.writer, c}) {
				return b, false
			}
		}
		if cl.first.op != none && !h.group(&b, cl.first, cl.last) {
			return b, false
		}
	}
	return b, true
}

// group adds the next group of a block.
func (h *history) group(b *block, first, last edge) bool {
	if first.at < b.last.at {
		h.backwards(b.last, first)
		return false
	}
	if first.at < b.first.at {
		b.first = first
	}
	if last.at > b.last.at {
		b.last = last
	}
	return true
}

// condemn marks a key as illegal.
func (h *history) condemn(root int32, at time.Duration, explain func() (string, []int)) {
	if h.clusters[root].fate != open {
		return
	}
	h.clusters[root].fate = condemned
	h.illegal++
	if h.illegal == 1 || at < h.flaw.at {
		h.flaw = flaw{at, explain}
	}
}
