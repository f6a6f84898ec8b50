package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"nines/analysis"
	"nines/analysis/report"
	"nines/bench/scenario"
	"nines/results"
)

type runCmd struct {
	Scenario string   `arg:"" optional:"" help:"Name of a built-in scenario (see: nines list scenarios) or a YAML file (see: nines init). Default: quickstart."`
	Systems  []string `placeholder:"NAME" help:"Run these systems instead of the scenario's."`
	Duration *string  `placeholder:"TIME" help:"Length of the measured period, such as 20s."`
	Rate     *string  `placeholder:"OPS" help:"Operations per second that are due in open loop."`
	Nodes    *string  `placeholder:"N" help:"Size of the clusters."`
	Time     *string  `placeholder:"KIND" help:"real or virtual: modelled, with no processor charged, and far faster."`
	Repeat   *string  `placeholder:"N" help:"Trials of each system."`
	Seed     *string  `placeholder:"N" help:"Seed of load, keys and faults."`
	Out      string   `placeholder:"DIR" help:"Results folder, new or empty. Default: results/SCENARIO-TIME."`
	Resume   string   `placeholder:"DIR" help:"Go on with the run in DIR: run the trials that are missing, and report all."`
	Set      []string `sep:"none" placeholder:"PATH=VALUE" help:"Change any field of the scenario. May be repeated."`
	scraped
	output
}

// output is how a command says what it found.
type output struct {
	Quiet bool `short:"q" help:"Print nothing but errors, and the JSON if asked for."`
	JSON  bool `xor:"print" help:"Print what was found as JSON instead of tables."`
}

// Help is what nines run --help says below the first line.
func (*runCmd) Help() string {
	return `Each trial is a process of its own. All systems get the same load, the same faults and the same seed. What was recorded and ` +
		`the report are in the results folder. Ctrl-C keeps and reports the trials that have finished; --resume goes on.

  nines run --duration 10s --systems etcdraft
  nines run my.yaml --set load.policy=leader --set "faults[0].for=2s"
  nines run --set "faults=[{at: 5s, for: 4s, fault: isolate(leader)}]"
  nines run --resume results/quickstart-20250101-120000

Exit codes: 0 fine; 1 a history was illegal; 2 bad input; 3 internal error; 4 a trial was not valid, or its verdict ` +
		`is unknown; 130 interrupted.`
}

func (c *runCmd) Run(ctx context.Context, t terminal) error {
	show := newDisplay(t.err, c.Quiet)
	defer show.close()
	unwatch, err := c.scraped.begin(show)
	if err != nil {
		return err
	}
	defer unwatch()
	held, s, err := c.begin(ctx, show)
	if err != nil {
		return err
	}
	defer held.release()
	for _, line := range append(outline(s), "results: "+held.run.Dir()) {
		show.line("%s", line)
	}
	all, err := trials(ctx, held, s, show)
	show.close()
	if len(all) == 0 && held.undo() {
		return fmt.Errorf("%w (nothing was kept)", err)
	}
	return c.conclude(ctx, t, held.run, all, err)
}

// begin makes a new results folder for the scenario, or opens the one to go on with.
func (c *runCmd) begin(ctx context.Context, show *display) (*held, *scenario.Scenario, error) {
	if c.Resume != "" {
		return c.resume(ctx, show)
	}
	s, err := c.effective()
	if err != nil {
		return nil, nil, err
	}
	run, undo, err := c.create(s)
	if err != nil {
		return nil, nil, err
	}
	h, err := hold(ctx, run, undo)
	return h, s, err
}

// conclude makes the report of the trials that there are, and says how the run
// ended.
func (o output) conclude(ctx context.Context, t terminal, run *results.Run, all []analysis.Summary, failed error) error {
	switch {
	case errors.Is(failed, errInterrupted) && len(all) == 0:
		return fmt.Errorf("%w (what was recorded is kept; %s)", failed, goOn(run))
	case outside(failed) || len(all) == 0: // nor could the report be written
		return fmt.Errorf("%w (what was recorded is kept; mend that; %s)", failed, goOn(run))
	}
	run, err := results.Open(run.Dir()) // the children have marked their trials
	if err != nil {
		return errors.Join(failed, err)
	}
	if failed == nil {
		if err := run.End(time.Now()); err != nil {
			return fmt.Errorf("%w (the trials are kept; mend that, then: nines report %s)", err, run.Dir())
		}
	}
	years, err := writeReport(run, all, report.Other{})
	if err != nil {
		removeReport(run)
		return errors.Join(failed, fmt.Errorf("%w (the trials are kept; mend that, then: nines report %s)", err, run.Dir()))
	}
	if err := o.present(t.out, run, all, years); err != nil {
		return errors.Join(failed, err)
	}
	switch {
	case failed != nil:
		return fmt.Errorf("%w (kept and reported: %s; %s)", failed, plural(len(all), "trial"), goOn(run))
	case ctx.Err() != nil:
		return fmt.Errorf("%w, when all trials had finished: %s", errInterrupted, run.Dir())
	}
	return verdictOf(run, all)
}

// goOn says how to go on with a run that was cut off. A search cannot: what its
// first trials found is of another hour.
func goOn(run *results.Run) string {
	if m := run.Manifest(); m.Search != nil {
		return "to begin anew: " + strings.Join(m.Command, " ")
	}
	return "to go on: nines run --resume " + run.Dir()
}
