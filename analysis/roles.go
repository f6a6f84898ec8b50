package analysis

import (
	"cmp"
	"slices"

	"nines/bench"
)

// NodeRoles is what a node was to its cluster over the measured period, as its
// events and the fault log tell.
type NodeRoles struct {
	Node  string     `json:"node"`
	Spans []RoleSpan `json:"spans"` // one after the other, from the base instant to the end
	// Cut are the stretches in which faults had cut links of the node, one after the other.
	Cut []RoleCut `json:"cut,omitempty"`
}

// A RoleSpan is a stretch in which the role of a node did not change.
type RoleSpan struct {
	From MS       `json:"from_ms"`
	To   MS       `json:"to_ms"`
	Role NodeRole `json:"role"`
}

// A RoleCut is a stretch in which a node was cut off: whatever links were left, in
// one direction or both, led to no majority of the nodes, itself included. Partly: a
// link with a node that was not cut off itself was cut, in one direction or both.
type RoleCut struct {
	From   MS   `json:"from_ms"`
	To     MS   `json:"to_ms"`
	Partly bool `json:"partly,omitempty"`
}

// NodeRole is what a node was.
type NodeRole string

// The roles. A node that leads takes itself for the leader: so may two at once.
const (
	RoleLeads    NodeRole = "leads"
	RoleFollows  NodeRole = "follows"
	RoleNoLeader NodeRole = "no leader" // it is up and knows none
	RoleUp       NodeRole = "up"        // of a system in which nobody leads
	RoleDown     NodeRole = "down"
)

// roles has one for each node; none if there is nothing to tell of any.
func (t *trial) roles() []NodeRoles {
	events := slices.Clone(t.Events)
	slices.SortStableFunc(events, func(a, b bench.Event) int { return cmp.Compare(a.At, b.At) })
	led := slices.ContainsFunc(events, func(e bench.Event) bool { return e.Kind == bench.EventLeader })
	var out []NodeRoles
	tells, cuts := led, t.roleCuts()
	for i, node := range t.Facts.Nodes {
		r := NodeRoles{Node: node, Spans: t.roleSpans(node, events, led), Cut: cuts[i]}
		tells = tells || len(r.Spans) > 1 || len(r.Cut) > 0
		out = append(out, r)
	}
	if !tells {
		return nil
	}
	return out
}

func (t *trial) roleSpans(node string, events []bench.Event, led bool) []RoleSpan {
	var (
		role  bench.Role
		spans = []RoleSpan{{Role: roleOf(role, led)}}
	)
	for _, e := range events {
		if e.Node != node || e.At >= t.end {
			continue
		}
		role = role.After(e)
		last, is := &spans[len(spans)-1], roleOf(role, led)
		at := max(0, e.At)
		switch {
		case is == last.Role:
		case ms(at) == last.From: // it had no time to be what it was
			last.Role = is
			if n := len(spans); n > 1 && spans[n-2].Role == is {
				spans = spans[:n-1]
			}
		default:
			last.To = ms(at)
			spans = append(spans, RoleSpan{From: ms(at), Role: is})
		}
	}
	spans[len(spans)-1].To = ms(t.end)
	return spans
}

func roleOf(r bench.Role, led bool) NodeRole {
	switch {
	case r.Down:
		return RoleDown
	case r.Leads:
		return RoleLeads
	case r.Leader != "":
		return RoleFollows
	case led:
		return RoleNoLeader
	}
	return RoleUp
}
