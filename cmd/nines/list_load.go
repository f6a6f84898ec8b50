package main

import (
	"strings"

	"nines/bench/balance"
	"nines/bench/scenario"
)

func listArrivals(l *listing) {
	l.paragraph("How arrivals are spaced, in load.arrivals:")
	for _, k := range scenario.Spacings() {
		l.row(4, 10, k.Name, k.Does)
	}
	l.blank()
	l.paragraph("How the rate goes over the measured period, in one field of load at most; without one it is load.rate all the time. " +
		"The warm-up has the first rate. With poisson arrivals they are an inhomogeneous Poisson process, with constant ones the n-th is due " +
		"when n are expected.")
	for _, k := range scenario.Shapes() {
		l.row(4, 0, "", k.Example)
		l.row(8, 0, "", k.Does)
	}
}

func listPolicies(l *listing) {
	kinds := balance.Kinds()
	for i, k := range kinds {
		if strings.HasPrefix(k.Usage, "+") && !strings.HasPrefix(kinds[i-1].Usage, "+") {
			l.blank()
			l.paragraph("After a policy, in this order, such as two-choices + retry(tries=5, budget=20%) + hedge(after=p99):")
		}
		l.row(0, 24, k.Usage, k.Does)
		for _, s := range k.Settings {
			l.row(24, 0, "", s)
		}
	}
	l.blank()
	l.paragraph("In a file load: {policy: two-choices}, or --set load.policy=two-choices. What a retry or a hedge may not do: docs/measurement.md, " +
		"Balancing policies.")
}
