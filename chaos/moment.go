package chaos

import "slices"

// A moment is what a [Point] tells the choice of targets. Nodes are numbered
// from 0, and -1 is none.
type moment struct {
	node        int
	coordinator int
	members     []int // the participants
}

func momentOf(p *Point, nodes []string) *moment {
	m := &moment{node: slices.Index(nodes, p.Node), coordinator: slices.Index(nodes, p.Coordinator)}
	for i, n := range nodes {
		if slices.Contains(p.Participants, n) {
			m.members = append(m.members, i)
		}
	}
	return m
}

// anyMoment is one at which f can strike if it can at all: all nodes of n take
// part. It is nil if f does not wait for a point.
func anyMoment(f Fault, n, leader int) *moment {
	if PointOf(f) == "" {
		return nil
	}
	return &moment{node: leader, coordinator: leader, members: inOrder(n)}
}

// participants are those of the moment, the best target first: the node that
// reached the point, then the others in the given order, then the coordinator.
func (m *moment) participants(order []int) []int {
	rank := func(i int) int {
		switch i {
		case m.coordinator:
			return 2
		case m.node:
			return 0
		}
		return 1
	}
	var list []int
	for _, i := range order {
		if slices.Contains(m.members, i) {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int { return rank(a) - rank(b) })
	return list
}
