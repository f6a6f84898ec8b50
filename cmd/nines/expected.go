package main

import (
	"time"

	"nines/adapters/link"
	"nines/bench/balance"
	"nines/bench/scenario"
	"nines/results"
)

// expected is what a transaction of the trial should cost. Formulas are for
// transactions that are all alike, and of which one participant coordinates; what
// else costs something must not be there. nil if it is.
func (x *spec) expected() *results.Expected {
	s := x.scenario
	accounts, _ := x.workload.Bank()
	alike := accounts > 0 && s.Workload.Reads == 0 && s.Load.Policy == balance.ToOwner && s.Workload.Span <= len(x.nodes)
	if x.ready.Expect == nil || !alike || s.Probes.Rate > 0 || len(s.Faults) > 0 {
		return nil
	}
	e := x.ready.Expect(s.Workload.Span)
	e.Participants, e.Hop = s.Workload.Span, x.hop()
	return &e
}

// hop is the one-way delay between any two nodes, or 0 if they are not all the
// same.
func (x *spec) hop() (one time.Duration) {
	profile, err := profileOf(&x.scenario.Links)
	if err != nil {
		return 0
	}
	delays, err := profile.Delays(len(x.nodes))
	if err != nil {
		return 0
	}
	for i, row := range delays {
		for j, d := range row {
			switch {
			case i == j:
			case one == 0:
				one = d
			case one != d:
				return 0
			}
		}
	}
	return one
}

func profileOf(l *scenario.Links) (link.Profile, error) {
	if l.Profile != "" {
		return link.ParseProfile(l.Profile)
	}
	return link.Table(l.RTT)
}
