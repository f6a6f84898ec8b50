package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A pattern says which links between the nodes a fault cuts, and how the nodes
// then stand, for the report.
type pattern func(r *rand.Rand, on [][]int, nodes []string) (cut []wire, stand string)

// hurtPattern cuts the links of a pattern.
func hurtPattern(of pattern) func(context.Context, Target, *fault, [][]int) (Injected, error) {
	return func(ctx context.Context, t Target, f *fault, on [][]int) (Injected, error) {
		h := newHurtNetwork(t, f, on)
		cut, stand := of(t.Rand, on, h.names)
		h.stand = stand
		return h.begin(ctx, turn{hurt: cut, with: LinkFault{Cut: true}})
	}
}

// bridged: two halves that only the bridge joins, of the same size or one apart.
// Jepsen has a nemesis of that name.
func bridged(r *rand.Rand, on [][]int, nodes []string) ([]wire, string) {
	bridge := on[0][0]
	others := slices.DeleteFunc(r.Perm(len(nodes)), func(i int) bool { return i == bridge })
	a, b := others[:len(others)/2], others[len(others)/2:]
	slices.Sort(a)
	slices.Sort(b)
	return between(nil, [][]int{a, b}, len(nodes)), fmt.Sprintf("%s - %s - %s", row(nodes, a), nodes[bridge], row(nodes, b))
}

// ringed: the nodes stand in a ring, and each reaches the nearest ones, as many
// as make a majority with itself; no two nodes reach the same ones. Jepsen has it
// as majorities-ring.
func ringed(r *rand.Rand, _ [][]int, nodes []string) ([]wire, string) {
	order := r.Perm(len(nodes))
	place := make([]int, len(nodes))
	for p, i := range order {
		place[i] = p
	}
	near := ringNeighbours(len(nodes))
	return wires(len(nodes), func(from, to int) bool { return !near(place[from], place[to]) }), "ring of " + row(nodes, order)
}

// ringNeighbours says which places of a ring of n reach each other. Each place
// reaches n/2 others, which is a majority with itself: half of them on either
// side. If that is an odd number, the last is the place opposite; without one,
// since n is odd, it is one more on either side.
func ringNeighbours(n int) func(a, b int) bool {
	others := n / 2
	reach, opposite := others/2, others%2 == 1 && n%2 == 0
	if others%2 == 1 && n%2 == 1 {
		reach++
	}
	return func(a, b int) bool {
		apart := (a - b + n) % n
		apart = min(apart, n-apart)
		return apart <= reach || opposite && apart == n/2
	}
}

// star: what does not touch the hub is cut.
func star(_ *rand.Rand, on [][]int, nodes []string) ([]wire, string) {
	hub := on[0][0]
	return wires(len(nodes), func(from, to int) bool { return from != hub && to != hub }), "hub " + nodes[hub]
}

// ends: the link between the two targets is cut.
func ends(_ *rand.Rand, on [][]int, nodes []string) ([]wire, string) {
	return between(nil, on, len(nodes)), row(nodes, on[0]) + " | " + row(nodes, on[1])
}

// single checks that the fault's target is one node.
func single(f *fault, on [][]int) error {
	if len(on[0]) == 1 {
		return nil
	}
	return fmt.Errorf("%s is %s: want one, such as %s", f.on[0], plural(len(on[0]), "node"), f.kind.Example)
}

// atLeast checks the size of the cluster.
func atLeast(least int, why string) func(*fault, [][]int, int) error {
	return func(f *fault, _ [][]int, n int) error {
		if n >= least {
			return nil
		}
		return fmt.Errorf("%s needs %d nodes, %s: %s", f.kind.Name, least, why, clusterOf(n))
	}
}

func bridgeable(f *fault, on [][]int, n int) error {
	if err := atLeast(3, "one on either side of the bridge")(f, on, n); err != nil {
		return err
	}
	return single(f, on)
}

// hub checks that one node that does not lead joins all the others.
func hub(f *fault, on [][]int, n int) error {
	if err := atLeast(4, "since fewer with the leader and one more are a majority")(f, on, n); err != nil {
		return err
	}
	return follows(f, on)
}

func chainable(f *fault, on [][]int, n int) error {
	if err := atLeast(3, "the two that are cut off and one between them")(f, on, n); err != nil {
		return err
	}
	return follows(f, on)
}

// follows checks that the target is one node that does not lead.
func follows(f *fault, on [][]int) error {
	if err := single(f, on); err != nil {
		return err
	}
	if slices.Contains(on[1], on[0][0]) {
		return fmt.Errorf("%s is the leader: want a node that follows, such as %s", f.on[0], f.kind.Example)
	}
	return nil
}

// row names nodes one after the other.
func row(nodes []string, which []int) string {
	names := make([]string, len(which))
	for k, i := range which {
		names[k] = nodes[i]
	}
	return strings.Join(names, " ")
}
