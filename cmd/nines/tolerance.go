package main

import (
	"slices"

	"nines/chaos"
	"nines/results"
)

// tolerance is what the system should survive, in a trial that explores it: one whose
// faults count nodes with and without the leader. nil in others.
func (x *spec) tolerance() *results.Tolerance {
	explores := slices.ContainsFunc(x.scenario.Faults, func(s chaos.Step) bool { return chaos.CountsByLeader(s.Fault) })
	if x.ready.Tolerate == nil || !explores || x.scenario.Probes.Rate == 0 {
		return nil
	}
	t := x.ready.Tolerate(len(x.nodes))
	return &t
}
