package plottest

import (
	"fmt"
	"math/rand/v2"

	"nines/analysis"
)

// Quickstart is one trial of each of three systems: kill(leader) at 5 s and
// partition(leader | rest) at 12 s, each for 4 s.
func Quickstart() []analysis.Summary { return Repeats(1) }

// Repeats is Quickstart done n times; the outages differ from repeat to repeat.
func Repeats(n int) []analysis.Summary {
	var all []analysis.Summary
	for r := 1; r <= n; r++ {
		rng := rand.New(rand.NewPCG(uint64(r), 11))
		for _, s := range services(rng) {
			t := Trial(s, Config{Seconds: 20, Rate: 2000, Repeat: r, Seed: uint64(r)})
			t.Facts.Trial = fmt.Sprintf("%s-%02d", s.Name, r)
			all = append(all, t)
		}
	}
	return all
}

func services(rng *rand.Rand) []Service {
	vary := func(s float64) float64 { return s * (0.85 + 0.3*rng.Float64()) }
	one := []string{"n1"}
	raft := func(kill, cut, heal float64) []Stall {
		return []Stall{
			{Fault: "kill(leader)", Nodes: one, From: 5, To: 9, Gap: vary(kill)},
			{Fault: "partition(leader | rest)", Nodes: []string{"n2"}, From: 12, To: 16, Gap: vary(cut), HealGap: heal, Lose: 0.02},
		}
	}
	return []Service{
		{Name: "single", Median: 0.45, Spread: 0.35, Stalls: []Stall{
			{Fault: "kill(leader)", Nodes: one, From: 5, To: 9, Gap: 4.12, Lose: 0.01},
			{Fault: "partition(leader | rest)", From: 12, To: 16, NA: "one node cannot be split"},
		}},
		{Name: "etcdraft", Median: 1.1, Spread: 0.4, Stalls: raft(1.3, 1.24, 0)},
		{Name: "hashiraft", Median: 1.5, Spread: 0.5, Stalls: raft(0.93, 1.41, 0.18)},
	}
}

// Illegal is Quickstart where the last system's history was not linearizable.
func Illegal() []analysis.Summary {
	all := Quickstart()
	last := &all[len(all)-1]
	last.Verdict = analysis.VerdictIllegal
	last.Checks[0] = analysis.Check{Name: "linearizable", Verdict: analysis.VerdictIllegal,
		Why: "key 17: a read at 5.213 s returned value 88 213, which a write that ended at 5.187 s had replaced"}
	return all
}

// GateFailed is Quickstart where the generator lagged and a fault left no
// evidence in the second system's trial.
func GateFailed() []analysis.Summary {
	all := Quickstart()
	s := &all[1]
	s.Valid = false
	s.Gates[0] = analysis.Gate{Name: "generator lag", Saw: "p99 41.7 ms, bound 10 ms",
		Do: "lower --rate or free the machine: another process took the CPU"}
	s.Gates[2] = analysis.Gate{Name: "fault evidence", Saw: "partition(leader | rest) dropped no message",
		Do: "give the fault more time, or load more: nothing crossed the cut link"}
	s.Episodes[1].Evidence = ""
	return all
}

// Censored is Quickstart where the second system does not come back after the
// partition, so that its p99.9 and more are infinite.
func Censored() []analysis.Summary {
	all := Quickstart()
	all[1] = Trial(Service{Name: "etcdraft", Median: 1.1, Spread: 0.4, Stalls: []Stall{
		{Fault: "kill(leader)", Nodes: []string{"n1"}, From: 5, To: 9, Gap: 1.3},
		{Fault: "partition(leader | rest)", Nodes: []string{"n2"}, From: 12, To: 16, NeverBack: true},
	}}, Config{Seconds: 20, Rate: 2000, Seed: 1})
	all[1].Verdict = analysis.VerdictUnknown
	all[1].Checks[2] = analysis.Check{Name: "agreement", Verdict: analysis.VerdictUnknown, Why: "n2 had not caught up after 30 s"}
	return all
}
