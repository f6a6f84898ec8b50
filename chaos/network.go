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

// hurtLinks does the same to links for as long as the fault lasts.
func hurtLinks(which linksOf, harm func(amount) LinkFault) func(context.Context, Target, *fault, [][]int) (Injected, error) {
	return func(ctx context.Context, t Target, f *fault, on [][]int) (Injected, error) {
		h := newHurtNetwork(t, f, on)
		return h.begin(ctx, turn{hurt: which(f, on, len(h.names)), with: harm(f.amount)})
	}
}

// hurtNetwork is a fault of links that is in force.
type hurtNetwork struct {
	wounds
	kind   string
	on     [][]string
	arrow  bool
	splits bool   // on is sides, with every link between them cut
	stand  string // how the nodes stand, if on does not say it

	table *timetable // nil: what is hurt stays so
}

func newHurtNetwork(t Target, f *fault, on [][]int) *hurtNetwork {
	names := t.Cluster.Nodes()
	return &hurtNetwork{
		wounds: wounds{linker: t.Cluster.(Linker), names: names, harm: make(map[wire]LinkHarm)},
		kind:   f.kind.Name, on: named(names, on), arrow: f.arrow, splits: f.kind.shape == sides,
	}
}

// begin hurts the first links. After an error nothing is hurt.
func (h *hurtNetwork) begin(ctx context.Context, first turn) (Injected, error) {
	if err := h.take(first); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", h.kind, err), h.Heal(ctx))
	}
	return h, nil
}

func (h *hurtNetwork) Nodes() []string {
	if len(h.on) == 0 {
		return h.names
	}
	return slices.Concat(h.on...)
}

func (h *hurtNetwork) Heal(ctx context.Context) error {
	var err error
	if h.table != nil {
		if err = h.table.end(ctx); errors.Is(err, errStillTurning) {
			return fmt.Errorf("%s: %w", h.kind, err)
		}
	}
	h.healAll()
	if err != nil {
		return fmt.Errorf("%s, while it lasted: %w", h.kind, err)
	}
	return nil
}

// Evidence is such as "1,204 messages dropped on 4 links (n2 | n1 n3)".
func (h *hurtNetwork) Evidence() string {
	did := h.did()
	if did == "" {
		return ""
	}
	stand := h.stand
	if stand == "" {
		stand = h.groups()
	}
	did += " (" + stand + ")"
	if h.table != nil {
		did += h.table.tally()
	}
	return did
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
