package analysis

import (
	"cmp"
	"slices"
	"time"

	"nines/bench"
)

// A linkChange is a link that one more fault cuts, or one less. Nodes are indices.
type linkChange struct {
	at       time.Duration
	from, to int
	by       int
}

// atOnce: changes of links less than this apart are one. A fault cuts its links one
// after the other, and no timetable turns faster.
const atOnce = time.Millisecond

// roleCuts are the stretches in which links of each node were cut, whichever
// faults did it.
func (t *trial) roleCuts() [][]RoleCut {
	n := len(t.Facts.Nodes)
	out := make([][]RoleCut, n)
	links := newCutLinks(n)
	changes := t.linkChanges()
	for len(changes) > 0 {
		at := changes[0].at
		for len(changes) > 0 && changes[0].at < at+atOnce {
			c := changes[0]
			links.by[c.from][c.to] += c.by
			changes = changes[1:]
		}
		until := t.end
		if len(changes) > 0 {
			until = changes[0].at
		}
		off, partly := links.states()
		for i := range out {
			if off[i] || partly[i] {
				out[i] = lengthened(out[i], RoleCut{From: ms(at), To: ms(until), Partly: partly[i]})
			}
		}
	}
	return out
}

// lengthened adds a stretch, to the last one if it goes on.
func lengthened(list []RoleCut, c RoleCut) []RoleCut {
	if n := len(list); n > 0 && list[n-1].To == c.From && list[n-1].Partly == c.Partly {
		list[n-1].To = c.To
		return list
	}
	return append(list, c)
}

// linkChanges are those of the measured period, by instant.
func (t *trial) linkChanges() []linkChange {
	var out []linkChange
	for _, f := range t.faults {
		for _, c := range f.linkCuts() {
			from, to := max(c.From, 0), min(c.To, t.end)
			if from >= to {
				continue
			}
			for _, l := range c.Links {
				a, b := slices.Index(t.Facts.Nodes, l[0]), slices.Index(t.Facts.Nodes, l[1])
				if a >= 0 && b >= 0 {
					out = append(out, linkChange{from, a, b, 1}, linkChange{to, a, b, -1})
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b linkChange) int { return cmp.Compare(a.at, b.at) })
	return out
}

// linkCuts are the links that a fault cut. Records of earlier versions only tell of
// sides: all links between them were cut, from when the injection was complete until
// healing began.
func (f *span) linkCuts() []bench.Cut {
	if len(f.Cuts) > 0 {
		return f.Cuts
	}
	c := bench.Cut{From: max(f.Injected, f.Start), To: f.HealFrom}
	for i, side := range f.Sides {
		for _, other := range slices.Concat(f.Sides[i+1:]...) {
			for _, node := range side {
				c.Links = append(c.Links, [2]string{node, other}, [2]string{other, node})
			}
		}
	}
	return []bench.Cut{c}
}

// cutLinks counts the faults that cut each link, by the node where it begins and
// the one where it ends.
type cutLinks struct{ by [][]int }

func newCutLinks(n int) cutLinks {
	l := cutLinks{make([][]int, n)}
	for i := range l.by {
		l.by[i] = make([]int, n)
	}
	return l
}

// states are how each node stands: cut off, or partly. That a node is missed which
// is cut off says nothing of the others.
func (l cutLinks) states() (off, partly []bool) {
	off, partly = make([]bool, len(l.by)), make([]bool, len(l.by))
	for a := range l.by {
		left := 0
		for b := range l.by {
			if l.by[a][b] == 0 || l.by[b][a] == 0 { // so it is with itself
				left++
			}
		}
		off[a] = 2*left <= len(l.by)
	}
	for a := range l.by {
		for b := range l.by {
			if !off[a] && !off[b] && l.by[a][b]+l.by[b][a] > 0 {
				partly[a] = true
			}
		}
	}
	return off, partly
}
