package linear

import (
	"cmp"
	"slices"
	"time"

	"nines/bench"
)

// A zone is what matters of a block: the earliest Done and the latest Sent of
// its operations.
type zone struct {
	root  int32
	first edge
	last  edge
}

func (z *zone) forward() bool { return z.first.at < z.last.at }

// order forms the blocks of all open keys and looks for an order of them.
func (h *history) order() {
	zones := h.blocks()
	slices.SortFunc(zones, func(a, b zone) int {
		if a.root != b.root {
			return cmp.Compare(a.root, b.root)
		}
		return cmp.Compare(a.first.at, b.first.at)
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
		if last != nil && last.first.at < z.last.at && z.first.at < last.last.at {
			h.conflict(last, z)
			continue
		}
		if z.forward() {
			last = z
		}
	}
}

// blocks returns the zones of the blocks of all keys that are still open.
func (h *history) blocks() []zone {
	zones := make([]zone, 0, len(h.clusters))
	for c := range h.clusters {
		cl := &h.clusters[c]
		if cl.prev != none || h.clusters[cl.root].fate != open || !h.evident(int32(c)) {
			continue
		}
		if z, ok := h.block(int32(c)); ok {
			zones = append(zones, z)
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
func (h *history) block(head int32) (zone, bool) {
	z := zone{root: h.clusters[head].root, first: edge{at: always, op: none, in: head}, last: edge{at: always, op: none, in: head}}
	if h.clusters[head].writer != none {
		z.first.at = bench.Never
	}
	for c := head; c != none; c = h.clusters[c].next {
		cl := &h.clusters[c]
		cl.walked = true
		if cl.writer != none {
			w := h.writer(c)
			if !h.group(&z, edge{done(w), cl.writer, c}, edge{w.Sent, cl.writer, c}) {
				return z, false
			}
		}
		if cl.first.op != none && !h.group(&z, cl.first, cl.last) {
			return z, false
		}
	}
	return z, true
}

// group adds the next group of a block to the block's zone.
func (h *history) group(z *zone, first, last edge) bool {
	if first.at < z.last.at {
		h.backwards(z.last, first)
		return false
	}
	if first.at < z.first.at {
		z.first = first
	}
	if last.at > z.last.at {
		z.last = last
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
