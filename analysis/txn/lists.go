package txn

import (
	"slices"

	"nines/bench"
)

// A state is what the transaction being looked at knows of a key.
type state struct {
	op       int32 // the transaction; else the rest is of another
	wrote    int32 // its last write there; none if there is none yet
	known    bool  // it has read the key
	list     []uint64
	value    uint64
	appended []uint64 // by it, since list was read or from its beginning
}

// A listRead is the first thing that a transaction found in a list and had not
// put there itself: what list held when the transaction took effect.
type listRead struct {
	op, key int32
	version int32 // the length of the list then; none if the list makes no sense
	list    []uint64
}

// readLists takes what each transaction found in lists apart into what was there
// before it and what it had appended itself.
func (h *history) readLists() {
	for i := range h.keys {
		h.keys[i].now = state{op: none}
	}
	for n := range h.ops {
		o := &h.ops[n]
		if o.found == nil {
			continue
		}
		for i, m := range o.txn.Micros {
			if m.Kind != bench.Append && m.Kind != bench.List {
				continue
			}
			k := h.keyOf.find(m.Key, 0)
			if h.keys[k].use != asList {
				continue
			}
			st := &h.keys[k].now
			if st.op != int32(n) {
				*st = state{op: int32(n), appended: st.appended[:0]}
			}
			if m.Kind == bench.Append {
				st.appended = append(st.appended, m.Arg)
			} else {
				h.readList(int32(n), k, o.found[i].List)
			}
		}
	}
}

func (h *history) readList(n, k int32, list []uint64) {
	st := &h.keys[k].now
	own := len(st.appended)
	before := len(list) - own
	if before < 0 || !slices.Equal(list[before:], st.appended) || st.known && !slices.Equal(list[:before], st.list) {
		h.internalList(n, k, list)
		return
	}
	if !st.known {
		h.lists = append(h.lists, listRead{op: n, key: k, version: int32(before), list: list})
	}
	if key := &h.keys[k]; key.by == none || len(list) > len(key.longest) {
		key.longest, key.by = list, n
	}
	st.known, st.list, st.appended = true, list, st.appended[:0]
}

// orderLists takes the longest list of each key for the order of its versions,
// and holds every other against it.
func (h *history) orderLists() {
	for k := range h.keys {
		if h.keys[k].by != none {
			h.place(int32(k))
		}
	}
	replaced := index{}
	var by []int32
	for i := range h.lists {
		r := &h.lists[i]
		key := &h.keys[r.key]
		if at := differ(r.list, key.longest); at < len(r.list) {
			h.strayed(r, at)
			r.version = none
			continue
		}
		h.lastRead(r)
		if st := h.appends(r.op, r.key); st == none {
			continue
		}
		v, fresh := replaced.add(uint64(r.key), uint64(r.version))
		if fresh {
			by = append(by, r.op)
		} else {
			h.lostListUpdate(by[v], r.op, r)
		}
	}
}

// lastRead looks at the last element that a transaction found.
func (h *history) lastRead(r *listRead) {
	if r.version == 0 {
		return
	}
	w := h.writtenC.find(uint64(r.key), r.list[r.version-1])
	switch {
	case w == none: // told of where it was placed
	case h.written[w].op == r.op:
		h.internalList(r.op, r.key, r.list) // before it appended that
	case !h.written[w].final:
		h.intermediate(r.op, w)
	}
}

// differ is where a list first differs from another, or its length.
func differ(list, from []uint64) int {
	for i, e := range list {
		if i >= len(from) || from[i] != e {
			return i
		}
	}
	return len(list)
}

// appends returns an element that the operation appends to the key, or none.
func (h *history) appends(n, k int32) int32 {
	for _, m := range h.ops[n].txn.Micros {
		if m.Kind == bench.Append && m.Key == h.keys[k].name {
			return h.writtenC.find(uint64(k), m.Arg)
		}
	}
	return none
}

// place finds the writers of the longest list's elements. Whoever wrote one has
// happened.
func (h *history) place(k int32) {
	key := &h.keys[k]
	for i, e := range key.longest {
		w := h.writtenC.find(uint64(k), e)
		switch {
		case w == none:
			h.garbage(key.by, k, e)
		case h.written[w].at != none:
			h.duplicate(key.by, w)
		default:
			h.written[w].at = int32(i)
			h.happen(w, key.by)
		}
	}
}

// happen notes that reader has seen what was written.
func (h *history) happen(w, reader int32) {
	o := &h.ops[h.written[w].op]
	switch o.outcome {
	case bench.Rejected:
		h.aborted(reader, w)
	case bench.Unknown:
		o.happened = true
	}
}

// strayed says why a list is no prefix of the longest of its key.
func (h *history) strayed(r *listRead, at int) {
	seen := map[uint64]bool{}
	for _, e := range r.list {
		w := h.writtenC.find(uint64(r.key), e)
		switch {
		case w == none:
			h.garbage(r.op, r.key, e)
			return
		case seen[e]:
			h.duplicate(r.op, w)
			return
		case h.ops[h.written[w].op].outcome == bench.Rejected:
			h.aborted(r.op, w)
			return
		}
		seen[e] = true
		h.happen(w, r.op)
	}
	h.incompatible(r, at)
}
