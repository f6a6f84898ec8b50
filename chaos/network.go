package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A wire is one direction of a link, between indices of nodes.
type wire struct{ from, to int }

// linksOf says which links of n nodes a fault hurts, each direction once.
type linksOf func(f *fault, on [][]int, n int) []wire

// wires returns the links for which hurt holds.
func wires(n int, hurt func(from, to int) bool) []wire {
	var list []wire
	for from := range n {
		for to := range n {
			if from != to && hurt(from, to) {
				list = append(list, wire{from, to})
			}
		}
	}
	return list
}

// touching: every link with an end in the target.
func touching(_ *fault, on [][]int, n int) []wire {
	return wires(n, func(from, to int) bool {
		return slices.Contains(on[0], from) || slices.Contains(on[0], to)
	})
}

// between: every link whose ends are on different sides.
func between(_ *fault, on [][]int, n int) []wire {
	side := make([]int, n) // from 1; 0 is none
	for s, nodes := range on {
		for _, i := range nodes {
			side[i] = s + 1
		}
	}
	return wires(n, func(from, to int) bool {
		return side[from] != 0 && side[to] != 0 && side[from] != side[to]
	})
}

// along: the links from the first target to the second.
func along(_ *fault, on [][]int, n int) []wire {
	return wires(n, func(from, to int) bool {
		return slices.Contains(on[0], from) && slices.Contains(on[1], to)
	})
}

// scope: as the fault is written, with an arrow or without.
func scope(f *fault, on [][]int, n int) []wire {
	if f.arrow {
		return along(f, on, n)
	}
	return touching(f, on, n)
}

func hurtLinks(which linksOf, harm func(amount) LinkFault) func(context.Context, Target, *fault, [][]int) (Injected, error) {
	return func(ctx context.Context, t Target, f *fault, on [][]int) (Injected, error) {
		nodes := t.Cluster.Nodes()
		h := &hurtNetwork{on: named(nodes, on), arrow: f.arrow, splits: f.kind.shape == sides}
		for _, w := range which(f, on, len(nodes)) {
			heal, err := t.Cluster.(Linker).HurtLink(nodes[w.from], nodes[w.to], harm(f.amount))
			if err != nil {
				err = fmt.Errorf("%s: link %s -> %s: %w", f.kind.Name, nodes[w.from], nodes[w.to], err)
				return nil, errors.Join(err, h.Heal(ctx))
			}
			h.heal = append(h.heal, heal)
		}
		return h, nil
	}
}

// hurtNetwork is a fault of links that is in force.
type hurtNetwork struct {
	on     [][]string
	arrow  bool
	splits bool // on is sides, with every link between them cut

	heal   []func() LinkHarm
	healed bool
	total  LinkHarm
	bitten int // links on which it did something
}

func (h *hurtNetwork) Nodes() []string { return slices.Concat(h.on...) }

func (h *hurtNetwork) Heal(context.Context) error {
	if h.healed {
		return nil
	}
	h.healed = true
	for _, heal := range slices.Backward(h.heal) {
		harm := heal()
		h.total.Dropped += harm.Dropped
		h.total.Delayed += harm.Delayed
		if harm != (LinkHarm{}) {
			h.bitten++
		}
	}
	return nil
}

// Evidence is such as "1,204 messages dropped on 4 links (n2 | n1 n3)".
func (h *hurtNetwork) Evidence() string {
	var did []string
	if h.total.Dropped > 0 {
		did = append(did, thousands(h.total.Dropped)+" messages dropped")
	}
	if h.total.Delayed > 0 {
		did = append(did, thousands(h.total.Delayed)+" messages delayed")
	}
	if len(did) == 0 {
		return ""
	}
	links := plural(len(h.heal), "link")
	if h.bitten < len(h.heal) {
		links = fmt.Sprintf("%d of %s", h.bitten, links)
	}
	return fmt.Sprintf("%s on %s (%s)", strings.Join(did, ", "), links, h.groups())
}

// groups is such as "n2 | n1 n3".
func (h *hurtNetwork) groups() string {
	sep := " | "
	if h.arrow {
		sep = " -> "
	}
	groups := make([]string, len(h.on))
	for i, g := range h.on {
		groups[i] = strings.Join(g, " ")
	}
	return strings.Join(groups, sep)
}

// named turns indices into names.
func named(nodes []string, on [][]int) [][]string {
	out := make([][]string, len(on))
	for i, group := range on {
		for _, n := range group {
			out[i] = append(out[i], nodes[n])
		}
	}
	return out
}

// thousands prints 1204 as "1,204".
func thousands(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
