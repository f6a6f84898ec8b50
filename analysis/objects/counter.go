package objects

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"nines/analysis/linear"
	"nines/bench"
)

// Counters decides whether the keys that transactions add to are linearizable
// counters, which are 0 at first. An answered add tells what it found; every add
// must add one, else the verdict is [linear.Unknown].
//
// A counter has a state for each value, in order: between the adds number v and
// v+1 it is v. So an answered add that found v is number v+1, and a read that
// found v stands between the two: what was found gives the order of all answered
// operations, up to reads that found the same. What is missing in the count are
// unanswered adds. Their intervals have no end, so it is best to give the ones
// sent first the lowest numbers: if there is an order in which two stand the other
// way round, they can be exchanged in it. Then the history is legal if and only if
// no operation was done before one of a lower place was sent (see the doc comment
// of package linear on preorders).
func Counters(samples []bench.Sample, records []bench.TxnRecord, opts linear.Options) linear.Result {
	h, why := newHistory(samples, records, opts, bench.Add)
	if why != "" {
		return linear.Result{Verdict: linear.Unknown, Why: why}
	}
	return h.judge("counters", h.counter)
}

// A place in the order of a counter's operations: reads that found v have 2v,
// and the add that found v has 2v+1.
type placed struct {
	*op
	place uint64
}

func (h *history) counter(ops []op) (f *flaw, unknown string) {
	var known []placed
	var adds []*op // that were not answered, in the order in which they were sent
	for i := range ops {
		o := &ops[i]
		switch {
		case o.kind == bench.Read:
			known = append(known, placed{o, 2 * o.found.Value})
		case o.kind != bench.Add || o.arg != 1:
			return nil, fmt.Sprintf("it is no counter: %s", h.tell(o))
		case o.answered():
			known = append(known, placed{o, 2*o.found.Value + 1})
		default:
			adds = append(adds, o)
		}
	}
	for _, p := range known {
		if p.found.Value > uint64(len(ops)) { // also what would have no place
			return &flaw{[]*op{p.op}, h.tell(p.op) + ", more than all adds together"}, ""
		}
	}
	slices.SortStableFunc(known, func(a, b placed) int { return cmp.Compare(a.place, b.place) })
	return h.count(known, adds), ""
}

// count goes through the answered operations of a counter in the order of their
// places, and puts unanswered adds where there is none.
func (h *history) count(known []placed, adds []*op) *flaw {
	var latest *op // of those so far, the one sent last
	follow := func(o *op) *flaw {
		if latest != nil && o.before(latest) {
			return h.backwards(latest, o)
		}
		if latest == nil || o.sent > latest.sent {
			latest = o
		}
		return nil
	}
	counted := uint64(0)
	for i, p := range known {
		for ; counted < p.found.Value; counted++ {
			if len(adds) == 0 {
				return &flaw{[]*op{p.op}, fmt.Sprintf("%s, although there was no more than one add that could follow each of %d", h.tell(p.op), counted)}
			}
			if f := follow(adds[0]); f != nil {
				return f
			}
			adds = adds[1:]
		}
		if p.kind == bench.Add {
			if i > 0 && known[i-1].place == p.place {
				return &flaw{[]*op{known[i-1].op, p.op}, fmt.Sprintf("%s and %s: both cannot be the next add", h.tell(known[i-1].op), h.tell(p.op))}
			}
			counted++
		}
		if f := follow(p.op); f != nil {
			return f
		}
	}
	return nil
}

// backwards tells that late, which comes after early by what they found, was
// done before that was sent.
func (h *history) backwards(early, late *op) *flaw {
	why := fmt.Sprintf("%s, and had finished before %s began", h.tell(late), h.tell(early))
	if !early.answered() {
		why = fmt.Sprintf("%s, and had finished before the only add that could have been one of those began: %s", h.tell(late), h.tell(early))
	}
	return &flaw{[]*op{early, late}, why}
}

// DurableCounters decides whether acknowledged adds were still there at the end:
// a final read must count each that was acknowledged before it was sent. This
// follows from linearizability; DurableCounters says it in its own words. A
// counter with acknowledged adds and no answered final read makes the verdict
// [linear.Unknown]. Ops of the result counts acknowledged adds.
func DurableCounters(samples []bench.Sample, records []bench.TxnRecord, opts linear.Options) linear.Result {
	h, why := newHistory(samples, records, opts, bench.Add)
	if why != "" {
		return linear.Result{Verdict: linear.Unknown, Why: why}
	}
	acknowledged := 0
	r := h.judge("counters", func(ops []op) (*flaw, string) {
		var ends []time.Duration // of acknowledged adds
		for i := range ops {
			if o := &ops[i]; o.kind == bench.Add && o.answered() {
				ends = append(ends, o.done)
			}
		}
		acknowledged += len(ends)
		slices.Sort(ends)
		read := false
		for i := range ops {
			o := &ops[i]
			if !o.final || o.kind != bench.Read {
				continue
			}
			read = true
			if n, _ := slices.BinarySearch(ends, o.sent); o.found.Value < uint64(n) {
				return &flaw{[]*op{o}, fmt.Sprintf("acknowledged adds are lost: %s, although %d had been acknowledged before", h.tell(o), n)}, ""
			}
		}
		if !read && len(ends) > 0 {
			return nil, fmt.Sprintf("none of the final reads tells of its %d acknowledged adds", len(ends))
		}
		return nil, ""
	})
	r.Ops = acknowledged
	if r.Verdict == linear.OK {
		r.Why = fmt.Sprintf("the final reads account for %d acknowledged adds to %d counters", r.Ops, r.Keys)
	}
	return r
}
