package plottest

import (
	"fmt"
	"time"

	"nines/analysis"
	"nines/results"
)

// Blocking is a matrix of two systems and two lengths of a fault, with 12 episodes
// in each trial: one system is in doubt for as long as the fault lasts, the other
// for a second and a half.
func Blocking() []analysis.Summary {
	var all []analysis.Summary
	for _, down := range []time.Duration{time.Second, 4 * time.Second} {
		for _, name := range []string{"2pc", "3pc"} {
			var stalls []Stall
			for i := range 12 {
				from := 3 + 6*float64(i)
				stalls = append(stalls, Stall{Fault: "at(voted, kill(coordinator))", Nodes: []string{"n1"}, From: from, To: from + down.Seconds(), Gap: down.Seconds()})
			}
			label := fmt.Sprintf("%s,for=%v", name, down)
			s := Trial(Service{Name: label, Median: 1.4, Spread: 0.4, Stalls: stalls}, Config{Seconds: 80, Rate: 100, Seed: 1})
			s.Facts.Virtual = true
			s.Facts.Variant = []results.Variable{{Name: "for", Value: down.String()}}
			s.Facts.Guarantees = results.Guarantees{Reads: "linearizable", Durability: "kill of all nodes", Partitioned: true, Txns: "strict-serializable"}
			for i := range s.Episodes {
				longest := down + 100*time.Millisecond
				if name == "3pc" {
					longest = 1500 * time.Millisecond
				}
				ms := analysis.MS(longest.Milliseconds() + int64(i%3))
				e := &s.Episodes[i]
				e.Orphaned = analysis.InDoubt{Txns: 1, Max: ms, Total: ms, Locks: ms}
				e.InDoubt = analysis.InDoubt{Txns: 11, Max: ms, Total: 5 * ms, Locks: 6 * ms}
			}
			all = append(all, s)
		}
	}
	return all
}

// Costs are two systems whose transactions cost what a formula says, and one that
// costs a message more.
func Costs() []analysis.Summary {
	var all []analysis.Summary
	for i, name := range []string{"2pc", "2pc", "3pc"} {
		n := 2 + i%2
		s := Trial(Service{Name: fmt.Sprintf("%s,span=%d", name, n), Median: 0.5, Spread: 0}, Config{Seconds: 20, Rate: 100, Seed: 1})
		s.Facts.Virtual, s.Facts.Adapter = true, name
		s.Facts.Variant = []results.Variable{{Name: "span", Value: fmt.Sprint(n)}}
		s.Service.P50 = 0.5
		s.PerOp = analysis.PerOp{Messages: float64(4*n - 4), Syncs: float64(2*n - 1)}
		s.Facts.Expected = &results.Expected{
			Participants: n, Hop: 250 * time.Microsecond, Source: "A source, 2006", Differs: "It leaves something out.",
			Formula: results.TxnCost{Messages: s.PerOp.Messages, Forced: s.PerOp.Syncs, Delays: 2}, Paper: results.TxnCost{Messages: float64(3*n - 3)},
		}
		all = append(all, s)
	}
	all[2].PerOp.Messages++
	return all
}
