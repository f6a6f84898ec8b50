package objects

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// known are the elements that are known to have been taken.
func (q *queue) known() []*element {
	var out []*element
	for i := range q.all {
		if e := &q.all[i]; e.out != nil {
			out = append(out, e)
		}
	}
	return out
}

// fifo looks for two elements of which the one that was appended first was taken
// last. It goes through the elements in the order in which their appends were
// sent, and knows of those whose appends were done before the one that was taken
// last.
func (q *queue) fifo() *flaw {
	elements := q.known() // by when the append was sent
	done := slices.Clone(elements)
	slices.SortStableFunc(done, func(a, b *element) int { return cmp.Compare(a.in.done, b.in.done) })
	var last *element
	for _, b := range elements {
		for len(done) > 0 && done[0].in.before(b.in) {
			if last == nil || done[0].from > last.from {
				last = done[0]
			}
			done = done[1:]
		}
		if last != nil && b.to < last.from {
			return &flaw{[]*op{last.in, b.in, last.out, b.out}, fmt.Sprintf("the element %d was appended before %d and taken after it: %s had finished before %s began; and %s before %s",
				last.in.arg, b.in.arg, q.h.tell(last.in), q.h.tell(b.in), q.h.tell(b.out), q.h.tell(last.out))}
		}
	}
	return nil
}

// stayed are the acknowledged elements that nothing is known to have taken, by
// when their appends were done.
func (q *queue) stayed() []*op {
	var out []*op
	for i := range q.all {
		if e := &q.all[i]; e.out == nil && e.in.answered() {
			out = append(out, e.in)
		}
	}
	slices.SortStableFunc(out, func(a, b *op) int { return cmp.Compare(a.done, b.done) })
	return out
}

// doneBefore is how many of some operations, in the order in which they were
// done, were done before an instant.
func doneBefore(ops []*op, t time.Duration) int {
	n, _ := slices.BinarySearchFunc(ops, t, func(o *op, t time.Duration) int { return cmp.Compare(o.done, t) })
	return n
}

// sentUntil is how many of some operations, in the order in which they were sent,
// were sent at an instant or before it.
func sentUntil(ops []*op, t time.Duration) int {
	n, _ := slices.BinarySearchFunc(ops, t+1, func(o *op, t time.Duration) int { return cmp.Compare(o.sent, t) })
	return n
}

// left looks for elements that nothing is known to have taken and that cannot
// have stayed, more than there are unanswered pops that may have taken them.
//
// Such an element must be gone at an instant t if another one, whose append was
// sent after its own was done, was taken by then; at which the rest is known to
// have been read; or at which a pop found nothing. Which ones must be gone at t
// are thus always those whose appends were done before some instant, and an
// unanswered pop that was sent by t can have taken any of them, since it has no
// end. So the demand can be met if and only if at every t there are as many such
// pops as elements that must be gone (Hall's theorem, for nested sets); and, if the
// rest was read, none of them stood behind one of those (see [queue.behind]). The
// pops that found nothing are for [queue.emptied].
func (q *queue) left() *flaw {
	stayed := q.stayed()
	if len(stayed) == 0 {
		return nil
	}
	taken := q.known()
	slices.SortStableFunc(taken, func(a, b *element) int { return cmp.Compare(a.to, b.to) })
	var latest *element // of those taken so far, the one whose append was sent last
	for _, e := range taken {
		if latest == nil || e.in.sent > latest.in.sent {
			latest = e
		}
		must, can := doneBefore(stayed, latest.in.sent), sentUntil(q.loose, e.to)
		if must > can {
			return &flaw{[]*op{stayed[0], latest.in, latest.out}, fmt.Sprintf("nobody took the element of %s, although %s came after it and was taken: %s (such elements: %d; unanswered pops that may have taken one: %d)",
				q.h.tell(stayed[0]), q.h.tell(latest.in), q.h.tell(latest.out), must, can)}
		}
	}
	if q.list == nil {
		return nil
	}
	if f := q.behind(stayed); f != nil {
		return f
	}
	if len(stayed) > len(q.loose) {
		return &flaw{[]*op{stayed[0], q.list}, fmt.Sprintf("nobody took the element of %s, and it is not there at the end: %s (such elements: %d; unanswered pops that may have taken one: %d)",
			q.h.tell(stayed[0]), q.h.tell(q.list), len(stayed), len(q.loose))}
	}
	return nil
}

// behind looks for an element that must be gone before the rest is read and was
// appended after one that is still there: whoever took it would have had to take
// that first.
func (q *queue) behind(stayed []*op) *flaw {
	var first *op // of those still there, the one whose append was done first
	for _, e := range q.list.found.List {
		if in := q.all[q.at[e]].in; first == nil || in.done < first.done {
			first = in
		}
	}
	for _, o := range stayed {
		if first != nil && first.before(o) {
			return &flaw{[]*op{first, o, q.list}, fmt.Sprintf("the element of %s is not there at the end, although that of %s is, which came first: %s",
				q.h.tell(o), q.h.tell(first), q.h.tell(q.list))}
		}
	}
	return nil
}

// emptied looks for a pop that found nothing although there was something at
// every instant of it.
//
// An element that is known to have been taken was surely there between the end of
// its append and the beginning of what took it, both excluded. One that is not
// was there from the end of its append on, unless an unanswered pop that was sent
// by then took it. The queue may have been empty at an instant t if the former
// leave it free, and there are as many of the latter pops as elements.
func (q *queue) emptied() *flaw {
	if len(q.empty) == 0 {
		return nil
	}
	s := q.spans()
	free := make([]int, len(s.instants)+1) // how many of the first instants are free
	for i, t := range s.instants {
		free[i+1] = free[i]
		if s.free(t) {
			free[i+1]++
		}
	}
	for _, o := range q.empty {
		first, _ := slices.BinarySearch(s.instants, o.sent)
		after, _ := slices.BinarySearch(s.instants, o.done+1)
		if free[after] == free[first] {
			return s.occupied(o)
		}
	}
	return nil
}

// spans are when elements were surely there.
type spans struct {
	*queue
	stays []*op
	// Of the known elements that were surely there for some time: when that began,
	// and ended, each in order.
	starts, stops []time.Duration
	// instants are those at which something changes, or a pop that found nothing
	// began or ended. Between two of them nothing is free unless the later is.
	instants []time.Duration
}

func (q *queue) spans() *spans {
	s := &spans{queue: q, stays: q.stayed()}
	for _, e := range q.known() {
		if e.in.done < e.from {
			s.starts, s.stops = append(s.starts, e.in.done), append(s.stops, e.from)
		}
	}
	slices.Sort(s.starts)
	slices.Sort(s.stops)
	s.instants = slices.Concat(s.starts, s.stops)
	for _, ops := range [][]*op{s.stays, q.loose, q.empty} {
		for _, o := range ops {
			s.instants = append(s.instants, o.sent, o.done)
		}
	}
	slices.Sort(s.instants)
	s.instants = slices.Compact(s.instants)
	return s
}

// free reports whether the queue may have been empty at t.
func (s *spans) free(t time.Duration) bool {
	began, _ := slices.BinarySearch(s.starts, t)
	ended, _ := slices.BinarySearch(s.stops, t+1)
	return began == ended && doneBefore(s.stays, t) <= sentUntil(s.loose, t)
}

// occupied tells what was there while o found nothing: elements of which each was
// there when the one before it may have been taken.
func (s *spans) occupied(o *op) *flaw {
	f := &flaw{ops: []*op{o}, why: fmt.Sprintf("%s, although something was there all the time", s.h.tell(o))}
	for t := o.sent; t <= o.done; {
		var next *element
		for _, e := range s.known() {
			if e.in.done < t && e.from > t && (next == nil || e.from > next.from) {
				next = e
			}
		}
		if next == nil { // one of those that nobody took
			f.ops = append(f.ops, s.stays[0])
			f.why += fmt.Sprintf(": that of %s, which nobody took (such elements: %d; unanswered pops that may have taken one: %d)",
				s.h.tell(s.stays[0]), doneBefore(s.stays, t), sentUntil(s.loose, t))
			return f
		}
		f.ops = append(f.ops, next.in, next.out)
		if len(f.ops) <= 7 {
			f.why += fmt.Sprintf(": that of %s until %s", s.h.tell(next.in), s.h.tell(next.out))
		}
		t = next.from
	}
	return f
}
