package linear

import (
	"fmt"
	"time"

	"nines/bench"
)

// Durable decides whether acknowledged writes were still there at the end: a
// final read must find the last acknowledged write of its key, or a value that
// may have replaced it. A write is lost if it was acknowledged before the final
// reads of its key began, and one of them found a value whose writes had all
// been answered before the lost one was sent, or that nobody wrote. This follows
// from linearizability; Durable says it in its own words. A key that has
// acknowledged writes and no answered final read makes the verdict [Unknown].
// Ops of the result counts acknowledged writes, Keys the keys of those.
func Durable(samples []bench.Sample, opts Options) Result {
	if _, why, bad := validate(samples); why != "" {
		return Result{Verdict: Unknown, Why: why, Bad: bad}
	}
	h := &history{samples: samples, nodes: opts.Nodes}
	keys := h.finals()
	r := Result{Verdict: OK, Ops: h.collect(keys)}
	var unread, lost int
	var first *ending
	for _, e := range keys {
		if e.acked == none {
			continue
		}
		r.Keys++
		if e.found == nil {
			unread++
		}
		if e.lost = h.loses(e); e.lost != nil {
			lost++
			if first == nil || h.sooner(e.acked, first.acked) {
				first = e
			}
		}
	}
	switch {
	case lost > 0:
		r.Verdict = Illegal
		r.Why, r.Bad = h.loss(first)
		if lost > 1 {
			r.Why += fmt.Sprintf("; %d keys lost writes in all", lost)
		}
	case unread > 0:
		r.Verdict = Unknown
		r.Why = fmt.Sprintf("%d of %d keys with acknowledged writes had no answered final read", unread, r.Keys)
	default:
		r.Why = fmt.Sprintf("the final reads account for %d acknowledged writes of %d keys", r.Ops, r.Keys)
	}
	return r
}

// sooner orders operations by when they were sent.
func (h *history) sooner(a, b int32) bool {
	x, y := h.samples[a].Sent, h.samples[b].Sent
	return x < y || x == y && a < b
}

// An ending is what is known of one key at the end.
type ending struct {
	from  time.Duration // when the first answered final read was sent; Never if there is none
	found []find        // by its final reads, each value once
	acked int32         // of the writes acknowledged before from, the one sent last
	lost  *find         // the find that shows that acked was lost
}

// A find is a value that a final read found.
type find struct {
	op     int32
	writer int32 // of those that wrote it or may have, the one answered last; none if there is none
}

// finals returns the endings of the keys that have an answered final read.
func (h *history) finals() map[uint64]*ending {
	keys := map[uint64]*ending{}
	for i := range h.samples {
		s := &h.samples[i]
		if s.Class != bench.Final || s.Kind != bench.Read || s.Outcome != bench.OK {
			continue
		}
		e := keys[s.Key]
		if e == nil {
			e = &ending{from: bench.Never, acked: none}
			keys[s.Key] = e
		}
		e.from = min(e.from, s.Sent)
		if h.finding(e, s.Result) == nil {
			e.found = append(e.found, find{op: int32(i), writer: none})
		}
	}
	return keys
}

// finding returns the find of a value among those of an ending, or nil.
func (h *history) finding(e *ending, value uint64) *find {
	for i := range e.found {
		if h.samples[e.found[i].op].Result == value {
			return &e.found[i]
		}
	}
	return nil
}

// collect adds the writes to the endings, and returns how many of them were
// acknowledged.
func (h *history) collect(keys map[uint64]*ending) (acknowledged int) {
	for i := range h.samples {
		s := &h.samples[i]
		if !takesPart(s) || !writesValue(s) {
			continue
		}
		e := keys[s.Key]
		if e == nil {
			e = &ending{from: bench.Never, acked: none}
			keys[s.Key] = e
		}
		if f := h.finding(e, s.Arg); f != nil && (f.writer == none || done(s) > done(&h.samples[f.writer])) {
			f.writer = int32(i)
		}
		if s.Outcome != bench.OK {
			continue
		}
		acknowledged++
		if s.Done < e.from && (e.acked == none || h.sooner(e.acked, int32(i))) {
			e.acked = int32(i)
		}
	}
	return acknowledged
}

// loses returns the find that shows that a key lost its last acknowledged
// write, or nil.
func (h *history) loses(e *ending) *find {
	for i := range e.found {
		if w := e.found[i].writer; w == none || done(&h.samples[w]) < h.samples[e.acked].Sent {
			return &e.found[i]
		}
	}
	return nil
}

// loss tells how the write of an ending was lost.
func (h *history) loss(e *ending) (why string, bad []int) {
	t := h.teller()
	r := &h.samples[e.lost.op]
	why = fmt.Sprintf("key %d: acknowledged %s is lost: %s found ", r.Key, t.tell(e.acked), t.tell(e.lost.op))
	switch {
	case e.lost.writer != none:
		why += "what was there before, by " + t.tell(e.lost.writer)
	case r.Result == bench.IdleValue:
		why += "nothing"
	default:
		why += "a value that nobody wrote to this key"
	}
	for _, op := range t.ops() {
		bad = append(bad, int(op))
	}
	return why, bad
}
