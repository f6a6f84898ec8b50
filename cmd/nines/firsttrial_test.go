package main

import (
	"testing"
	"testing/synctest"

	"nines/bench"
	"nines/bench/trial"
	"nines/results"
)

// firstTrial begins the first trial of the run that the flags ask for, in its folder.
func firstTrial(t *testing.T, c *runCmd) (*spec, *results.Trial) {
	t.Helper()
	s := effective(t, c)
	run, _, err := c.create(s)
	if err != nil {
		t.Fatal(err)
	}
	p := plan(s)[0]
	x, err := specify(p)
	if err != nil {
		t.Fatal(err)
	}
	files, err := run.Begin(p.name, p.label, p.repeat)
	if err != nil {
		t.Fatal(err)
	}
	return x, files
}

// inBubble runs a trial in virtual time, in this process.
func inBubble(t *testing.T, cfg trial.Config) (r trial.Result) {
	t.Helper()
	cfg.Pacer, cfg.CPU, cfg.Usage = bench.Sleeping, nil, nil
	var err error
	synctest.Test(t, func(t *testing.T) { r, err = trial.Run(t.Context(), cfg) })
	if err != nil {
		t.Fatal(err)
	}
	return r
}
