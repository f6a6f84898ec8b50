package txn

import "nines/bench"

// mostReplacers bounds how many transactions that found a list as it was last
// read and appended to it are linked to each append that was not read. There is
// one in a legal history, and two are a lost update.
const mostReplacers = 4

// linkLists adds the dependencies on lists. An element that happened and is not
// in the longest list came after all of that list.
func (h *history) linkLists() {
	unread := make([][]int32, len(h.keys)) // elements that nobody read, by key
	for w := range h.written {
		x := &h.written[w]
		if h.keys[x.key].use == asList && x.at == none && h.ops[x.op].happened {
			unread[x.key] = append(unread[x.key], int32(w))
		}
	}
	ends := make([]int32, len(h.keys)) // the node that leads to all unread elements
	for k := range h.keys {
		ends[k] = none
		last := h.linkVersions(int32(k))
		for _, w := range unread[k] {
			if last != none {
				h.graph.add(last, h.written[w].op, int32(k), ww)
			}
		}
		if len(unread[k]) > 0 {
			ends[k] = h.graph.node()
			for _, w := range unread[k] {
				h.graph.add(ends[k], h.written[w].op, int32(k), onward)
			}
		}
	}
	replacers := make([]int8, len(h.keys))
	for i := range h.lists {
		r := &h.lists[i]
		if r.version == none {
			continue
		}
		if r.version > 0 {
			h.linkWriter(r.key, r.list[r.version-1], r.op)
		}
		if next := h.following(r); next != none {
			h.graph.add(r.op, next, r.key, rw)
			continue
		}
		switch {
		case ends[r.key] == none:
		case h.appends(r.op, r.key) == none:
			h.graph.add(r.op, ends[r.key], r.key, rw)
		case replacers[r.key] < mostReplacers:
			replacers[r.key]++
			for _, w := range unread[r.key] {
				h.graph.add(r.op, h.written[w].op, r.key, rw)
			}
		}
	}
}

// linkVersions joins the writers of the longest list, and returns the last one.
func (h *history) linkVersions(k int32) int32 {
	last := none
	for i, e := range h.keys[k].longest {
		w := h.writtenC.find(uint64(k), e)
		if w == none || h.written[w].at != int32(i) || !h.ops[h.written[w].op].happened {
			continue
		}
		if n := h.written[w].op; n != last {
			if last != none {
				h.graph.add(last, n, k, ww)
			}
			last = n
		}
	}
	return last
}

// linkWriter joins the writer of a value to one that read it.
func (h *history) linkWriter(k int32, value uint64, reader int32) {
	if w := h.writtenC.find(uint64(k), value); w != none && h.ops[h.written[w].op].happened {
		h.graph.add(h.written[w].op, reader, k, wr)
	}
}

// following is who appended next after what was read; none if that was not read.
func (h *history) following(r *listRead) int32 {
	longest := h.keys[r.key].longest
	for i := int(r.version); i < len(longest); i++ {
		if w := h.writtenC.find(uint64(r.key), longest[i]); w != none && h.ops[h.written[w].op].happened {
			return h.written[w].op
		}
	}
	return none
}

// linkRegisters adds the dependencies on registers, as far as it is known which
// value replaced which.
func (h *history) linkRegisters() {
	for i := range h.regs {
		r := &h.regs[i]
		if r.value != bench.IdleValue {
			h.linkWriter(r.key, r.value, r.op)
		}
		v := h.next.find(uint64(r.key), r.value)
		if v == none {
			continue
		}
		h.graph.add(r.op, h.nexts[v], r.key, rw)
		if w := h.writtenC.find(uint64(r.key), r.value); r.op == h.nexts[v] && w != none && h.ops[h.written[w].op].happened {
			h.graph.add(h.written[w].op, r.op, r.key, ww)
		}
	}
}
