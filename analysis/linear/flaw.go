package linear

import (
	"fmt"
	"time"

	"nines/bench"
)

// unwritten condemns a key because an operation found a value that nobody wrote
// to it.
func (h *history) unwritten(op int32, value uint64) {
	s := &h.samples[op]
	h.condemn(h.root(s.Key), s.Sent, func() (string, []int) {
		t := h.teller()
		why := fmt.Sprintf("key %d: %s found a value that nobody wrote to this key", s.Key, t.tell(op))
		if from := h.whence(op, value); from != none {
			if o := &h.samples[from]; o.Key != s.Key {
				why += fmt.Sprintf(", but %s wrote it to key %d", t.tell(from), o.Key)
			} else {
				why += fmt.Sprintf(": %s had no effect", t.tell(from))
			}
		}
		return t.witness(why)
	})
}

// whence returns an operation that may explain how op found a value that was
// never written to its key, or none: one that was rejected, or wrote it elsewhere.
func (h *history) whence(op int32, value uint64) int32 {
	other := none
	for i := range h.samples {
		s := &h.samples[i]
		if s.Kind == bench.Read || s.Arg != value || swapsForItself(s) || int32(i) == op {
			continue
		}
		if s.Key == h.samples[op].Key {
			return int32(i)
		}
		if takesPart(s) {
			other = int32(i)
		}
	}
	return other
}

// swappedTwice condemns a key because the value of cluster c was swapped away
// for those of both a and b.
func (h *history) swappedTwice(c, a, b int32) {
	x, y := &h.clusters[a], &h.clusters[b]
	at := max(h.writer(a).Sent, h.writer(b).Sent)
	h.condemn(x.root, at, func() (string, []int) {
		t := h.teller()
		p := h.ids.pairs[c]
		why := fmt.Sprintf("key %d: %s and %s both replaced value %d", p.key, t.tell(x.writer), t.tell(y.writer), p.value)
		if w := h.clusters[c].writer; w != none {
			why += fmt.Sprintf(", which was written once, by %s", t.tell(w))
		} else {
			why += ", which nobody wrote again"
		}
		return t.witness(why)
	})
}

// ring condemns a key because cluster c belongs to a chain that has no
// beginning.
func (h *history) ring(c int32) {
	h.condemn(h.clusters[c].root, h.writer(c).Sent, func() (string, []int) {
		t := h.teller()
		why := fmt.Sprintf("key %d: every value of a ring was written by replacing another of it:", h.ids.pairs[c].key)
		for at, sep := c, " "; ; sep = ", " {
			why += sep + t.tell(h.clusters[at].writer)
			if op := h.clusters[at].first.op; op != none && h.writer(at).Outcome == bench.Unknown {
				why += " (which " + t.tell(op) + " found)"
			}
			if at = h.clusters[at].next; at == c {
				return t.witness(why)
			}
		}
	})
}

// backwards condemns a key because an operation of one block, late, was done
// before one of an earlier group, early, was sent.
func (h *history) backwards(early, late edge) {
	h.condemn(h.clusters[early.in].root, early.at, func() (string, []int) {
		t := h.teller()
		w := h.clusters[early.in].writer
		if w != none && h.samples[w].Sent > late.at {
			early.op = w // shows the same, and one operation less is needed
		}
		why := fmt.Sprintf("key %d: %s had finished before %s began", h.key(early.in), t.tell(late.op), t.tell(early.op))
		if early.in != late.in {
			why += fmt.Sprintf(", although value %d replaced value %d", h.value(late.in), h.value(early.in))
			if h.clusters[late.in].prev != early.in {
				why += " by way of others"
			}
			t.segment(early.in, late.in)
		}
		return t.witness(why)
	})
}

// conflict condemns a key because each of its blocks that begin with the
// clusters x and y has an operation that was done before one of the other was
// sent.
func (h *history) conflict(x, y int32) {
	a, _ := h.block(x)
	b, _ := h.block(y)
	h.condemn(a.root, max(a.last.at, b.last.at), func() (string, []int) {
		h.simplify(&a, &b)
		t := h.teller()
		why := fmt.Sprintf("key %d: %s began after %s had finished, so value %d came after value %d",
			h.key(a.root), t.tell(a.last.op), t.tell(b.first.op), h.value(a.last.in), h.value(b.first.in))
		if a.first.op == none {
			why += fmt.Sprintf(", although the key began with value %d", h.value(a.first.in))
		} else {
			why += fmt.Sprintf("; but %s had finished before %s began, so value %d came before value %d",
				t.tell(a.first.op), t.tell(b.last.op), h.value(a.first.in), h.value(b.last.in))
		}
		for _, z := range [...]*block{&a, &b} {
			if z.first.in != z.last.in {
				why += fmt.Sprintf("; and swaps lead from value %d to value %d with nothing between", h.value(t.head(z)), h.value(t.tail(z)))
			}
			t.segment(t.head(z), t.tail(z))
		}
		return t.witness(why)
	})
}

// simplify replaces operations of a conflict by the writes of the same values
// where these show it too, so that fewer operations and simpler ones explain it.
func (h *history) simplify(a, b *block) {
	for _, e := range []struct {
		edge  *edge
		until time.Duration
	}{{&a.first, b.last.at}, {&b.first, a.last.at}} {
		if w := h.clusters[e.edge.in].writer; w != none && done(&h.samples[w]) < e.until {
			e.edge.op, e.edge.at = w, done(&h.samples[w])
		}
	}
	if a.first.op == none { // anything comes after the beginning
		b.last = edge{b.last.at, b.first.op, b.first.in}
		return
	}
	for _, op := range []int32{b.first.op, h.clusters[b.last.in].writer} {
		if op != none && h.samples[op].Sent > a.first.at {
			b.last.op, b.last.at = op, h.samples[op].Sent
			if op == b.first.op {
				b.last.in = b.first.in
			}
			return
		}
	}
}

func (h *history) key(c int32) uint64   { return h.ids.pairs[c].key }
func (h *history) value(c int32) uint64 { return h.ids.pairs[c].value }
