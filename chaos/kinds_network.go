package chaos

import (
	"errors"
	"fmt"
	"time"
)

// networkKinds are the faults of links. A fault of a target T is done to every
// link that begins or ends at one of its nodes, in both directions.
//
// Of the patterns, bridge and ring are nemeses of Jepsen (bridge,
// majorities-ring); quorum-loss, constrained and chained are the three cases of
// partial connectivity of Ng, Haridi and Carbone, "Omni-Paxos: Breaking the
// Barriers of Partial Connectivity", EuroSys 2023, section 7.2. Where every node
// leads for itself these three would be other faults than they are called.
var networkKinds = []kind{
	{
		Kind: Kind{
			Name: "isolate", Needs: CanLink, Usage: []string{"isolate(T)"}, Example: "isolate(leader)",
			Does: "cuts every link of the nodes, in both directions; their clients still reach them",
		},
		check: someLink(touching), hurt: hurtLinks(touching, cut),
	},
	{
		Kind: Kind{
			Name: "partition", Needs: CanLink, Usage: []string{"partition(A | B)", "partition(A | B | C)"}, Example: "partition(leader | rest)",
			Does: "cuts the links between the sides, in both directions; a node on no side reaches all",
		},
		shape: sides,
		check: apart, hurt: hurtLinks(between, cut),
	},
	{
		Kind: Kind{
			Name: "one-way", Needs: CanLink, Usage: []string{"one-way(A -> B)"}, Example: "one-way(leader -> rest)",
			Does: "cuts the links from A to B; messages from B to A still arrive",
		},
		shape: arrow,
		check: someLink(along), hurt: hurtLinks(along, cut),
	},
	{
		Kind: Kind{
			Name: "bridge", Needs: CanLink, Usage: []string{"bridge(T)"}, Example: "bridge(follower)",
			Does: "splits the nodes but one, T, in two halves that the seed chooses, and cuts the links between them; T reaches all, and is all that joins them",
		},
		check: bridgeable, hurt: hurtPattern(bridged),
	},
	{
		Kind: Kind{
			Name: "ring", Needs: CanLink, Usage: []string{"ring()"}, Example: "ring()",
			Does: "puts the nodes in a ring, in an order that the seed chooses, and cuts links until each reaches its neighbours only, " +
				"as few as are a majority with it: each node sees a different majority. Needs 4 nodes",
		},
		shape: nobody,
		check: atLeast(4, "to cut a link and leave each a majority"), hurt: hurtPattern(ringed),
	},
	{
		Kind: Kind{
			Name: "quorum-loss", Needs: CanLead, Usage: []string{"quorum-loss(T)"}, Example: "quorum-loss(follower)",
			Does: "cuts every link that does not touch the follower T: the leader lives but has lost its quorum, and T alone has one " +
				"and hears of the leader still (Omni-Paxos, EuroSys 2023, section 7.2). Needs 4 nodes",
		},
		implied: []selector{{role: leader}},
		check:   hub, hurt: hurtPattern(star),
	},
	{
		Kind: Kind{
			Name: "constrained", Needs: CanLead, Usage: []string{"constrained(T, 250ms)"}, Example: "constrained(follower, 250ms)",
			Does: "cuts the link between the leader and the follower T, so that T falls behind; 250ms later it isolates the leader, and the other " +
				"nodes reach T only: the one node with a quorum has not the newest log (Omni-Paxos, EuroSys 2023, section 7.2). Needs 4 nodes",
			Params: []Param{{"250ms", "from the first cut to the second; the paper has half an election timeout", "a time of 1ms or more, and less than the fault lasts"}},
		},
		implied: []selector{{role: leader}}, measure: duration,
		least: oneTurn, shortest: shortestTurn,
		check: hub, hurt: hurtInTurns(constrainedTurns),
	},
	{
		Kind: Kind{
			Name: "chained", Needs: CanLead, Usage: []string{"chained(T)"}, Example: "chained(follower)",
			Does: "cuts the link between the leader and the follower T alone; of 3 nodes that makes a chain, whose ends may depose each other " +
				"for ever (Omni-Paxos, EuroSys 2023, section 7.2). Needs 3 nodes",
		},
		implied: []selector{{role: leader}},
		check:   chainable, hurt: hurtPattern(ends),
	},
	{
		Kind: Kind{
			Name: "delay", Needs: CanLink, Usage: []string{"delay(T, 50ms)", "delay(A -> B, 50ms ± 10ms)"}, Example: "delay(leader -> rest, 50ms ± 10ms)",
			Does: "holds messages back, in both directions of every link of T or from A to B; order is kept",
			Params: []Param{
				{"50ms", "what is added to the delay of each message", "a time of more than 0s"},
				{"± 10ms", "by how much it may be less or more, uniformly", "from 0s to the time before it"},
			},
		},
		shape: targetOrArrow, measure: spread,
		check: someLink(scope), hurt: hurtLinks(scope, func(a amount) LinkFault { return LinkFault{Delay: a.d, Jitter: a.jitter} }),
	},
	{
		Kind: Kind{
			Name: "loss", Needs: CanLink, Usage: []string{"loss(T, 20%)", "loss(A -> B, 20%)"}, Example: "loss(all, 20%)",
			Does:   "loses this share of the messages, in both directions of every link of T or from A to B",
			Params: []Param{{"20%", "share of the messages, each by chance", shares}},
		},
		shape: targetOrArrow, measure: percentage,
		check: someLink(scope), hurt: hurtLinks(scope, func(a amount) LinkFault { return LinkFault{Loss: a.percent / 100} }),
	},
	{
		Kind: Kind{
			Name: "duplicate", Needs: CanLink, Usage: []string{"duplicate(T, 10%)", "duplicate(A -> B, 10%)"}, Example: "duplicate(all, 10%)",
			Does:   "lets this share of the messages arrive twice, in both directions of every link of T or from A to B; with reorder, the second copy may come much later",
			Params: []Param{{"10%", "share of the messages, each by chance", shares}},
		},
		shape: targetOrArrow, measure: percentage,
		check: someLink(scope), hurt: hurtLinks(scope, func(a amount) LinkFault { return LinkFault{Duplicate: a.percent / 100} }),
	},
	{
		Kind: Kind{
			Name: "reorder", Needs: CanLink, Usage: []string{"reorder(T, 20%, 10ms)", "reorder(A -> B, 20%, 10ms)"}, Example: "reorder(all, 20%, 10ms)",
			Does: "holds this share of the messages back, and lets those behind them pass, in both directions of every link of T or from A to B",
			Params: []Param{
				{"20%", "share of the messages, each by chance", shares},
				{"10ms", "up to how much later they arrive, uniformly", "a time of more than 0s"},
			},
		},
		shape: targetOrArrow, measure: lateness,
		check: someLink(scope), hurt: hurtLinks(scope, func(a amount) LinkFault { return LinkFault{Reorder: a.percent / 100, Late: a.d} }),
	},
	{
		Kind: Kind{
			Name: "rate", Needs: CanLink, Usage: []string{"rate(T, 1MB/s)", "rate(A -> B, 1MB/s)"}, Example: "rate(leader -> rest, 1MB/s)",
			Does: "limits the bandwidth of each link, in both directions of every link of T or from A to B: a message takes its size divided by the rate, " +
				"one after the other; what would have to wait for more than " + Backlog.String() + " is dropped",
			Params: []Param{{"1MB/s", "bytes a second of each link and direction", "from 1B/s; B, kB, MB and GB, of which each is 1000 of the last"}},
		},
		shape: targetOrArrow, measure: bandwidth,
		check: someLink(scope), hurt: hurtLinks(scope, func(a amount) LinkFault { return LinkFault{Rate: a.rate} }),
	},
	{
		Kind: Kind{
			Name: "flaky", Needs: CanLink, Usage: []string{"flaky(T, 500ms)", "flaky(A -> B, 500ms ± 300ms)"}, Example: "flaky(follower, 500ms ± 300ms)",
			Does: "cuts links and restores them in turn, each link by itself, all cut at first: both directions at once of every link of T, or one from A to B",
			Params: []Param{
				{"500ms", "how long a link stays as it is", "a time of 1ms or more, and less than the fault lasts"},
				{"± 300ms", "by how much that may be less or more, uniformly", "from 0s to the time before it"},
			},
		},
		shape: targetOrArrow, measure: spread,
		least: oneTurn, shortest: shortestTurn,
		check: someLink(scope), hurt: hurtInTurns(flakyTurns),
	},
	{
		Kind: Kind{
			Name: "swizzle", Needs: CanLink, Usage: []string{"swizzle(T, 200ms)"}, Example: "swizzle(all, 200ms)",
			Does: "clogs the nodes one by one, and unclogs them one by one in another order, and begins again: messages to and from a clogged node wait, " +
				"and arrive together when it is unclogged (FoundationDB's swizzle-clogging)",
			Params: []Param{{"200ms", "from one node to the next", "a time of 1ms or more, and less than the fault lasts"}},
		},
		measure: duration,
		least:   oneTurn, shortest: shortestTurn,
		check: someLink(touching), hurt: hurtInTurns(swizzleTurns),
	},
	{
		Kind: Kind{
			Name: "reset", Needs: CanLink, Usage: []string{"reset(T)", "reset(T, 500ms)", "reset(A -> B, 500ms)"}, Example: "reset(leader, 500ms)",
			Does: "breaks the connections, once or again and again: what is in flight is lost, and so is what is sent until the connection is up again, " +
				"a round trip of the link and " + Reconnect.String() + " later; in both directions of every link of T or from A to B",
			Params: []Param{{"500ms", "from one reset to the next; without it there is one, when the fault begins", "a time of 1ms or more, and less than the fault lasts"}},
		},
		shape: targetOrArrow, measure: period,
		least: oneTurn, shortest: shortestTurn,
		check: someLink(scope), hurt: hurtInTurns(resetTurns),
	},
}

const shares = "more than 0% and at most 100%"

func cut(amount) LinkFault { return LinkFault{Cut: true} }

// oneTurn: faults with a timetable must last until something has changed.
func oneTurn(a amount) time.Duration { return a.d + a.jitter }

// apart checks that no node is on two sides.
func apart(f *fault, on [][]int, n int) error {
	side := make(map[int]int)
	for s, nodes := range on {
		for _, i := range nodes {
			if other, ok := side[i]; ok {
				return fmt.Errorf("n%d would be on two sides, %s and %s", i+1, f.on[other], f.on[s])
			}
			side[i] = s
		}
	}
	return nil
}

// someLink checks that the fault has a link to hurt.
func someLink(which linksOf) func(*fault, [][]int, int) error {
	return func(f *fault, on [][]int, n int) error {
		if len(which(f, on, n)) > 0 {
			return nil
		}
		if n == 1 {
			return errors.New("the cluster has 1 node, and so no link")
		}
		return fmt.Errorf("there is no link from %s to %s", f.on[0], f.on[len(f.on)-1])
	}
}
