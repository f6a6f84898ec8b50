package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"nines/analysis"
	"nines/bench/scenario"
	"nines/results"
)

type runCmd struct {
	Scenario string   `arg:"" optional:"" default:"quickstart" help:"Name of a built-in scenario (nines list scenarios) or a YAML file (nines init). Default: quickstart."`
	Systems  []string `placeholder:"NAME,..." help:"Run these systems instead of the scenario's."`
	Duration string   `placeholder:"TIME" help:"Length of the measured period, such as 20s."`
	Rate     string   `placeholder:"OPS" help:"Operations per second that are due in open loop."`
	Nodes    string   `placeholder:"N" help:"Size of the clusters."`
	Repeat   string   `placeholder:"N" help:"Trials of each system."`
	Seed     string   `placeholder:"N" help:"Seed of load, keys and faults."`
	Out      string   `placeholder:"DIR" help:"Results folder; it must not exist or be empty. Default: results/SCENARIO-TIME."`
	Set      []string `sep:"none" placeholder:"PATH=VALUE" help:"Change any field of the scenario, such as load.policy=leader or faults[0].for=2s. May be repeated."`
	Quiet    bool     `short:"q" help:"Print nothing but errors."`
	JSON     bool     `help:"Print the summaries as JSON instead of tables."`
}

func (c *runCmd) Run(ctx context.Context, t terminal) error {
	s, err := c.scenario()
	if err != nil {
		return err
	}
	text, err := s.YAML()
	if err != nil {
		return fmt.Errorf("write the effective scenario: %w", err)
	}
	dir := c.Out
	if dir == "" {
		dir = filepath.Join("results", s.Name+"-"+time.Now().Format("20060102-150405"))
	}
	run, err := results.Create(dir, manifest(s, text, dir))
	if err != nil {
		return badInput{err}
	}
	show := newDisplay(t, c.Quiet || c.JSON)
	show.line("%s: %s", s.Name, s.Description)
	show.line("results: %s", dir)
	all, err := trials(ctx, run, s, show)
	show.close()
	return c.conclude(ctx, t, run, all, err)
}

// conclude makes the report of what there is, and the exit code.
func (c *runCmd) conclude(ctx context.Context, t terminal, run *results.Run, all []analysis.Summary, failed error) error {
	if len(all) == 0 {
		return failed
	}
	if ctx.Err() == nil {
		if run2, err := results.Open(run.Dir()); err == nil { // the children have marked their trials
			run = run2
		}
		if err := run.End(time.Now()); err != nil {
			return errors.Join(failed, err)
		}
	}
	err := writeReport(run, all)
	if err == nil && !c.Quiet {
		err = present(t.out, run, all, c.JSON)
	}
	if err := errors.Join(failed, err); err != nil {
		return err
	}
	return verdict(all)
}

// scenario reads the scenario with all that the flags change.
func (c *runCmd) scenario() (*scenario.Scenario, error) {
	file, data, err := scenario.Open(c.Scenario)
	if err != nil {
		return nil, badInput{err}
	}
	var sets []scenario.Set
	if len(c.Systems) > 0 {
		sets = append(sets, scenario.Set{Path: "systems", Value: "[" + strings.Join(c.Systems, ", ") + "]"})
	}
	for _, flag := range []scenario.Set{
		{Path: "duration", Value: c.Duration},
		{Path: "load.rate", Value: c.Rate},
		{Path: "nodes", Value: c.Nodes},
		{Path: "repeat", Value: c.Repeat},
		{Path: "seed", Value: c.Seed},
	} {
		if flag.Value != "" {
			sets = append(sets, flag)
		}
	}
	for _, text := range c.Set {
		set, err := scenario.ParseSet(text)
		if err != nil {
			return nil, badInput{err}
		}
		sets = append(sets, set)
	}
	return scenario.Parse(file, data, catalog(), sets...)
}

func manifest(s *scenario.Scenario, text []byte, dir string) results.Manifest {
	m := results.Manifest{
		Name: s.Name, Scenario: string(text), Command: os.Args, Seed: s.Seed,
		Versions: results.BuildVersions(), Machine: results.ThisMachine(filepath.Dir(dir)), Started: time.Now(),
	}
	for _, p := range plan(s) {
		m.Trials = append(m.Trials, results.Entry{Trial: p.name, System: p.system.Label, Repeat: p.repeat, State: results.Planned})
	}
	return m
}

// trials runs every trial in a process of its own and analyses what it left. A
// trial that fails is kept, and the run goes on.
func trials(ctx context.Context, run *results.Run, s *scenario.Scenario, show *display) ([]analysis.Summary, error) {
	var all []analysis.Summary
	todo := plan(s)
	for i, p := range todo {
		show.begin(i+1, len(todo), p, s)
		if err := spawn(ctx, run.Dir(), p.name, show); err != nil {
			show.failed(err)
			if ctx.Err() != nil {
				return all, fmt.Errorf("interrupted after %d of %d trials: %w", i, len(todo), ctx.Err())
			}
			if err := keepFailure(run.Dir(), p, s, err); err != nil {
				return all, err
			}
		}
		sum, err := analysis.Trial(filepath.Join(run.Dir(), results.TrialsDir, p.name), analysis.Options{})
		if err != nil {
			return all, fmt.Errorf("analyse trial %s: %w", p.name, err)
		}
		show.end(&sum)
		all = append(all, sum)
	}
	return all, nil
}

// died is a trial whose process ended without leaving a trial.
type died struct {
	how    string
	stderr string
}

func (d *died) Error() string {
	first, _, _ := strings.Cut(strings.TrimSpace(d.stderr), "\n")
	if first == "" {
		return d.how
	}
	return d.how + ": " + first
}

// graceful is how long a child may take to end when it is asked to.
const graceful = 20 * time.Second

// spawn runs one trial in a child: what its system does to a process, from a
// panic to memory that is never given back, it does to that one alone.
func spawn(ctx context.Context, dir, name string, show *display) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program to run a trial with: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, "trial", dir, name)
	alive, err := cmd.StdinPipe() // closing it tells the child to end
	if err != nil {
		return fmt.Errorf("start trial %s: %w", name, err)
	}
	ownGroup(cmd) // so that Ctrl-C reaches the child through us, once
	cmd.Cancel = alive.Close
	cmd.WaitDelay = graceful
	var stderr tail
	cmd.Stdout, cmd.Stderr = show.progress(), &stderr
	if err := cmd.Run(); err != nil {
		return &died{fmt.Sprintf("the process of trial %s ended with %v", name, err), stderr.String()}
	}
	return nil
}

// tail keeps the beginning and the end of what is written to it: a panic's
// message comes first, and an error's last.
type tail struct{ buf []byte }

const tailLimit = 1 << 20

func (t *tail) Write(b []byte) (int, error) {
	t.buf = append(t.buf, b...)
	if len(t.buf) > 2*tailLimit {
		t.buf = append(t.buf[:tailLimit], t.buf[len(t.buf)-tailLimit:]...)
	}
	return len(b), nil
}

func (t *tail) String() string { return string(t.buf) }

var _ io.Writer = (*tail)(nil)

// keepFailure leaves a trial that says why there is nothing else of it.
func keepFailure(dir string, p planned, s *scenario.Scenario, cause error) error {
	run, err := results.Open(dir)
	if err != nil {
		return err
	}
	files, err := run.Begin(p.name, p.system.Label, p.repeat)
	if err != nil {
		return err
	}
	cfg, finish, err := setup(s, p, files.Dir())
	if err != nil {
		return errors.Join(err, files.Discard(err.Error()))
	}
	if err := finish(); err != nil {
		return errors.Join(err, files.Discard(err.Error()))
	}
	f := cfg.Facts
	f.Failure = cause.Error()
	if d := (*died)(nil); errors.As(cause, &d) && d.stderr != "" {
		f.Failure += " (its last words are in " + results.StacksFile + ")"
		if err := os.WriteFile(filepath.Join(files.Dir(), results.StacksFile), []byte(d.stderr), 0o644); err != nil {
			return errors.Join(err, files.Discard(err.Error()))
		}
	}
	_, err = files.Finish(f, nil, nil)
	return err
}

// verdict is the exit code that the summaries deserve.
func verdict(all []analysis.Summary) error {
	code := exitFine
	for _, s := range all {
		switch {
		case s.Verdict == analysis.VerdictIllegal:
			return ended(exitIllegal)
		case !s.Valid || s.Verdict == analysis.VerdictUnknown:
			code = exitInvalid
		}
	}
	if code != exitFine {
		return ended(code)
	}
	return nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
