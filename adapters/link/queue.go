package link

import "container/heap"

// ring is a queue of messages.
type ring struct {
	buf   []message // its length is 0 or a power of two
	first int
	n     int
}

func (r *ring) len() int       { return r.n }
func (r *ring) head() *message { return &r.buf[r.first] }

// at is the i-th message from the head.
func (r *ring) at(i int) *message { return &r.buf[(r.first+i)&(len(r.buf)-1)] }

func (r *ring) push(m message) {
	if r.n == len(r.buf) {
		grown := make([]message, max(16, 2*r.n))
		k := copy(grown, r.buf[r.first:])
		copy(grown[k:], r.buf[:r.first])
		r.buf, r.first = grown, 0
	}
	r.buf[(r.first+r.n)&(len(r.buf)-1)] = m
	r.n++
}

func (r *ring) pop() message {
	m := r.buf[r.first]
	r.buf[r.first] = message{}
	r.first = (r.first + 1) & (len(r.buf) - 1)
	r.n--
	return m
}

// straggler is a message that may be overtaken.
type straggler struct {
	message
	by *layer // that holds it back
}

// stragglers are ordered by when they are due, and else as they were sent.
type stragglers struct{ h stragglerHeap }

func (s *stragglers) len() int         { return len(s.h) }
func (s *stragglers) head() *straggler { return &s.h[0] }
func (s *stragglers) push(m straggler) { heap.Push(&s.h, m) }
func (s *stragglers) pop() straggler   { return heap.Pop(&s.h).(straggler) }

type stragglerHeap []straggler

func (h stragglerHeap) Len() int { return len(h) }
func (h stragglerHeap) Less(i, j int) bool {
	return h[i].due < h[j].due || h[i].due == h[j].due && h[i].number < h[j].number
}
func (h stragglerHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *stragglerHeap) Push(x any)   { *h = append(*h, x.(straggler)) }
func (h *stragglerHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = straggler{}
	*h = old[:len(old)-1]
	return last
}
