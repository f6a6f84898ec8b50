package link

import (
	"container/heap"
	"time"
)

// deliver hands over delayed messages when they are due, until Close.
func (f *Fabric) deliver() {
	defer close(f.done)
	defer f.waiter.close()
	for {
		l, m, wait := f.next()
		switch {
		case l != nil:
			m.to.receive(l.from.name, m.payload)
			if m.inOrder {
				l.pending.Add(-1)
			}
		case wait == 0:
			return
		default:
			f.waiter.wait(wait)
		}
	}
}

// forever is a wait until the next wake.
const forever time.Duration = 1<<63 - 1

// next takes the message that is due, or tells how long to wait for one: 0 if
// the fabric is closed.
func (f *Fabric) next() (*link, delivery, time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sleep = 0
	for {
		if f.closed {
			return nil, delivery{}, 0
		}
		if len(f.due) == 0 {
			f.sleep = forever
			return nil, delivery{}, forever
		}
		l := f.due[0]
		now := f.now()
		if at, _ := l.first(); at > now {
			f.sleep = at
			return nil, delivery{}, at - now
		}
		m := l.take()
		f.settle(l)
		if l.cutNow() {
			if m.inOrder {
				l.pending.Add(-1)
			}
			continue
		}
		return l, m, 0
	}
}

// settle puts l into its place in f.due after what it has in flight, or whether
// that may go on, changed. It reports whether the deliverer must be woken. f.mu is
// held.
func (f *Fabric) settle(l *link) (wake bool) {
	waits := l.flying() > 0 && !l.clogged
	switch {
	case !waits && l.place >= 0:
		heap.Remove(&f.due, l.place)
	case waits && l.place < 0:
		heap.Push(&f.due, l)
	case waits:
		heap.Fix(&f.due, l.place)
	}
	if !waits {
		return false
	}
	due, _ := l.first()
	if wake = due < f.sleep; wake {
		f.sleep = 0 // once is enough
	}
	return wake
}

// dueHeap orders links by when their first message is due.
type dueHeap []*link

func (h dueHeap) Len() int { return len(h) }
func (h dueHeap) Less(i, j int) bool {
	a, _ := h[i].first()
	b, _ := h[j].first()
	return a < b
}
func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}
func (h *dueHeap) Push(x any) {
	l := x.(*link)
	l.place = len(*h)
	*h = append(*h, l)
}
func (h *dueHeap) Pop() any {
	l := (*h)[len(*h)-1]
	(*h)[len(*h)-1] = nil
	*h = (*h)[:len(*h)-1]
	l.place = -1
	return l
}
