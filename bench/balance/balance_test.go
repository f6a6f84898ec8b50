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
		"two-choices":               "two-choices",
		"least-loaded +retry":       "least-loaded + retry",
		"random + hedge + retry":    "random + retry + hedge",
		"leader + retry(tries=3, backoff = 5ms,cap=1s, budget=10%, to=next)": "leader + retry",
		"pinned(n2)+retry(to=same,budget=2.5%,tries=9)":                      "pinned(n2) + retry(tries=9, budget=2.5%, to=same)",
		"random + hedge(after=p99.9) + retry (cap=20ms)":                     "random + retry(cap=20ms) + hedge(after=p99.9)",
		"random + hedge(budget=100%, after=20ms)":                            "random + hedge(after=20ms, budget=100%)",
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
		"":                                 `unknown policy "": there are round-robin, random, leader, owner, pinned, weighted, two-choices, least-loaded`,
		"roundrobin":                       `did you mean "round-robin"?`,
		"leader(n1)":                       "leader takes no argument",
		"pinned":                           "as in pinned(n1)",
		"pinned()":                         `"" is no name of a node`,
		"pinned(n1, n2)":                   `"n1, n2" is no name of a node`,
		"pinned(n1":                        "closing parenthesis",
		"weighted":                         "as in weighted(n1=3, n2=1)",
		"weighted(n1)":                     `weight "n1": want a node and a number`,
		"weighted(n1=-1)":                  `whole number from 0 to 4294967295, not "-1"`,
		"weighted(n1=0, n2=0)":             "all weights are 0",
		"weighted(n1=1, n1=2)":             "node n1 has two weights",
		"weighted(n1=99999999999)":         "whole number",
		"weighted(n1=1, n2=1) then":        "closing parenthesis",
		"two-choices(2)":                   "two-choices takes no argument",
		"random + ":                        `unknown addition "": there are retry, hedge`,
		"random + retries":                 `did you mean "retry"?`,
		"random + retry + retry":           "retry stands there twice",
		"random + retry(":                  "retry: want a closing parenthesis",
		"random + retry 3":                 `unknown addition "retry 3"`,
		"random + retry(3)":                `retry: "3": want a name and a value, as in tries=3`,
		"random + retry(trys=3)":           `unknown setting "trys": did you mean "tries"? There are tries, backoff, cap, budget, to`,
		"random + retry(tries=1)":          `tries: want a whole number from 2 to 100, not "1"`,
		"random + retry(tries=2, tries=3)": "tries is given twice",
		"random + retry(cap=2h)":           `cap: want a time from 0s to 1h0m0s, such as 5ms, not "2h"`,
		"random + retry(budget=0.2)":       `budget: want a share from 0.1% to 100%, not "0.2"`,
		"random + retry(budget=NaN%)":      "budget: want a share",
		"random + retry(to=other)":         `to: want next or same, not "other"`,
		"random + hedge(after=0s)":         `after: want a percentile such as p95, or a time such as 20ms, not "0s"`,
		"random + hedge(after=p100)":       "after: want a percentile from p1 to p99.9",
		"retry":                            `unknown policy "retry"`,
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
		b, err := c.policy.Balance(Config{Nodes: three, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		var got [4]int
		picker := b.Picker(0)
		for i, key := range []uint64{1, 1, 5, 5} {
			got[i] = picker.Pick(&bench.Op{Kind: bench.Transact, Key: key})
		}
		if got != c.want {
			t.Errorf("%s: nodes %v, want %v", name, got, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"round-robin", "pinned(n2)", "weighted(n1=3, n2=1)", "leader", "weighted(=)", "pinned((", "random(",
		"two-choices + retry(tries=5, budget=50%) + hedge(after=p99.9)", "random + hedge(after=1h0m0.5s, budget=0.1%)", "leader + retry(", "+", "random + retry(=)"} {
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
	b, err := p.Balance(Config{Nodes: three, Seed: 1, Leads: leads})
	if err != nil {
		t.Fatal(err)
	}
	n, picker := make([]int, 3), b.Picker(i)
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
		"two-choices":                {1. / 3, 1. / 3, 1. / 3}, // as long as nothing is outstanding
		"least-loaded":               {1. / 3, 1. / 3, 1. / 3},
		"random + hedge":             {1. / 3, 1. / 3, 1. / 3},
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
	both, err := Policy{}.Balance(Config{Nodes: three})
	if err != nil {
		t.Fatal(err)
	}
	a, b := both.Picker(0), both.Picker(4)
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
	if _, err := p.Balance(Config{Nodes: three}); err == nil || !strings.Contains(err.Error(), "there are n1, n2, n3") && !strings.Contains(err.Error(), "There are n1, n2, n3") {
		t.Errorf("pinned to a missing node: %v", err)
	}
	p, _ = Parse("leader")
	if _, err := p.Balance(Config{Nodes: three}); err == nil {
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
		b, err := Policy{kind: leader}.Balance(Config{Nodes: three, Leads: leads})
		if err != nil {
			t.Fatal(err)
		}
		p := b.Picker(0)
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
