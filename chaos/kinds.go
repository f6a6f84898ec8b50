package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Kind is one row of the table of faults.
type Kind struct {
	Name    string
	Does    string
	Usage   []string // its forms; T, A and B stand for targets
	Needs   Caps
	Example string
}

// kind is how a Kind is parsed and injected.
type kind struct {
	Kind
	shape   shape
	rolling bool // instead of a target it may say rolling
	measure measure
	least   time.Duration // of the time that it measures; 0: more than none
	// check says why the fault cannot be injected at these nodes of n.
	check func(f *fault, on [][]int, n int) error
	hurt  func(ctx context.Context, t Target, f *fault, on [][]int) (Injected, error)
}

// shape is how a kind names its targets.
type shape uint8

const (
	oneTarget     shape = iota // T
	sides                      // A | B
	arrow                      // A -> B
	targetOrArrow              // T or A -> B
)

// measure is what a kind says about how much.
type measure uint8

const (
	nothing    measure = iota
	duration           // 20ms
	spread             // 50ms or 50ms ± 10ms
	percentage         // 20%
	downtime           // 1s, or nothing
	room               // 64KiB, or nothing
	offset             // 200ms or -200ms
	flips              // 200ms, 50ms
	rate               // +20% or -20%
)

// optional reports whether the amount may be left out.
func (m measure) optional() bool { return m == downtime || m == room }

// kinds is the table of faults; the parser, the help text and the injection
// work from it.
var kinds = slices.Concat(firstKinds, processKinds, diskKinds, clockKinds)

// firstKinds are those that everybody meets.
var firstKinds = []kind{
	{
		Kind: Kind{
			Name: "kill", Needs: CanKill, Usage: []string{"kill(T)"}, Example: "kill(leader)",
			Does: "stops nodes at once, losing what they had not synced; healing restarts them",
		},
		check: anywhere, hurt: killNodes,
	},
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
			Name: "delay", Needs: CanLink, Usage: []string{"delay(T, 50ms)", "delay(A -> B, 50ms ± 10ms)"}, Example: "delay(leader -> rest, 50ms ± 10ms)",
			Does: "holds messages back, in both directions of every link of T or from A to B; order is kept",
		},
		shape: targetOrArrow, measure: spread,
		check: someLink(scope), hurt: hurtLinks(scope, func(a amount) LinkFault { return LinkFault{Delay: a.d, Jitter: a.jitter} }),
	},
	{
		Kind: Kind{
			Name: "loss", Needs: CanLink, Usage: []string{"loss(T, 20%)", "loss(A -> B, 20%)"}, Example: "loss(all, 20%)",
			Does: "loses this share of the messages, in both directions of every link of T or from A to B",
		},
		shape: targetOrArrow, measure: percentage,
		check: someLink(scope), hurt: hurtLinks(scope, func(a amount) LinkFault { return LinkFault{Loss: a.percent / 100} }),
	},
	{
		Kind: Kind{
			Name: "slow-sync", Needs: CanDisk, Usage: []string{"slow-sync(T, 20ms)"}, Example: "slow-sync(follower, 20ms)",
			Does: "lets every forced write of the nodes take longer by this much",
		},
		measure: duration,
		check:   anywhere, hurt: slowSync,
	},
}

// Kinds lists the faults, in the order in which a newcomer would meet them.
func Kinds() []Kind {
	var list []Kind
	for _, k := range kinds {
		list = append(list, k.Kind)
	}
	return append(list, pointedKind)
}

// Names lists the names of the faults.
func Names() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, k.Name)
	}
	return names
}

func anywhere(*fault, [][]int, int) error { return nil }

func cut(amount) LinkFault { return LinkFault{Cut: true} }

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

// seconds prints a duration with a precision that a reader can use.
func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}
