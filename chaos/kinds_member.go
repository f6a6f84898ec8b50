package chaos

import (
	"errors"
	"fmt"
)

// memberKinds change who leads, and who belongs to the cluster.
var memberKinds = []kind{
	{
		Kind: Kind{
			Name: "transfer-leader", Needs: CanTransfer, Usage: []string{"transfer-leader(T)"}, Example: "transfer-leader(follower)",
			Does: "asks the leader to hand over to one node; there is nothing to heal",
		},
		check: otherThanLeader, hurt: transferLeader,
	},
	{
		Kind: Kind{
			Name: "remove", Needs: CanMember, Usage: []string{"remove(T)"}, Example: "remove(follower)",
			Does: "has nodes leave the configuration one by one, and stops them; their clients are refused. " +
				"Healing has an empty node join in the place of each, as a new member and a voter at once",
		},
		check: someRemain, hurt: removeNodes,
	},
	{
		Kind: Kind{
			Name: "replace", Needs: CanMember, Usage: []string{"replace(T)"}, Example: "replace(leader)",
			Does: "has an empty node join in the place of each, as a new member and a voter at once, one by one; " +
				"healing waits until they have caught up",
		},
		check: someRemain, hurt: replaceNodes,
	},
	{
		Kind: Kind{
			Name: "add", Needs: CanMember, Usage: []string{"add(1)"}, Example: "add(1)",
			Does: fmt.Sprintf("has so many spare nodes join, empty and as voters at once, of which a host has %d. "+
				"They have no clients, and other faults do not hit them. It has bitten if each had caught up before healing has them leave", MaxSpares),
			Params: []Param{{"1", "how many nodes join", fmt.Sprintf("from 1 to %d", MaxSpares)}},
		},
		shape: nobody, measure: count,
		check: enoughSpares, hurt: addNodes,
	},
}

// MaxSpares is how many spare nodes a host keeps that changes members.
const MaxSpares = 2

// otherThanLeader checks that there is one node to hand over to.
func otherThanLeader(f *fault, on [][]int, n int) error {
	switch s := f.on[0]; {
	case n == 1:
		return errors.New("the cluster has 1 node, and nobody to hand over to")
	case s.role == leader || s.role == withLeader:
		return fmt.Errorf("%s leads already: want transfer-leader(follower), or one node such as transfer-leader(n2)", s)
	case len(on[0]) != 1:
		return fmt.Errorf("%s is %d nodes, and one can lead: want transfer-leader(follower), say", s, len(on[0]))
	}
	return nil
}

// someRemain checks that two nodes stay all the time. With fewer, one that leaves
// while it leads could take with it that its leaving is committed.
func someRemain(f *fault, on [][]int, n int) error {
	away := len(on[0])
	if f.kind.Name == "replace" {
		away = 1 // at a time
	}
	if n-away < 2 {
		return fmt.Errorf("%s: two nodes at least must remain members, to go on without %s: %s", f, f.on[0], clusterOf(n))
	}
	return nil
}

// enoughSpares also checks that two nodes stay when the spares leave again, as
// someRemain does.
func enoughSpares(f *fault, _ [][]int, n int) error {
	if n < 2 {
		return fmt.Errorf("%s: two nodes at least must remain members when it leaves again: %s", f, clusterOf(n))
	}
	if f.amount.n > MaxSpares {
		return fmt.Errorf("%s: a host has %s: want add(%d) or less", f, plural(MaxSpares, "spare node"), MaxSpares)
	}
	return nil
}
