package chaos

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string // "": possible
	}{
		{"kill(leader)", 1, ""},
		{"kill(all)", 1, ""},
		{"kill(n3)", 3, ""},
		{"kill(n4)", 3, "there is no node n4: the cluster has 3 nodes"},
		{"kill(random(3))", 3, ""},
		{"kill(random(5))", 3, "random(5) needs 5 nodes, and 3 can be chosen: the cluster has 3 nodes"},
		{"kill(with-leader(3))", 3, ""},
		{"kill(with-leader(4))", 3, "with-leader(4) needs 4 nodes, and 3 can be chosen: the cluster has 3 nodes"},
		{"kill(without-leader(2))", 3, ""},
		{"kill(without-leader(3))", 3, "without-leader(3) needs 3 nodes, and 2 can be chosen: the cluster has 3 nodes"},
		{"partition(with-leader(2) | rest)", 3, ""},
		{"partition(with-leader(3) | rest)", 3, "nothing is left for rest: the cluster has 3 nodes"},
		{"partition(leader | with-leader(2))", 3, "with-leader(2): the fault names the leader, n1, elsewhere too"},
		{"kill(follower)", 1, "follower needs 1 node, and 0 can be chosen: the cluster has 1 node"},
		{"kill(minority)", 2, "the cluster has 2 nodes: there is no minority"},
		{"kill(rest)", 3, "the rest of what? The fault names nobody else; every node is: all"},
		{"kill(rest) + isolate(rest)", 3, "the rest of what? The fault names nobody else; every node is: all"},
		{"kill(leader) + slow-sync(rest, 1ms)", 3, ""},
		{"kill(leader) + slow-sync(rest, 1ms)", 1, "nothing is left for rest: the cluster has 1 node"},
		{"isolate(leader)", 2, ""},
		{"isolate(leader)", 1, "the cluster has 1 node, and so no link"},
		{"delay(all, 1ms)", 1, "the cluster has 1 node, and so no link"},
		{"partition(leader | rest)", 3, ""},
		{"partition(leader | rest)", 1, "nothing is left for rest: the cluster has 1 node"},
		{"partition(minority | majority)", 5, ""},
		{"partition(minority | majority)", 2, "the cluster has 2 nodes: there is no minority"},
		{"partition(majority | majority)", 3, "n1 would be on two sides, majority and majority"},
		{"partition(n1 | {n1, n2})", 3, "n1 would be on two sides, n1 and {n1, n2}"},
		{"partition(all | n1)", 3, "n1 would be on two sides, all and n1"},
		{"partition(leader | n1)", 3, ""}, // unless n1 leads
		{"partition(leader | n1)", 1, "n1 would be on two sides, leader and n1"},
		{"partition(leader | any | rest)", 3, ""},
		{"partition(leader | any | rest)", 2, "nothing is left for rest: the cluster has 2 nodes"},
		{"partition(any | follower)", 2, ""},
		{"partition(random(2) | any)", 3, ""},
		{"partition(random(2) | majority)", 3, "majority needs 2 nodes, and 1 can be chosen: the cluster has 3 nodes"},
		{"one-way(leader -> leader)", 3, "there is no link from leader to leader"},
		{"one-way(all -> leader)", 3, ""},
		{"kill(leader) + partition(any | rest)", 3, ""},
		{"kill(all)", 0, "the cluster has no nodes"},
		{"kill(lagging)", 1, ""},
		{"bridge(any)", 3, ""},
		{"bridge(leader)", 2, "bridge needs 3 nodes, one on either side of the bridge: the cluster has 2 nodes"},
		{"bridge(random(2))", 5, "random(2) is 2 nodes: want one, such as bridge(follower)"},
		{"ring()", 4, ""},
		{"ring()", 3, "ring needs 4 nodes, to cut a link and leave each a majority: the cluster has 3 nodes"},
		{"kill(rest) + ring()", 5, "the rest of what? The fault names nobody else; every node is: all"},
		{"quorum-loss(any)", 4, ""},
		{"quorum-loss(n1)", 4, ""}, // unless n1 leads
		{"quorum-loss(leader)", 5, "leader is the leader: want a node that follows, such as quorum-loss(follower)"},
		{"quorum-loss(follower)", 3, "quorum-loss needs 4 nodes, since fewer with the leader and one more are a majority: the cluster has 3 nodes"},
		{"constrained(follower, 1s)", 4, ""},
		{"constrained(minority, 1s)", 5, "minority is 2 nodes: want one, such as constrained(follower, 250ms)"},
		{"constrained(follower, 1s)", 3, "constrained needs 4 nodes, since fewer with the leader and one more are a majority: the cluster has 3 nodes"},
		{"chained(follower)", 3, ""},
		{"chained(follower)", 2, "chained needs 3 nodes, the two that are cut off and one between them: the cluster has 2 nodes"},
		{"swizzle(all, 1s)", 1, "the cluster has 1 node, and so no link"},
		{"flaky(n1 -> n1, 1s)", 3, "there is no link from n1 to n1"},
		{"at(prepared, kill(coordinator))", 1, ""},
		{"at(prepared, kill(participant))", 1, ""}, // it coordinates too
		{"at(prepared, partition(coordinator | rest))", 3, ""},
		{"at(prepared, partition(coordinator | rest))", 1, "nothing is left for rest: the cluster has 1 node"},
		{"at(prepared, partition(coordinator | participant))", 3, ""},
		{"at(prepared, partition(coordinator | participant))", 1, "participant needs 1 node, and 0 can be chosen: the cluster has 1 node"},
		{"at(prepared, partition(coordinator | leader))", 3, "n1 would be on two sides, coordinator and leader"},
		{"transfer-leader(follower)", 3, ""},
		{"transfer-leader(n2)", 1, "there is no node n2: the cluster has 1 node"},
		{"transfer-leader(n1)", 1, "the cluster has 1 node, and nobody to hand over to"},
		{"transfer-leader(leader)", 3, "leader leads already: want transfer-leader(follower), or one node such as transfer-leader(n2)"},
		{"transfer-leader(all)", 3, "all is 3 nodes, and one can lead: want transfer-leader(follower), say"},
		{"remove(any)", 3, ""},
		{"remove(any)", 2, "remove(any): two nodes at least must remain members, to go on without any: the cluster has 2 nodes"},
		{"remove(majority)", 5, ""},
		{"remove(majority)", 3, "remove(majority): two nodes at least must remain members, to go on without majority: the cluster has 3 nodes"},
		{"replace(all)", 3, ""}, // one by one
		{"replace(all)", 2, "replace(all): two nodes at least must remain members, to go on without all: the cluster has 2 nodes"},
		{"add(2)", 2, ""},
		{"add(2)", 1, "add(2): two nodes at least must remain members when it leaves again: the cluster has 1 node"},
		{"add(3)", 3, "add(3): a host has 2 spare nodes: want add(2) or less"},
		{"add(1) + kill(rest)", 3, "the rest of what? The fault names nobody else; every node is: all"},
		{"kill(n3), kill(n4)", 3, "kill(n4): there is no node n4: the cluster has 3 nodes"},
		{"kill(follower) for 1s, isolate(leader)", 1, "kill(follower): follower needs 1 node, and 0 can be chosen: the cluster has 1 node"},
		{"one-of(kill(n3), kill(n4))", 3, ""},
		{"one-of(kill(n5), kill(n4))", 3, "kill(n5): there is no node n5: the cluster has 3 nodes; kill(n4): there is no node n4: the cluster has 3 nodes"},
		{"at(decided, kill(n4))", 3, "there is no node n4: the cluster has 3 nodes"},
	} {
		got := ""
		if err := Check(must(t, c.text), c.n); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s with %d nodes:\n got %q\nwant %q", c.text, c.n, got, c.want)
		}
	}
}

// TestChoose resolves targets where only one answer is right.
func TestChoose(t *testing.T) {
	order := func(order ...int) func(int) []int { return func(int) []int { return order } }
	for _, c := range []struct {
		text  string
		world world
		want  string
	}{
		{"kill(leader)", world{n: 3, leader: 1}, "[[[1]]]"},
		{"partition(leader | rest)", world{n: 3, leader: 1}, "[[[1] [0 2]]]"},
		{"partition(minority | majority)", world{n: 5, leader: 0, order: order(3, 1, 0, 2, 4)}, "[[[1 3] [0 2 4]]]"},
		{"partition(leader | any)", world{n: 3, leader: 2, order: order(2, 1, 0)}, "[[[2] [1]]]"},
		{"kill(with-leader(1))", world{n: 3, leader: 2, order: order(0, 1, 2)}, "[[[2]]]"},
		{"kill(with-leader(3))", world{n: 4, leader: 2, order: order(3, 2, 1, 0)}, "[[[1 2 3]]]"},
		{"kill(without-leader(2))", world{n: 4, leader: 3, order: order(3, 2, 1, 0)}, "[[[1 2]]]"},
		{"partition(any | with-leader(2) | rest)", world{n: 4, leader: 1, order: order(1, 3, 2, 0)}, "[[[2] [1 3] [0]]]"},
		{"kill(follower)", world{n: 4, leader: 2, order: order(2, 3, 1, 0), down: func(i int) bool { return i == 3 }}, "[[[1]]]"},
		{"kill(lagging)", world{n: 4, order: order(2, 3, 1, 0), done: func(i int) uint64 { return []uint64{9, 7, 8, 7}[i] }}, "[[[3]]]"},
		{"kill(lagging)", world{n: 4, order: order(2, 1, 3, 0), done: func(i int) uint64 { return []uint64{9, 7, 8, 7}[i] }}, "[[[1]]]"},
		{"kill(lagging)", world{n: 3, order: order(0, 2, 1), done: func(i int) uint64 { return uint64(i) }, down: func(i int) bool { return i == 0 }}, "[[[1]]]"},
		{"partition(lagging | n1)", world{n: 3, order: order(0, 2, 1), done: func(i int) uint64 { return uint64(i) }}, "[[[1] [0]]]"},
		{"quorum-loss(any)", world{n: 5, leader: 2, order: order(2, 1, 3, 0, 4)}, "[[[1] [2]]]"},
		{"kill(any) + slow-sync(any, 1ms)", world{n: 3, order: order(2, 0, 1)}, "[[[2]] [[2]]]"},
		{"kill(leader) + slow-sync(rest, 1ms)", world{n: 3, leader: 0}, "[[[0]] [[1 2]]]"},
		{"partition(n1 | rest) + kill(n2)", world{n: 3}, "[[[0] [1 2]] [[1]]]"},
		{"partition(any | follower)", world{n: 2, leader: 0, order: order(1, 0)}, "[[[0] [1]]]"},
		{"at(voted, kill(coordinator))", world{n: 3, at: &moment{node: 1, coordinator: 2}}, "[[[2]]]"},
		{"at(voted, kill(participant))", world{n: 4, at: &moment{node: 2, coordinator: 2, members: []int{0, 1, 2}}, order: order(3, 2, 1, 0)}, "[[[1]]]"},
		{"at(prepared, kill(participant))", world{n: 4, at: &moment{node: 0, coordinator: 2, members: []int{0, 1, 2}}, order: order(3, 2, 1, 0)}, "[[[0]]]"},
		{"at(prepared, kill(participant))", world{n: 4, at: &moment{node: 2, coordinator: 2, members: []int{2}}, order: order(3, 2, 1, 0)}, "[[[2]]]"},
		{"at(prepared, kill(participant))", world{n: 4, at: &moment{node: 0, coordinator: 2, members: []int{0, 1}}, down: func(i int) bool { return i == 0 }, order: order(3, 2, 1, 0)}, "[[[1]]]"},
		{"at(prepared, partition(any | participant) + isolate(coordinator))", world{n: 3, at: &moment{node: 2, coordinator: 2, members: []int{1, 2}}, order: order(1, 0, 2)}, "[[[0] [1]] [[2]]]"},
	} {
		var parts [][]selector
		for _, p := range partsOf(must(t, c.text)) {
			parts = append(parts, p.on)
		}
		got, err := choose(parts, c.world)
		if s := fmt.Sprint(got); err != nil || s != c.want {
			t.Errorf("%s: %s, %v, want %s", c.text, s, err, c.want)
		}
	}
}

// TestChooseProperties: what can be suffered is resolved whatever is drawn, to
// existing nodes, partitions have disjoint sides, and the seed decides.
func TestChooseProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := genFault().Draw(t, "fault")
		if partsOf(f) == nil {
			t.Skip("its parts choose one by one")
		}
		if len(partsOf(f)) > 1 {
			t.Skip("a choice in several parts may fail by bad luck")
		}
		n := rapid.IntRange(1, 7).Draw(t, "nodes")
		seed := rapid.Uint64().Draw(t, "seed")
		fail, pass := 0, 0
		for lead := range n {
			w := world{n: n, leader: lead, at: anyMoment(f, n, lead), order: rand.New(rand.NewPCG(seed, 0)).Perm}
			on, err := chooseFor(partsOf(f), w)
			if err != nil {
				fail++
				continue
			}
			pass++
			w.order = rand.New(rand.NewPCG(seed, 0)).Perm
			if again, _ := chooseFor(partsOf(f), w); !reflect.DeepEqual(on, again) {
				t.Fatalf("%s: the same seed chose %v, then %v", f, on, again)
			}
			for p, part := range partsOf(f) {
				flat := slices.Concat(on[p]...)
				slices.Sort(flat)
				if len(flat) == 0 && part.kind.shape != nobody || len(flat) > 0 && (flat[0] < 0 || flat[len(flat)-1] >= n) {
					t.Fatalf("%s: %v of %d nodes", f, on[p], n)
				}
				if part.kind.shape == sides && len(slices.Compact(slices.Clone(flat))) != len(flat) {
					t.Fatalf("%s: sides %v overlap", f, on[p])
				}
			}
		}
		if err := Check(f, n); (err == nil) != (pass > 0) {
			t.Fatalf("Check(%s, %d) = %v, but %d leaders pass and %d fail", f, n, err, pass, fail)
		}
	})
}
