package objects

import (
	"fmt"
	"slices"
	"time"

	"nines/analysis/linear"
	"nines/bench"
)

// Queues decides whether the keys that transactions append to and pop from are
// linearizable queues, which are empty at first: first in, first out, nothing
// from nowhere, nothing twice, and nothing found only where there was a moment at
// which the queue may have been empty.
//
// For histories in which everything was answered these are the four ways in
// which a queue can go wrong: Henzinger, Sezgin and Vafeiadis, "Aspect-Oriented
// Linearizability Proofs", CONCUR 2013, theorem 1. Elements are unique, so it is
// known which pop took which; a read of the whole list is a sequence of pops of
// its elements and of one more that finds nothing. It must come when all that was
// answered is over, else the verdict is [linear.Unknown].
//
// Unanswered appends that nobody saw are left out, which excludes no order.
// Unanswered pops may have taken any element, or none: see [queue.left].
func Queues(samples []bench.Sample, records []bench.TxnRecord, opts linear.Options) linear.Result {
	h, why := newHistory(samples, records, opts, bench.Append, bench.Pop)
	if why != "" {
		return linear.Result{Verdict: linear.Unknown, Why: why}
	}
	return h.judge("queues", func(ops []op) (*flaw, string) {
		q := &queue{h: h}
		if f, unknown := q.collect(ops); f != nil || unknown != "" {
			return f, unknown
		}
		for _, aspect := range []func() *flaw{q.fifo, q.left, q.emptied} {
			if f := aspect(); f != nil {
				return f, ""
			}
		}
		return nil, ""
	})
}

// A queue is the history of one.
type queue struct {
	h     *history
	all   []element        // in the order in which their appends were sent
	at    map[uint64]int32 // of each element in all
	empty []*op            // pops that found nothing
	loose []*op            // pops that were not answered, in the order in which they were sent
	list  *op              // what read everything at the end, or nil
}

// An element is one that was appended, or may have been.
type element struct {
	in  *op
	out *op // what took it, or the read at the end; nil if nothing is known to have

	// When it was taken: as out was sent and done. Those that are left at the end are
	// taken at instants after it, in their order.
	from, to time.Duration
}

// collect finds out who took what.
func (q *queue) collect(ops []op) (f *flaw, unknown string) {
	q.at = make(map[uint64]int32, len(ops)/2)
	for i := range ops {
		o := &ops[i]
		switch {
		case o.kind == bench.Append:
			if _, twice := q.at[o.arg]; twice || o.arg == bench.IdleValue {
				return nil, fmt.Sprintf("its elements are not unique: %s", q.h.tell(o))
			}
			q.at[o.arg] = int32(len(q.all))
			q.all = append(q.all, element{in: o})
		case o.kind != bench.Pop && o.kind != bench.List:
			return nil, fmt.Sprintf("it is no queue: %s", q.h.tell(o))
		case o.kind == bench.List && q.list != nil && !slices.Equal(o.found.List, q.list.found.List):
			return nil, fmt.Sprintf("two reads of all that is left found different elements: %s, and %s", q.h.tell(q.list), q.h.tell(o))
		case o.kind == bench.List && q.list == nil:
			q.list = o
		}
	}
	if o := q.afterwards(ops); o != nil {
		return nil, fmt.Sprintf("it was in use while all that is left was read: %s was not over when %s began", q.h.tell(o), q.h.tell(q.list))
	}
	for i := range ops {
		o := &ops[i]
		if o.kind != bench.Pop || q.list != nil && o.sent > q.list.done {
			continue
		}
		switch {
		case !o.answered():
			q.loose = append(q.loose, o)
		case o.found.Value == bench.IdleValue:
			q.empty = append(q.empty, o)
		default:
			if f := q.take(o, o.found.Value, o.sent, o.done); f != nil {
				return f, ""
			}
		}
	}
	if q.list == nil {
		return nil, ""
	}
	for i, e := range q.list.found.List {
		after := q.list.done + time.Duration(i) + 1
		if f := q.take(q.list, e, after, after); f != nil {
			return f, ""
		}
	}
	return nil, ""
}

// afterwards returns an answered operation that was not over when the read at the
// end began, or nil. Where both have the same instant, a final read is the later
// one: trials send it when everything else was answered.
func (q *queue) afterwards(ops []op) *op {
	for i := range ops {
		o := &ops[i]
		if q.list == nil || o.kind == bench.List || !o.answered() || o.before(q.list) {
			continue
		}
		if o.done > q.list.sent || !q.list.final {
			return o
		}
	}
	return nil
}

// take notes that o took an element.
func (q *queue) take(o *op, value uint64, from, to time.Duration) *flaw {
	at, known := q.at[value]
	if !known {
		return &flaw{[]*op{o}, fmt.Sprintf("nobody appended the element %d to this key: %s", value, q.h.tell(o))}
	}
	e := &q.all[at]
	switch {
	case e.out == o:
		return &flaw{[]*op{o}, fmt.Sprintf("the element %d stands twice: %s", value, q.h.tell(o))}
	case e.out != nil:
		return &flaw{[]*op{e.in, e.out, o}, fmt.Sprintf("the element %d was taken twice: %s, and %s", value, q.h.tell(e.out), q.h.tell(o))}
	case o.before(e.in):
		return &flaw{[]*op{e.in, o}, fmt.Sprintf("the element %d was taken before it was there: %s had finished before %s began", value, q.h.tell(o), q.h.tell(e.in))}
	}
	e.out, e.from, e.to = o, from, to
	return nil
}

// DurableQueues decides whether acknowledged elements were still there at the
// end: each that was acknowledged before the final read of its queue was sent
// must have been taken by an answered pop, or be in what that read found; but an
// unanswered pop may have taken one. This follows from linearizability;
// DurableQueues says it in its own words. A queue from which acknowledged elements
// were not taken, and that has no answered final read, makes the verdict
// [linear.Unknown]. Ops of the result counts acknowledged elements.
func DurableQueues(samples []bench.Sample, records []bench.TxnRecord, opts linear.Options) linear.Result {
	h, why := newHistory(samples, records, opts, bench.Append, bench.Pop)
	if why != "" {
		return linear.Result{Verdict: linear.Unknown, Why: why}
	}
	acknowledged := 0
	r := h.judge("queues", func(ops []op) (*flaw, string) {
		n, f, unknown := h.lostElements(ops)
		acknowledged += n
		return f, unknown
	})
	r.Ops = acknowledged
	if r.Verdict == linear.OK {
		r.Why = fmt.Sprintf("%d acknowledged elements of %d queues were taken or are there at the end", r.Ops, r.Keys)
	}
	return r
}

func (h *history) lostElements(ops []op) (acknowledged int, f *flaw, unknown string) {
	seen := map[uint64]bool{} // taken, or found at the end
	var list *op
	loose := 0
	for i := range ops {
		switch o := &ops[i]; {
		case o.kind == bench.Pop && o.answered():
			seen[o.found.Value] = true
		case o.kind == bench.Pop:
			loose++
		case o.kind == bench.List && o.final && list == nil:
			list = o
			for _, e := range o.found.List {
				seen[e] = true
			}
		}
	}
	var lost []*op
	for i := range ops {
		o := &ops[i]
		if o.kind != bench.Append || !o.answered() {
			continue
		}
		acknowledged++
		if !seen[o.arg] && (list == nil || o.done <= list.sent) {
			lost = append(lost, o)
		}
	}
	switch {
	case list == nil && len(lost) > 0:
		unknown = fmt.Sprintf("none of the final reads tells of %d acknowledged elements that nobody took", len(lost))
	case len(lost) > loose:
		first := lost[0]
		f = &flaw{[]*op{first, list}, fmt.Sprintf("acknowledged elements are lost: nobody took or found that of %s, nor %d others, of which %d unanswered pops may have taken some",
			h.tell(first), len(lost)-1, loose)}
	}
	return acknowledged, f, unknown
}
