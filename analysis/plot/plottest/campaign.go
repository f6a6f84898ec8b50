package plottest

import (
	"math"
	"math/rand/v2"

	"nines/analysis"
	"nines/results"
)

// Campaign is many episodes of two faults: 40 killed leaders and 40 killed
// followers of etcdraft, also as modelled, 12 of each of hashiraft, which does not
// come back from the last, and three of single. A follower is not missed.
func Campaign() []analysis.Summary {
	virtual := many("etcdraft,time=virtual", 40, 1.15, 3)
	virtual.Facts.Virtual, virtual.Facts.Adapter = true, "etcdraft"
	virtual.Facts.Variant = []results.Variable{{Name: "time", Value: "virtual"}}
	broken := many("hashiraft", 12, 2.1, 2)
	last := &broken.Episodes[len(broken.Episodes)-2]
	last.Out.Censored, last.Censored, last.Detect = true, true, analysis.MS(math.NaN())
	last.InjectReach.Total.Censored = true
	return []analysis.Summary{many("etcdraft", 40, 1.2, 1), virtual, broken, many("single", 3, 3, 4)}
}

func many(name string, n int, gap float64, seed uint64) analysis.Summary {
	rng := rand.New(rand.NewPCG(seed, 12))
	var stalls []Stall
	for i := range n {
		at := 5 + 20*float64(i)
		stalls = append(stalls,
			Stall{Fault: "kill(leader)", Nodes: []string{"n1"}, From: at, To: at + 3, Gap: gap * (0.85 + 0.4*rng.Float64())},
			Stall{Fault: "kill(follower)", Nodes: []string{"n2"}, From: at + 10, To: at + 13})
	}
	s := Trial(Service{Name: name, Median: 1.1, Spread: 0.4, Stalls: stalls}, Config{Seconds: 5 + 20*float64(n), Rate: 50, Seed: seed})
	for i := range s.Episodes {
		s.Episodes[i].Step = i % 2
	}
	s.Latency = append(s.Latency, analysis.Latency{Phase: "before", Response: analysis.Quantiles{N: 500, P50: 1.1, P99: 2.7}})
	return s
}

// whole fills in all the time without service of an episode, which the longest gap
// of each side is in the toy, and whom it hit: the node that was hit is out until healing.
func whole(e *analysis.Episode, st Stall) {
	nan := analysis.MS(math.NaN())
	e.For = analysis.MS(math.Round((st.To - st.From) * 1000))
	e.Lasting = analysis.Lasting{From: nan, To: nan, Share: math.NaN(), Noise: math.NaN()}
	if st.NA != "" {
		none := analysis.Stretches{Total: nan, Longest: nan}
		e.Out, e.OutSLO, e.OutReads, e.OutWrites = none, none, none, none
		e.InjectReach, e.HealReach = analysis.Reach{Total: none, Partial: none}, analysis.Reach{Total: none, Partial: none}
		return
	}
	if st.Gap == 0 { // nobody missed a leader
		e.Detect = nan
	}
	for _, w := range []analysis.Window{e.Inject, e.Heal} {
		stretch(&e.Out, w.Gap)
		stretch(&e.OutSLO, w.SLO)
	}
	e.OutReads, e.OutWrites = e.Out, e.Out
	stretch(&e.InjectReach.Total, e.Inject.Gap)
	stretch(&e.HealReach.Total, e.Heal.Gap)
	if rest := e.HealFrom - e.Start + 150 - e.Inject.Gap.Length; rest > 0 && !st.NeverBack {
		stretch(&e.InjectReach.Partial, analysis.Outage{Length: rest})
		e.InjectReach.Nodes = 1
	}
	if !st.NeverBack {
		e.Lasting = analysis.Lasting{From: e.End, To: e.End + 2000, Share: 1, Noise: 0.01}
	}
}

func stretch(s *analysis.Stretches, o analysis.Outage) {
	if o.Length == 0 {
		return
	}
	s.Count++
	s.Total += o.Length
	s.Longest = max(s.Longest, o.Length)
	s.Censored = s.Censored || o.Censored
}
