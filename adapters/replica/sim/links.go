package sim

import "slices"

// links counts, for each link, the faults that cut it, and what they have cost.
type links struct {
	nodes int
	cuts  [][]*cut // by from*nodes+to
}

type cut struct {
	pairs   [][2]int // from, to
	dropped int
}

func newLinks(nodes int) links { return links{nodes, make([][]*cut, nodes*nodes)} }

// pass reports whether a message gets through.
func (l *links) pass(from, to int) bool {
	cs := l.cuts[from*l.nodes+to]
	for _, c := range cs {
		c.dropped++
	}
	return len(cs) == 0
}

func (l *links) sever(c *cut) {
	for _, p := range c.pairs {
		at := p[0]*l.nodes + p[1]
		l.cuts[at] = append(l.cuts[at], c)
	}
}

func (l *links) mend(c *cut) {
	for _, p := range c.pairs {
		at := p[0]*l.nodes + p[1]
		l.cuts[at] = slices.DeleteFunc(l.cuts[at], func(o *cut) bool { return o == c })
	}
}
