package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"nines/adapters/controls"
	"nines/analysis/saturation"
	"nines/bench/scenario"
	"nines/results"
)

type saturateCmd struct {
	Scenario string   `arg:"" optional:"" default:"saturate" help:"Name of a built-in scenario or a YAML file. Default: saturate."`
	Systems  []string `placeholder:"NAME" help:"Search these systems instead of the scenario's."`
	SLO      *string  `name:"slo-p99" placeholder:"TIME" help:"What p99 of the response time must not exceed. Default: the scenario's deadline."`
	Duration *string  `placeholder:"TIME" help:"Length of the measured period of each trial. Default: 3s."`
	Nodes    *string  `placeholder:"N" help:"Size of the clusters."`
	Seed     *string  `placeholder:"N" help:"Seed of load and keys."`
	MaxRate  float64  `placeholder:"OPS" default:"200000" help:"Highest rate to try. Default: 200000."`
	Out      string   `placeholder:"DIR" help:"Results folder, new or empty. Default: results/SCENARIO-TIME."`
	Set      []string `sep:"none" placeholder:"PATH=VALUE" help:"Change any field of the scenario. May be repeated."`
	scraped
	output
}

// Help is what nines saturate --help says below the first line.
func (*saturateCmd) Help() string {
	return `The knee of a system is the highest rate at which p99 of the response time meets the SLO and the backlog does not ` +
		`grow. A closed loop of more and more sessions tells where to look, and the universal scalability law is fitted to it, ` +
		`as advice. Then the rate is bracketed and bisected in open loop, and the knee confirmed: three trials there must hold, ` +
		`and one besides may fail. Each point is a short trial without faults and probes, after 1s of warm-up; systems take turns. ` +
		`Ctrl-C keeps and reports the trials that have finished; a search does not go on.

  nines saturate --systems paxos,etcdraft --slo-p99 50ms
  nines saturate my.yaml --set disk.kind=memory

The results folder has the knees in saturation.json, and in knee.yaml for the load of a scenario: rate: 60% of knee.

Exit codes: 0 every knee was found and confirmed; 1 a history was illegal; 2 bad input; 3 internal error; 4 a knee was not ` +
		`found or not confirmed; 130 interrupted.`
}

func (c *saturateCmd) Run(ctx context.Context, t terminal) error {
	s, err := c.effective()
	if err != nil {
		return err
	}
	show := newDisplay(t.err, c.Quiet)
	defer show.close()
	unwatch, err := c.scraped.begin(show)
	if err != nil {
		return err
	}
	defer unwatch()
	p := c.search(s)
	run, undo, err := createRun(c.Out, s, results.Manifest{Command: c.command(), Search: &p})
	if err != nil {
		return err
	}
	for _, line := range append(searchOutline(s, p), "results: "+run.Dir()) {
		show.line("%s", line)
	}
	held, err := hold(ctx, run, undo)
	if err != nil {
		return err
	}
	defer held.release()
	h := &hunt{dir: run.Dir(), scenario: s, p: p, try: held.try, show: show, began: time.Now()}
	err = h.run(ctx)
	show.close()
	if len(h.all) == 0 && undo() {
		return fmt.Errorf("%w (nothing was kept)", err)
	}
	return c.conclude(ctx, t, run, h.all, err)
}

// changes are those of the flags that have a name of their own.
func (c *saturateCmd) changes() []change {
	return changesOf(c.Systems, []option{
		{"--slo-p99", "load.deadline", c.SLO},
		{"--duration", "duration", c.Duration},
		{"--nodes", "nodes", c.Nodes},
		{"--seed", "seed", c.Seed},
	})
}

// brief is what makes a trial of a scenario the trial of a point.
var brief = []scenario.Set{
	{Path: "faults"}, {Path: "repeat", Value: "1"}, {Path: "probes.rate", Value: "0"},
	{Path: "warmup", Value: "1s"}, {Path: "duration", Value: "3s"},
	{Path: "load.ramp"}, {Path: "load.burst"}, {Path: "load.diurnal"}, {Path: "load.schedule"},
}

// effective reads the scenario of which every trial is a variant. Its deadline is
// the SLO. Clients give up soon after: what an overloaded system has not answered
// by then only burdens the machine.
func (c *saturateCmd) effective() (*scenario.Scenario, error) {
	s, err := readScenario(c.Scenario, brief, c.changes(), c.Set)
	if err != nil {
		return nil, err
	}
	if soon := max(time.Second, 10*s.Load.Deadline); soon < s.Load.Abandon {
		sets := append(brief[:len(brief):len(brief)], scenario.Set{Path: "load.abandon", Value: soon.String()})
		if s, err = readScenario(c.Scenario, sets, c.changes(), c.Set); err != nil {
			return nil, err
		}
	}
	var wrong error
	switch {
	case len(s.Matrix) > 0:
		wrong = errors.New("a matrix has many scenarios, and a search is of one: want --set matrix= to leave it away")
	case s.Host == controls.Host:
		wrong = fmt.Errorf("host %s runs in no time that could be measured: want host: inproc", s.Host)
	case s.Time == scenario.Virtual:
		wrong = errors.New("virtual time charges for no processor, so nothing in it gets tired: want time: real")
	case s.Repeat > 1 || len(s.Faults) > 0:
		wrong = errors.New("a search repeats by itself, and without faults: remove repeat and faults from --set")
	case !steady(&s.Load):
		wrong = errors.New("a search is for the highest steady rate: remove ramp, burst, diurnal or schedule from --set")
	case s.Duration < time.Second:
		wrong = fmt.Errorf("duration %s is too short to see how the backlog goes: want 1s or more", span(s.Duration))
	case !(c.MaxRate >= fewest/s.Duration.Seconds()):
		wrong = fmt.Errorf("--max-rate %v would not give a p99 in %s: want %.0f or more", c.MaxRate, span(s.Duration), fewest/s.Duration.Seconds())
	}
	if wrong != nil {
		return nil, badInput{wrong}
	}
	return s, nil
}

func steady(l *scenario.Load) bool {
	p := l.Profile()
	return p.Steady()
}

// fewest is how many operations the lowest rate must make due: a p99 needs 368,
// and arrivals come at random.
const fewest = 500

func (c *saturateCmd) search(s *scenario.Scenario) results.Search {
	return results.Search{
		SLO: s.Load.Deadline, Step: 0.05, Confirm: 4, Hold: 3,
		MinRate: float64(int(fewest/s.Duration.Seconds()) + 1), MaxRate: c.MaxRate, MaxSessions: 512,
	}
}

// command is the command line that repeats the search, into a folder of its own.
func (c *saturateCmd) command() []string {
	words := commandLine([]string{"nines", "saturate", c.Scenario}, c.changes(), c.Systems, c.Set)
	return append(words, "--max-rate", strconv.FormatFloat(c.MaxRate, 'f', -1, 64))
}

// searchOutline says what a search will do.
func searchOutline(s *scenario.Scenario, p results.Search) []string {
	each := s.Warmup + s.Duration + starting
	about := time.Duration(len(s.Systems)) * usual * each
	return []string{
		fmt.Sprintf("%s: %s; %s, no faults", s.Name, cast(s), s.Workload.Name),
		fmt.Sprintf("SLO: p99 within %s of due; trials of %s after %s of warm-up; about %s in all",
			span(p.SLO), span(s.Duration), span(s.Warmup), span(about.Round(time.Minute))),
	}
}

// usual is how many trials the search of a system takes, about.
const usual = 25

// pointSets are the fields that make a scenario that of a point. What else
// follows from the load does so anew.
func pointSets(s *scenario.Scenario, point results.Variable) []results.Variable {
	arrivals := s.Load.Arrivals
	switch {
	case point.Name == saturation.Sessions:
		arrivals = scenario.Closed
	case arrivals == scenario.Closed:
		arrivals = scenario.Poisson
	}
	sets := []results.Variable{{Name: "load.arrivals", Value: string(arrivals)}}
	for _, name := range []string{"rate", "sessions", "max_in_flight", "knee"} {
		v := results.Variable{Name: "load." + name} // no value: what is usual
		if name == point.Name {
			v.Value = point.Value
		}
		sets = append(sets, v)
	}
	return sets
}
