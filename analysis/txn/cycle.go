package txn

import (
	"cmp"
	"slices"
)

// searchSteps bounds the search for a shortest cycle of one class, in links
// followed. What was found by then is a cycle, if perhaps not a shortest one. If
// nothing was, the next class is looked for; the last one that there can be is
// found at the first start.
const searchSteps = 5_000_000

// cycles looks for a cycle, in ever more kinds of links: the fewer it needs, the
// worse the isolation. It tells of a shortest one of the first kind found.
func (h *history) cycles() {
	const data = ww | wr | rw | onward
	if !h.cyclic(data | process | realTime) {
		return
	}
	for _, of := range []kinds{ww, ww | wr, data, data | process, data | process | realTime} {
		number, size := h.graph.components(of)
		if slices.Max(size) == 1 {
			continue
		}
		s := search{graph: &h.graph, number: number, size: size}
		extra := of & (process | realTime)
		for _, class := range []struct{ must, rest kinds }{
			{ww, ww}, {wr, ww | wr}, {rw, ww | wr}, {rw, ww | wr | rw},
		} {
			if c := s.shortest(class.must, (class.rest|extra|onward)&(of|onward)); c != nil {
				h.cycle(c)
				return
			}
		}
	}
}

func (h *history) cyclic(of kinds) bool {
	if h.graph.nodes == 0 {
		return false
	}
	_, size := h.graph.components(of)
	return slices.Max(size) > 1
}

// search finds shortest cycles. A step from a transaction counts one, and the
// onward steps from nodes that stand for none count nothing.
type search struct {
	*graph
	number, size []int32 // components
	steps        int     // left

	round   int32
	reached []int32 // the round that reached the node
	far     []int32 // in that round
	by      []int32 // link that led there
}

// shortest returns a shortest cycle of a link of the kind must and others of the
// kinds rest, as steps between transactions; nil if there is none.
func (s *search) shortest(must, rest kinds) []link {
	var starts []int32
	for i := range s.links {
		if l := &s.links[i]; l.kind == must && s.number[l.from] == s.number[l.to] {
			starts = append(starts, int32(i))
		}
	}
	slices.SortStableFunc(starts, func(a, b int32) int {
		return cmp.Compare(s.size[s.number[s.links[a].from]], s.size[s.number[s.links[b].from]])
	})
	if s.reached == nil {
		s.reached, s.far, s.by = make([]int32, s.nodes), make([]int32, s.nodes), make([]int32, s.nodes)
	}
	s.steps = searchSteps
	var best []link
	for _, i := range starts {
		longest := int32(1 << 30)
		if best != nil {
			longest = int32(len(best)) - 2 // links beside the first
		}
		if s.path(&s.links[i], rest, longest) {
			best = s.cycleOf(i)
		}
		if len(best) == 2 || s.steps <= 0 {
			break
		}
	}
	return best
}

// path finds a shortest path of at most longest steps from the end of a link
// back to its beginning.
func (s *search) path(l *link, rest kinds, longest int32) bool {
	s.round++
	s.reached[l.to], s.far[l.to] = s.round, 0
	near, next := []int32{l.to}, []int32(nil)
	for d := int32(0); len(near) > 0 && d <= longest; d++ {
		for i := 0; i < len(near); i++ {
			n := near[i]
			if s.far[n] != d {
				continue // was reached by a shorter way since
			}
			if n == l.from {
				return true
			}
			to := d
			if int(n) < s.txns {
				to++
			}
			for j := s.first[n]; j < s.first[n+1]; j++ {
				s.steps--
				o := &s.links[j]
				if o.kind&rest == 0 || s.number[o.to] != s.number[n] || s.reached[o.to] == s.round && s.far[o.to] <= to {
					continue
				}
				s.reached[o.to], s.far[o.to], s.by[o.to] = s.round, to, j
				if to == d {
					near = append(near, o.to)
				} else {
					next = append(next, o.to)
				}
			}
		}
		near, next = next, near[:0]
	}
	return false
}

// cycleOf returns the cycle that a link and the path just found make, without
// the nodes that stand for no transaction.
func (s *search) cycleOf(first int32) []link {
	var back []link
	for n := s.links[first].from; n != s.links[first].to; n = s.links[s.by[n]].from {
		back = append(back, s.links[s.by[n]])
	}
	slices.Reverse(back)
	steps := []link{s.links[first]}
	for _, l := range back {
		if last := &steps[len(steps)-1]; int(last.to) >= s.txns {
			last.to = l.to
		} else {
			steps = append(steps, l)
		}
	}
	return steps
}
