package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"
)

// reach is whom each node reaches, itself included, when links are cut.
func reach(n int, cut []wire) [][]int {
	out := make([][]int, n)
	for a := range n {
		for b := range n {
			if !slices.Contains(cut, wire{a, b}) {
				out[a] = append(out[a], b)
			}
		}
	}
	return out
}

func nodeNames(n int) []string { return newFake(n).names }

// checkSymmetric: what a pattern cuts, it cuts in both directions, and once.
func checkSymmetric(t *rapid.T, cut []wire) {
	for i, w := range cut {
		if w.from == w.to || !slices.Contains(cut, wire{w.to, w.from}) || slices.Contains(cut[:i], w) {
			t.Fatalf("%v in %v", w, cut)
		}
	}
}

// TestRing: each node reaches a majority, no two the same one, and one more than
// the least only where nodes cannot all have so few.
func TestRing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(4, 15).Draw(t, "nodes")
		cut, _ := ringed(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)), nil, nodeNames(n))
		checkSymmetric(t, cut)
		least := n/2 + 1
		if n%4 == 3 { // an odd number of nodes with an odd number of neighbours each
			least++
		}
		sees := reach(n, cut)
		for a := range n {
			if len(sees[a]) != least || !slices.Contains(sees[a], a) {
				t.Fatalf("of %d nodes n%d reaches %v, want %d of them", n, a+1, sees[a], least)
			}
			for b := range a {
				if slices.Equal(sees[a], sees[b]) {
					t.Fatalf("n%d and n%d both reach %v", a+1, b+1, sees[a])
				}
			}
		}
	})
}

// TestBridge: the halves do not reach each other, and the bridge reaches all.
func TestBridge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 9).Draw(t, "nodes")
		bridge := rapid.IntRange(0, n-1).Draw(t, "bridge")
		cut, _ := bridged(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)), [][]int{{bridge}}, nodeNames(n))
		checkSymmetric(t, cut)
		small, large := (n-1)/2+1, n/2+1 // with the bridge
		for a, sees := range reach(n, cut) {
			want := len(sees) == small || len(sees) == large
			if a == bridge {
				want = len(sees) == n
			}
			if !want {
				t.Fatalf("of %d nodes n%d reaches %v", n, a+1, sees)
			}
		}
		if a, b := (n-1)/2, n/2; len(cut) != 2*a*b {
			t.Fatalf("%d wires are cut, want both directions of %d times %d", len(cut), a, b)
		}
	})
}

// TestPatterns: what is cut on five nodes of which n1 leads.
func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		fault    string
		reach    string
		evidence string
		nodes    string
	}{
		{"quorum-loss(n2)", "[[0 1] [0 1 2 3 4] [1 2] [1 3] [1 4]]", "12,000 messages dropped on 12 links (hub n2)", "[n2 n1]"},
		{"chained(n5)", "[[0 1 2 3] [0 1 2 3 4] [0 1 2 3 4] [0 1 2 3 4] [1 2 3 4]]", "2,000 messages dropped on 2 links (n5 | n1)", "[n5 n1]"},
		{"bridge(n3)", "[[0 2 3] [1 2 4] [0 1 2 3 4] [0 2 3] [1 2 4]]", "8,000 messages dropped on 8 links (n1 n4 - n3 - n2 n5)", "[n3]"},
		{"ring()", "[[0 1 2] [0 1 4] [0 2 3] [2 3 4] [1 3 4]]", "10,000 messages dropped on 10 links (ring of n1 n3 n4 n5 n2)", "[n1 n2 n3 n4 n5]"},
	} {
		bubble(t, 5, func(t *testing.T, f *fake) {
			f.at(s+s/2, func() {
				if got := fmt.Sprint(reach(5, f.hurtWires("cut"))); got != c.reach {
					t.Errorf("%s: nodes reach %s, want %s", c.fault, got, c.reach)
				}
			})
			v := run(t, f, t.Context(), Step{At: s, For: s, Fault: must(t, c.fault)})[0]
			if v.Evidence != c.evidence || fmt.Sprint(v.Nodes) != c.nodes || v.Error != "" {
				t.Errorf("%s: %+v", c.fault, v)
			}
		})
	}
}

// TestPatternsDifferBySeed: the halves and the ring are drawn anew each time.
func TestPatternsDifferBySeed(t *testing.T) {
	for _, text := range []string{"bridge(n1)", "ring()"} {
		bubble(t, 6, func(t *testing.T, f *fake) {
			seen := make(map[string]bool)
			for _, v := range run(t, f, t.Context(), Step{At: s, Every: 3 * s, For: s, Fault: must(t, text)}) {
				seen[v.Evidence] = true
			}
			if len(seen) < 5 {
				t.Errorf("%s: %d injections look like %v", text, 19, seen)
			}
		})
	}
}

// TestLagging: the node that has applied least when the fault strikes.
func TestLagging(t *testing.T) {
	bubble(t, 4, func(t *testing.T, f *fake) {
		f.applied = map[string]uint64{"n1": 9, "n2": 4, "n3": 3, "n4": 8}
		f.at(2*s, func() { f.mu.Lock(); f.applied["n4"] = 2; f.mu.Unlock() })
		list := run(t, f, t.Context(),
			Step{At: 1 * s, For: 5 * s, Fault: must(t, "kill(lagging)")},
			Step{At: 3 * s, For: s, Fault: must(t, "isolate(lagging)")},
			Step{At: 5 * s, For: s, Fault: must(t, "kill(n4) + isolate(lagging)")})
		var who []string
		for _, v := range list {
			who = append(who, fmt.Sprint(v.Nodes))
		}
		if got := fmt.Sprint(who); got != "[[n3] [n4] [n4]]" {
			t.Errorf("hit %s", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f := newFake(3)
		c := Config{Cluster: deaf{f, f}, Base: f.base, Duration: 9 * s, Steps: []Step{{For: s, Fault: must(t, "kill(lagging)")}}}
		list, err := Run(t.Context(), c)
		if err != nil || list[0].NA != errNoStatus.Error() {
			t.Errorf("%+v, %v", list, err)
		}
	})
}
