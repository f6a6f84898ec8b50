package balance

import (
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
)

var three = []string{"n1", "n2", "n3"}

func TestParseAndPrint(t *testing.T) {
	for text, want := range map[string]string{
		"round-robin":               "round-robin",
		" leader ":                  "leader",
		"random":                    "random",
		"pinned( n2 )":              "pinned(n2)",
		"weighted(n1=3,n2 = 1)":     "weighted(n1=3, n2=1)",
		"weighted (n3=0, n1=007)":   "weighted(n3=0, n1=7)",
		"weighted(eu/a=4294967295)": "weighted(eu/a=4294967295)",
	} {
		p, err := Parse(text)
		if err != nil {
			t.Error(err)
		} else if p.String() != want {
			t.Errorf("%q prints as %q, want %q", text, p, want)
		}
	}
	if got := (Policy{}).String(); got != "round-robin" {
		t.Errorf("the zero policy is %s", got)
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                          `unknown policy "": there are round-robin, random, leader, owner, pinned, weighted`,
		"roundrobin":                `did you mean "round-robin"?`,
		"leader(n1)":                "leader takes no argument",
		"pinned":                    "as in pinned(n1)",
		"pinned()":                  `"" is no name of a node`,
		"pinned(n1, n2)":            `"n1, n2" is no name of a node`,
		"pinned(n1":                 "closing parenthesis",
		"weighted":                  "as in weighted(n1=3, n2=1)",
		"weighted(n1)":              `weight "n1": want a node and a number`,
		"weighted(n1=-1)":           `whole number from 0 to 4294967295, not "-1"`,
		"weighted(n1=0, n2=0)":      "all weights are 0",
		"weighted(n1=1, n1=2)":      "node n1 has two weights",
		"weighted(n1=99999999999)":  "whole number",
		"weighted(n1=1, n2=1) then": "closing parenthesis",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
}

func TestOwner(t *testing.T) {
	p, err := Parse("owner")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		policy Policy
		want   [4]int // for keys 1, 1, 5, 5
	}{
		"each key has one":           {p.Owned(func(key uint64) int { return int(key % 3) }), [4]int{1, 1, 2, 2}},
		"every node owns everything": {p, [4]int{0, 1, 2, 0}},
	} {
		pickers, err := c.policy.Pickers(three, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got [4]int
		picker := pickers(0)
		for i, key := range []uint64{1, 1, 5, 5} {
			got[i] = picker.Pick(&bench.Op{Kind: bench.Transact, Key: key})
		}
		if got != c.want {
			t.Errorf("%s: nodes %v, want %v", name, got, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"round-robin", "pinned(n2)", "weighted(n1=3, n2=1)", "leader", "weighted(=)", "pinned((", "random("} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(p.String())
		if err != nil {
			t.Fatalf("%q prints as %q: %v", text, p, err)
		}
		if again.String() != p.String() {
			t.Fatalf("%q prints as %q, then as %q", text, p, again)
		}
	})
}

// counts is how often 10,000 picks of picker i chose each node.
func counts(t *testing.T, policy string, i int, leads func() int) []int {
	t.Helper()
	p, err := Parse(policy)
	if err != nil {
		t.Fatal(err)
	}
	pickers, err := p.Pickers(three, 1, leads)
	if err != nil {
		t.Fatal(err)
	}
	n, picker := make([]int, 3), pickers(i)
	for range 10_000 {
		n[picker.Pick(&bench.Op{})]++
	}
	return n
}

func TestShares(t *testing.T) {
	for policy, want := range map[string][]float64{
		"random":                     {1. / 3, 1. / 3, 1. / 3},
		"weighted(n3=1, n1=3)":       {0.75, 0, 0.25},
		"weighted(n2=4294967295)":    {0, 1, 0},
		"weighted(n1=1, n2=1, n3=8)": {0.1, 0.1, 0.8},
		"pinned(n3)":                 {0, 0, 1},
	} {
		for node, n := range counts(t, policy, 0, nil) {
			p := want[node]
			if sd := math.Sqrt(p * (1 - p) / 10_000); math.Abs(float64(n)/10_000-p) > 4*sd {
				t.Errorf("%s: node %d was picked %d times in 10000, want %v", policy, node, n, p)
			}
		}
	}
}

func TestRoundRobinTakesTurns(t *testing.T) {
	pickers, err := Policy{}.Pickers(three, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, b := pickers(0), pickers(4)
	for i := range 10 {
		if got := a.Pick(nil); got != i%3 {
			t.Errorf("pick %d of the first is %d", i, got)
		}
		if got := b.Pick(nil); got != (i+1)%3 {
			t.Errorf("pick %d of the fifth is %d", i, got)
		}
	}
}

func TestRandomFollowsFromTheSeed(t *testing.T) {
	a, b := counts(t, "random", 1, nil), counts(t, "random", 1, nil)
	other := counts(t, "random", 2, nil)
	if a[0] != b[0] || a[1] != b[1] {
		t.Errorf("the same seed gave %v and %v", a, b)
	}
	if a[0] == other[0] && a[1] == other[1] {
		t.Errorf("two sessions drew the same: %v", a)
	}
}

func TestPickersErrors(t *testing.T) {
	p, _ := Parse("pinned(n4)")
	if _, err := p.Pickers(three, 0, nil); err == nil || !strings.Contains(err.Error(), "there are n1, n2, n3") && !strings.Contains(err.Error(), "There are n1, n2, n3") {
		t.Errorf("pinned to a missing node: %v", err)
	}
	p, _ = Parse("leader")
	if _, err := p.Pickers(three, 0, nil); err == nil {
		t.Error("leader without anyone who knows it is accepted")
	}
}

// inspected is a cluster whose nodes have a status.
type inspected map[string]bench.Status

func (c inspected) Status(node string) bench.Status { return c[node] }

func TestLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := inspected{}
		leads := Leader(c, three)
		pickers, err := Policy{kind: leader}.Pickers(three, 0, leads)
		if err != nil {
			t.Fatal(err)
		}
		p := pickers(0)
		expect := func(when string, want ...int) {
			t.Helper()
			for _, w := range want {
				if got := p.Pick(nil); got != w {
					t.Errorf("%s: picked %d, want %d", when, got, w)
				}
			}
		}
		expect("nobody leads", 0, 1, 2, 0)
		c["n2"] = bench.Status{Up: true, Leader: "n2", Term: 3}
		c["n1"] = bench.Status{Up: true, Leader: "n2", Term: 3}
		expect("the answer is still believed", 1, 2)
		time.Sleep(leaderFor)
		expect("n2 leads", 1, 1, 1)
		c["n3"] = bench.Status{Up: true, Leader: "n3", Term: 4}
		time.Sleep(leaderFor)
		expect("n2 has not heard that n3 leads in a later term", 2, 2)
		c["n3"] = bench.Status{}
		c["n2"] = bench.Status{}
		time.Sleep(leaderFor)
		expect("both are down", 0, 1, 2)
	})
}
