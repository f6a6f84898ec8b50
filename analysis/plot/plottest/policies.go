package plottest

import (
	"fmt"
	"math"

	"nines/analysis"
	"nines/results"
)

// Policies is a matrix of two systems and three policies, with a node that is slow and
// then dead: one keeps to it, one goes round, one asks again.
func Policies() []analysis.Summary {
	var all []analysis.Summary
	for i, policy := range []string{"pinned(n1)", "round-robin", "round-robin + retry"} {
		for _, name := range []string{"paxos", "paxos-local-reads"} {
			s := Trial(Service{Name: fmt.Sprintf("%s,policy#%d", name, i+1), Median: 1.4, Spread: 0.4}, Config{Seconds: 20, Rate: 100, Seed: 1})
			s.Facts.Variant = []results.Variable{{Name: "policy", Value: policy}}
			s.Facts.Policy = policy
			on := [...]uint64{600, 200, 200}[i]
			s.Under = []analysis.Under{
				under("", 0, 0, 600, 0),
				under("delay(n1, 60ms)", 1, on, 600, 0),
				under("kill(n1)", 2, on, 600, [...]uint64{0, 0, 200}[i]),
			}
			all = append(all, s)
		}
	}
	return all
}

// under has 600 operations in 6 s, half of them reads, of which those on the node that
// was hit are not good unless they were asked for again.
func under(fault string, number int, on, due, retried uint64) analysis.Under {
	good := due - on + retried
	u := analysis.Under{
		Fault: fault, Number: number, Seconds: 6, Counts: analysis.Counts{Due: due, OK: good, Good: good, Rejected: due - good},
		Reads: analysis.Served{Due: due / 2, Good: good / 2}, Others: analysis.Served{Due: due / 2, Good: good / 2},
		P99: 4.5, Tries: due + retried, OnHit: on - retried,
	}
	if good < due {
		u.P99 = analysis.MS(math.Inf(1))
	}
	return u
}
