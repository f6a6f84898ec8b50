package txn

import (
	"fmt"

	"nines/bench"
)

// step says in a sentence why one transaction of a cycle precedes the next, and
// in a few words what it is about.
func (t *teller) step(l link) (why, label string) {
	switch l.kind {
	case process:
		a, b := t.tell(l.from), t.tell(l.to)
		return fmt.Sprintf("its session had finished %s before it began %s", a, b), "same session"
	case realTime:
		a, b := t.tell(l.from), t.tell(l.to)
		return fmt.Sprintf("%s was done at %s s, before %s was sent at %s s", a, seconds(t.ops[l.from].done), b, seconds(t.ops[l.to].sent)),
			"done before sent"
	}
	name := t.history.keys[l.key].name
	if t.history.keys[l.key].use == asRegister {
		return t.registerStep(l, name)
	}
	return t.listStep(l, name)
}

func (t *teller) registerStep(l link, name uint64) (why, label string) {
	from, to := t.tell(l.from), t.tell(l.to)
	switch l.kind {
	case wr:
		v := t.readValue(l.to, l.key)
		return fmt.Sprintf("%s read %d in key %d, which %s wrote", to, v, name, from), fmt.Sprintf("key %d: %d read", name, v)
	case rw:
		v, w := t.readValue(l.from, l.key), t.lastWrite(l.to, l.key)
		return fmt.Sprintf("%s found %d in key %d, and so did not see %d, by which %s replaced it", from, v, name, w, to),
			fmt.Sprintf("key %d: %d not seen", name, w)
	}
	v, w := t.lastWrite(l.from, l.key), t.lastWrite(l.to, l.key)
	return fmt.Sprintf("%s replaced %d in key %d, which %s wrote, by %d", to, v, name, from, w),
		fmt.Sprintf("key %d: %d, then %d", name, v, w)
}

func (t *teller) listStep(l link, name uint64) (why, label string) {
	from, to := t.tell(l.from), t.tell(l.to)
	switch l.kind {
	case wr:
		r := t.listOf(l.to, l.key)
		e := r.list[r.version-1]
		return fmt.Sprintf("%s read %d in key %d, which %s appended", to, e, name, from), fmt.Sprintf("key %d: %d read", name, e)
	case rw:
		r := t.listOf(l.from, l.key)
		e := t.appendedAfter(l.to, l.key, int(r.version))
		return fmt.Sprintf("%s read key %d without %d, which %s appended", from, name, e, to), fmt.Sprintf("key %d: %d not seen", name, e)
	}
	a, b, unread := t.adjacent(l)
	if unread {
		return fmt.Sprintf("%s appended %d to key %d, which no read shows, and so after %d by %s, the last that was read", to, b, name, a, from),
			fmt.Sprintf("key %d: %d, then %d", name, a, b)
	}
	return fmt.Sprintf("%s appended %d to key %d right after %d by %s", to, b, name, a, from), fmt.Sprintf("key %d: %d, then %d", name, a, b)
}

// briefly is the sentence of a step for the picture, without circumstances.
func (t *teller) briefly(l link) string {
	why, _ := t.step(l) // all are told of by now
	return why
}

// readValue is what a transaction found in a register.
func (h *history) readValue(n, k int32) uint64 {
	for _, r := range h.regs {
		if r.op == n && r.key == k {
			return r.value
		}
	}
	return bench.IdleValue
}

// lastWrite is what a transaction left in a register.
func (h *history) lastWrite(n, k int32) uint64 {
	var v uint64
	for _, m := range h.ops[n].txn.Micros {
		if m.Key == h.keys[k].name && writes(m) {
			v = m.Arg
		}
	}
	return v
}

// listOf is what a transaction found in a list.
func (h *history) listOf(n, k int32) *listRead {
	for i := range h.lists {
		if r := &h.lists[i]; r.op == n && r.key == k && r.version != none {
			return r
		}
	}
	return &listRead{op: n, key: k}
}

// appendedAfter is the first element that a transaction appended at a place or
// later, or one of those that nobody read.
func (h *history) appendedAfter(n, k int32, place int) uint64 {
	longest := h.keys[k].longest
	for _, e := range longest[min(place, len(longest)):] {
		if w := h.writtenC.find(uint64(k), e); w != none && h.written[w].op == n {
			return e
		}
	}
	return h.unreadOf(n, k)
}

func (h *history) unreadOf(n, k int32) uint64 {
	for _, m := range h.ops[n].txn.Micros {
		if m.Kind != bench.Append || m.Key != h.keys[k].name {
			continue
		}
		if w := h.writtenC.find(uint64(k), m.Arg); h.written[w].at == none {
			return m.Arg
		}
	}
	return 0
}

// adjacent are two elements of two transactions, the second of which follows
// the first in the list or, if it is unread, the whole list.
func (h *history) adjacent(l link) (a, b uint64, unread bool) {
	last, element := none, uint64(0)
	for _, e := range h.keys[l.key].longest {
		w := h.writtenC.find(uint64(l.key), e)
		if w == none || !h.ops[h.written[w].op].happened {
			continue
		}
		n := h.written[w].op
		if last == l.from && n == l.to {
			return element, e, false
		}
		last, element = n, e
	}
	return element, h.unreadOf(l.to, l.key), true
}
