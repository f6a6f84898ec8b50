package project

import (
	"fmt"
	"slices"
	"strings"
)

// Range is what is known of a rate: a year, and from low to high.
type Range struct{ Low, Mid, High float64 }

func (r Range) times(x float64) Range { return Range{r.Low * x, r.Mid * x, r.High * x} }

func (r Range) at(s Scenario) float64 { return [...]float64{r.Low, r.Mid, r.High}[s] }

// String writes one rate, or three.
func (r Range) String() string {
	if r.Low == r.High {
		return Digits(r.Mid)
	}
	return fmt.Sprintf("%s (%s–%s)", Digits(r.Mid), Digits(r.Low), Digits(r.High))
}

// Scenario is one of the three values that all rates take together.
type Scenario int

// The scenarios.
const (
	Low Scenario = iota
	Mid
	High
)

// String is low, mid or high.
func (s Scenario) String() string { return [...]string{"low", "mid", "high"}[s] }

// A Table is the rates of all faults.
type Table struct {
	Name    string // where it is from
	Entries []Entry
}

// An Entry is one cause of faults.
type Entry struct {
	Name    string
	Rate    Range
	PerNode bool // else of the whole cluster
	// Faults are the episodes that tell what it costs, by their faults; * stands for
	// any text. Where Leader and Follower are given instead, it costs another thing at
	// the leader than at a follower: a class each.
	Faults, Leader, Follower []string
	Repair                   Repair // nil: not known
	// NodeDown says that it takes the node out of the quorum until it is repaired.
	NodeDown bool
	// Source is where the rate is from, and Assumption in what it is not from there.
	Source, Assumption string
}

// A Class is the faults of one cause in a cluster of known size.
type Class struct {
	Name               string
	Rate               Range // of the cluster
	How                string
	Faults             []string
	Repair             Repair
	Source, Assumption string
}

// Classes are those of a cluster of n nodes.
//
// A crash rate of λ a node makes nλ crashes a year in the cluster, and a node
// that crashes is the leader with probability 1/n, as crashes are taken not to
// know who leads: so λ a year hit the leader, and (n-1)λ a follower.
func (t Table) Classes(n int) ([]Class, error) {
	var out []Class
	for _, e := range t.Entries {
		roles := len(e.Leader)+len(e.Follower) > 0
		if (e.PerNode || roles) && n < 1 {
			what := "per node"
			if !e.PerNode {
				what = "shared out between leader and followers"
			}
			return nil, fmt.Errorf("%s: the rate of %q is %s, and how many nodes there are is not known: give --nodes", t.Name, e.Name, what)
		}
		c := Class{Name: e.Name, Rate: e.Rate, Faults: e.Faults, Repair: e.Repair, Source: e.Source, Assumption: e.Assumption}
		nodes := float64(n)
		switch {
		case !roles && !e.PerNode:
			c.How = "a cluster"
			out = append(out, c)
		case !roles:
			c.Rate, c.How = e.Rate.times(nodes), fmt.Sprintf("%s a node × %d", Digits(e.Rate.Mid), n)
			out = append(out, c)
		default:
			out = append(out, split(e, c, nodes)...)
		}
	}
	return out, nil
}

func split(e Entry, c Class, n float64) []Class {
	all := e.Rate
	if e.PerNode {
		all = e.Rate.times(n)
	}
	leader, follower := c, c
	leader.Name, leader.Faults, leader.Rate = c.Name+": leader", e.Leader, all.times(1/n)
	leader.How = fmt.Sprintf("%s in the cluster × 1/%s that it is the leader", Digits(all.Mid), Digits(n))
	follower.Name, follower.Faults, follower.Rate = c.Name+": follower", e.Follower, all.times((n-1)/n)
	follower.How = fmt.Sprintf("%s in the cluster × %s/%s", Digits(all.Mid), Digits(n-1), Digits(n))
	out := []Class{leader}
	if n > 1 {
		out = append(out, follower)
	}
	return out
}

// Matches reports whether episodes of that fault tell what the class costs.
func (c Class) Matches(fault string) bool {
	return slices.ContainsFunc(c.Faults, func(pattern string) bool { return matches(pattern, fault) })
}

// matches reports whether the text is the pattern, in which each * stands for any
// text. What lies between two of them is found as early as can be, which leaves
// most for the rest.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return pattern == text
	}
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return true
}
