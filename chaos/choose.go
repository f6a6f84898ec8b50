package chaos

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// world is what the choice of targets depends on. Nodes are numbered from 0.
type world struct {
	n      int
	leader int              // -1: nobody leads
	at     *moment          // nil: not at a protocol point
	down   func(int) bool   // nil: all are up
	done   func(int) uint64 // how much a node has applied; nil: as much as all others
	order  func(int) []int  // a permutation of 0..n-1; drawn once for each choice
}

// chooser resolves the selectors of a fault, part by part.
//
// Within one fault, also a composed one, the same words mean the same nodes. A
// choice avoids the nodes that the parts it stands in name otherwise, so that
// the sides of partition(leader | any) do not overlap. The permutations are drawn in the
// order of writing whatever the state of the cluster: two systems with the same
// seed get the same choice wherever they can.
type chooser struct {
	world
	parts  [][]selector
	chosen map[string][]int // by the selector's text; not for rest
}

// choose returns the nodes of each selector of each part.
func choose(parts [][]selector, w world) ([][][]int, error) {
	c := &chooser{world: w, parts: parts, chosen: make(map[string][]int)}
	every := slices.Concat(parts...)
	if len(every) > 0 && !slices.ContainsFunc(every, func(s selector) bool { return s.role != rest }) {
		return nil, errors.New("the rest of what? The fault names nobody else; every node is: all")
	}
	orders := make(map[string][]int)
	for _, s := range every {
		if _, ok := orders[s.String()]; s.isChoice() && !ok {
			orders[s.String()] = w.order(w.n)
		}
	}
	// What is more particular comes before the other choices.
	for _, turn := range []func(selector) error{
		c.fix,
		func(s selector) error { return c.draw(s, s.byLeader(), orders) },
		func(s selector) error { return c.draw(s, s.role == follower, orders) },
		func(s selector) error { return c.draw(s, s.role == participant, orders) },
		func(s selector) error { return c.draw(s, s.role == lagging, orders) },
		func(s selector) error { return c.draw(s, s.role > lagging, orders) },
	} {
		for _, s := range every {
			if err := turn(s); err != nil {
				return nil, err
			}
		}
	}
	return c.result()
}

// fix resolves a selector that leaves nothing to choose.
func (c *chooser) fix(s selector) error {
	var nodes []int
	switch s.role {
	case listed:
		for _, k := range s.nodes {
			if k > c.n {
				return fmt.Errorf("there is no node n%d: %s", k, clusterOf(c.n))
			}
			nodes = append(nodes, k-1)
		}
	case leader:
		if c.leader < 0 {
			return errors.New("no node leads")
		}
		nodes = []int{c.leader}
	case coordinator:
		if c.at.coordinator < 0 {
			return errors.New("nobody coordinates at this protocol point")
		}
		nodes = []int{c.at.coordinator}
	case all, rolling:
		for i := range c.n {
			nodes = append(nodes, i)
		}
	default:
		return nil
	}
	c.chosen[s.String()] = nodes
	return nil
}

// draw resolves a choice whose turn it is: the first nodes of its permutation
// that qualify.
func (c *chooser) draw(s selector, turn bool, orders map[string][]int) error {
	if _, done := c.chosen[s.String()]; done || !turn {
		return nil
	}
	want := s.size(c.n)
	if want < 1 {
		return fmt.Errorf("%s: there is no %s", clusterOf(c.n), s)
	}
	taken := c.besides(s)
	if s.role == withLeader && slices.Contains(taken, c.leader) {
		return fmt.Errorf("%s: the fault names the leader, n%d, elsewhere too", s, c.leader+1)
	}
	var nodes []int
	for _, i := range c.candidates(s, orders[s.String()]) {
		if len(nodes) < want && !slices.Contains(taken, i) {
			nodes = append(nodes, i)
		}
	}
	if len(nodes) < want {
		return fmt.Errorf("%s needs %s, and %d can be chosen: %s",
			s, plural(want, "node"), len(nodes), clusterOf(c.n))
	}
	slices.Sort(nodes)
	c.chosen[s.String()] = nodes
	return nil
}

// candidates are the nodes that qualify for the choice s, the best first.
func (c *chooser) candidates(s selector, order []int) []int {
	up := func(i int) bool { return c.down == nil || !c.down(i) }
	var list []int
	switch s.role {
	case withLeader:
		return append([]int{c.leader}, slices.DeleteFunc(slices.Clone(order), func(i int) bool { return i == c.leader })...)
	case withoutLeader:
		return slices.DeleteFunc(slices.Clone(order), func(i int) bool { return i == c.leader })
	case follower:
		for _, i := range order {
			if i != c.leader && up(i) {
				list = append(list, i)
			}
		}
	case participant:
		for _, i := range c.at.participants(order) {
			if up(i) {
				list = append(list, i)
			}
		}
	case lagging:
		for _, i := range order {
			if up(i) {
				list = append(list, i)
			}
		}
		if c.done != nil {
			slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(c.done(a), c.done(b)) })
		}
	default:
		return order
	}
	return list
}

// besides returns the nodes that the parts in which s stands name otherwise, as
// far as they are resolved.
func (c *chooser) besides(s selector) []int {
	var taken []int
	for _, part := range c.parts {
		if !slices.ContainsFunc(part, func(o selector) bool { return o.String() == s.String() }) {
			continue
		}
		for _, o := range part {
			if o.role != all && o.role != rolling {
				taken = append(taken, c.chosen[o.String()]...)
			}
		}
	}
	return taken
}

// result puts the nodes in place, and those of rest, which depend on the part.
func (c *chooser) result() ([][][]int, error) {
	out := make([][][]int, len(c.parts))
	for p, part := range c.parts {
		for _, s := range part {
			nodes := c.chosen[s.String()]
			if s.role == rest {
				nodes = c.rest(p)
				if len(nodes) == 0 {
					return nil, fmt.Errorf("nothing is left for rest: %s", clusterOf(c.n))
				}
			}
			out[p] = append(out[p], nodes)
		}
	}
	return out, nil
}

// rest is what part p does not name otherwise, or, if it names nothing else,
// what the other parts do not name.
func (c *chooser) rest(p int) []int {
	others := c.parts[p]
	if !slices.ContainsFunc(others, func(s selector) bool { return s.role != rest }) {
		others = slices.Concat(c.parts...)
	}
	var named, nodes []int
	for _, s := range others {
		named = append(named, c.chosen[s.String()]...)
	}
	for i := range c.n {
		if !slices.Contains(named, i) {
			nodes = append(nodes, i)
		}
	}
	return nodes
}

func clusterOf(n int) string { return "the cluster has " + plural(n, "node") }

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
