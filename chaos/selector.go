package chaos

import (
	"fmt"
	"strconv"
	"strings"
)

// A selector names the nodes that a fault hits. It is a value; which nodes it
// stands for is resolved when the fault is injected.
type selector struct {
	role  role
	count int   // of nodes, for those that are counted
	nodes []int // numbers from 1, for listed
}

type role uint8

// Roles from follower on are choices: the seed decides among the nodes that
// qualify, and those that the fault names otherwise are left out. The narrower
// ones come first.
const (
	listed role = iota + 1 // n2 or {n1, n2}
	leader
	all
	rest
	rolling // all, one after the other
	coordinator
	follower
	participant
	lagging
	anyone
	majority
	minority
	random
	withLeader
	withoutLeader
)

// counted are the roles that are written with a number of nodes.
var counted = [...]struct {
	TargetWord
	role role
}{
	{TargetWord{"random", "as many nodes, chosen by the seed"}, random},
	{TargetWord{"with-leader", "the node that leads and, to make up the number, others chosen by the seed"}, withLeader},
	{TargetWord{"without-leader", "as many nodes that do not lead, chosen by the seed"}, withoutLeader},
}

// A TargetWord is a way to name nodes in a fault.
type TargetWord struct {
	Name  string // such as "leader" or "random(2)"
	Means string
}

// words are the roles that are written as a bare word.
var words = [...]struct {
	TargetWord
	role role
	at   bool // has a meaning only at a protocol point
}{
	{TargetWord{"leader", "the node that leads when the fault is injected; at a protocol point, the one of that moment. Where every node leads for itself, as a coordinator of transactions does, one of them"}, leader, false},
	{TargetWord{"follower", "one running node that does not lead, chosen by the seed"}, follower, false},
	{TargetWord{"lagging", "the running node that has applied least of the log, also the leader; of several, or where nodes have no log in common, the one that the seed chooses"}, lagging, false},
	{TargetWord{"any", "one node, chosen by the seed"}, anyone, false},
	{TargetWord{"all", "every node"}, all, false},
	{TargetWord{"rest", "every node that the fault does not name otherwise"}, rest, false},
	{TargetWord{"majority", "the least number of nodes that is more than half, chosen by the seed"}, majority, false},
	{TargetWord{"minority", "the greatest number of nodes that is less than half, chosen by the seed"}, minority, false},
	{TargetWord{"coordinator", "at a protocol point: the node that coordinates the transaction, or leads"}, coordinator, true},
	{TargetWord{"participant", "at a protocol point: a participant that does not coordinate, if there is one; first the node that reached the point, else chosen by the seed"}, participant, true},
}

// TargetWords lists the ways to name nodes, for help texts.
func TargetWords() []TargetWord {
	var list []TargetWord
	for _, w := range words {
		list = append(list, w.TargetWord)
	}
	list = append(list,
		TargetWord{"n2", "the second node; also written: node 2"},
		TargetWord{"{n1, n3}", "these nodes"})
	for _, w := range counted {
		list = append(list, TargetWord{w.Name + "(2)", w.Means})
	}
	return list
}

func targetNames() []string {
	var names []string
	for _, w := range TargetWords() {
		names = append(names, w.Name)
	}
	return names
}

// rollingWord is how rolling is written, by those kinds that know it.
const rollingWord = "rolling"

// String returns the selector as it is written; it is equal for equal selectors.
func (s selector) String() string {
	if s.role == listed {
		names := make([]string, len(s.nodes))
		for i, n := range s.nodes {
			names[i] = "n" + strconv.Itoa(n)
		}
		if len(names) == 1 {
			return names[0]
		}
		return "{" + strings.Join(names, ", ") + "}"
	}
	if s.role == rolling {
		return rollingWord
	}
	for _, w := range counted {
		if w.role == s.role {
			return fmt.Sprintf("%s(%d)", w.Name, s.count)
		}
	}
	for _, w := range words {
		if w.role == s.role {
			return w.Name
		}
	}
	return fmt.Sprintf("role(%d)", s.role)
}

// size is how many of n nodes a choice takes.
func (s selector) size(n int) int {
	switch s.role {
	case follower, participant, lagging, anyone:
		return 1
	case majority:
		return n/2 + 1
	case minority:
		return (n - 1) / 2
	case random, withLeader, withoutLeader:
		return s.count
	}
	panic("chaos: the size of " + s.String() + " is not chosen")
}

func (s selector) isChoice() bool { return s.role >= follower }

// byLeader reports whether the choice depends on who leads, and counts.
func (s selector) byLeader() bool { return s.role == withLeader || s.role == withoutLeader }
