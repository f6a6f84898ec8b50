package main

import (
	"time"

	"nines/bench/trial"
)

// patience is how long nothing may happen in each phase of a trial before it counts as
// hung: longer than anything that it may wait for there. That an operation was dropped
// is nothing that happens: it means that all sessions wait.
func (x *spec) patience() func(trial.Phase) time.Duration {
	s := x.scenario
	// Two attempts to heal a fault. A machine that stalls for half a minute does not
	// make a trial hang either.
	const heal = time.Minute
	quiet, between := s.Load.Abandon+s.Settle+heal, x.between()
	return func(p trial.Phase) time.Duration {
		switch p {
		case trial.Preloading: // told of when all keys are written, a thousand a second at least
			return quiet + time.Duration(s.Workload.Keys)*time.Millisecond
		case trial.Measuring:
			return quiet + between
		}
		return quiet
	}
}

// between bounds the time from one operation that is told of to the next, if each ends
// as soon as it is sent. A node's operation may be told of with its next only: of as
// many as there are nodes, and one more, one is.
func (x *spec) between() (longest time.Duration) {
	s := x.scenario
	arrivals := x.load().Arrivals
	switch {
	case s.Probes.Rate > 0:
		return 2 * s.Probes.Period()
	case arrivals == nil: // the next of a session is sent when it has given up the last
		return s.Load.Abandon
	}
	last, next := -s.Warmup, arrivals(-s.Warmup, s.Duration)
	for due, ok := next(); ok; due, ok = next() {
		longest, last = max(longest, due-last), due
	}
	return time.Duration(len(x.nodes)+1) * max(longest, s.Duration-last)
}
