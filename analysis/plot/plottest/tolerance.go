package plottest

import (
	"fmt"

	"nines/analysis"
	"nines/results"
)

// Tolerance is a matrix of two systems in clusters of 1, 2, 3 and 5 that suffer every
// number of killed nodes and every split: one with a leader and majorities, and one
// whose nodes own keys. Two things are not as theory says: the one with a leader
// still reads at 2 of 3 nodes killed if the leader lives, and of the one with owners a key
// is lost too many when 1 of 2 is killed. One fault could not be judged.
func Tolerance() []analysis.Summary {
	var all []analysis.Summary
	for _, n := range []int{1, 2, 3, 5} {
		for _, name := range []string{"raft", "owners"} {
			s := Trial(Service{Name: fmt.Sprintf("%s,nodes=%d", name, n), Median: 1, Spread: 0.2}, Config{Seconds: 10, Rate: 100, Seed: 1})
			s.Facts.Virtual, s.Facts.Nodes = true, nodeNames(n)
			s.Facts.Variant = []results.Variable{{Name: "nodes", Value: fmt.Sprint(n)}}
			s.Facts.Tolerance = &results.Tolerance{Serve: n/2 + 1, Elect: n/2 + 1, Reads: n/2 + 1, Killed: (n - 1) / 2, Formula: "⌊(n−1)/2⌋", Source: "a book, 2014"}
			if name == "owners" {
				s.Facts.Guarantees = results.Guarantees{Reads: "linearizable", Partitioned: true}
				s.Facts.Tolerance = &results.Tolerance{Serve: 1, Elect: 1, Reads: 1, Formula: "0", Source: "one copy of each key"}
			}
			s.Tolerance = survivals(s.Facts)
			all = append(all, s)
		}
	}
	owners, raft := all[3].Tolerance, all[4].Tolerance // of 2, and of 3
	raft[5].Sides[0].Reads = analysis.Service{Due: 26, Good: 26, Keys: 1, Served: 1}
	owners[1].Sides[0].Writes = analysis.Service{Due: 50, Good: 3, Keys: 2, Partly: 1, Theory: 1}
	last := &all[6].Tolerance[2]
	last.Unjudged = "before the fault 3 of 26 reads at n4 were good"
	return all
}

func nodeNames(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("n%d", i+1))
	}
	return names
}

// survivals are those that theory promises, n1 leading: none, kills with n1, kills without
// it, and splits.
func survivals(f results.Facts) []analysis.Survival {
	nodes := f.Nodes
	n := len(nodes)
	leader := "n1"
	if f.Guarantees.Partitioned {
		leader = ""
	}
	var out []analysis.Survival
	add := func(v analysis.Survival) {
		v.Leader = leader
		for i := range v.Sides {
			s := &v.Sides[i]
			s.Leads = !s.Dead && leader != "" && s.Nodes[0] == leader
			s.Reads = promisedTo(s, f)
			s.Writes = s.Reads
		}
		out = append(out, v)
	}
	add(analysis.Survival{Sides: []analysis.Side{{Nodes: nodes}}})
	kill := func(name string, dead, living []string) {
		v := analysis.Survival{Fault: name, Down: dead, Sides: []analysis.Side{{Nodes: living}, {Nodes: dead, Dead: true}}}
		if len(living) == 0 {
			v.Sides = v.Sides[1:]
		}
		add(v)
	}
	for k := 1; k <= n; k++ {
		kill(fmt.Sprintf("kill(with-leader(%d))", k), nodes[:k], nodes[k:])
	}
	for k := 1; k < n; k++ {
		kill(fmt.Sprintf("kill(without-leader(%d))", k), nodes[n-k:], nodes[:n-k])
	}
	for k := 1; k < n; k++ {
		add(analysis.Survival{Fault: fmt.Sprintf("partition(with-leader(%d) | rest)", k), Split: true, Sides: []analysis.Side{{Nodes: nodes[:k]}, {Nodes: nodes[k:]}}})
	}
	return out
}

func promisedTo(s *analysis.Side, f results.Facts) analysis.Service {
	v := analysis.Service{Due: 26 * len(s.Nodes), Keys: 1, Agrees: true}
	switch {
	case f.Guarantees.Partitioned:
		v.Keys = len(f.Nodes)
		if !s.Dead {
			v.Served = len(s.Nodes)
		}
	case !s.Dead && len(s.Nodes) >= f.Tolerance.Serve:
		v.Served = 1
	}
	v.Theory, v.Good = v.Served, v.Due*v.Served/v.Keys
	return v
}
