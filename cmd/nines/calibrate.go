package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"nines/analysis"
	"nines/analysis/calibration"
	"nines/analysis/report"
	"nines/bench/scenario"
	"nines/results"
)

type calibrateCmd struct {
	Seed  uint64 `default:"1" placeholder:"N" help:"Seed of arrivals and service times. Default: 1."`
	Out   string `placeholder:"DIR" help:"Folder, new or empty; or the results folder of a run, to which calibration/ is added. Default: results/calibrate-TIME."`
	Quiet bool   `short:"q" help:"Print nothing but errors, and the JSON if asked for."`
	JSON  bool   `help:"Print the report as JSON instead of tables."`
}

// Help is what nines calibrate --help says below the first line.
func (*calibrateCmd) Help() string {
	return `The system null is told what to do, so what a report should show is known: response times of M/M/1 and M/D/1 queues, ` +
		`a stall under constant arrivals and in a closed loop, outages of known lengths at several rates of probes. The load generator's own lag and the cost of recording ` +
		`are measured beside. All of it runs and is analysed as any trial is. Each figure is held against a bound that was stated beforehand. In virtual time the figures depend ` +
		`on the seed alone; the others in real time need a machine that does nothing else.

  nines calibrate
  nines calibrate --out results/my-run     into my-run/calibration

Exit codes: 0 all figures are within their bounds; 2 bad input; 3 internal error; 4 one is not; 130 interrupted.`
}

// Run implements the command.
func (c *calibrateCmd) Run(ctx context.Context, t terminal) error {
	return c.calibrate(ctx, t, standardPlan())
}

func (c *calibrateCmd) calibrate(ctx context.Context, t terminal, p calibrationPlan) error {
	dir, undo, err := c.folder()
	if err != nil {
		return badInput{err}
	}
	show := newDisplay(t.err, c.Quiet)
	defer show.close()
	show.line("calibration of the harness on null; under a minute; results: %s", dir)
	r := calibration.Report{
		Schema: calibration.Schema, Seed: c.Seed, Started: time.Now(),
		Versions: results.BuildVersions(), Machine: results.ThisMachine(dir),
	}
	r.Parts, err = c.parts(ctx, dir, p, show)
	show.close()
	if err != nil {
		if undo() {
			return fmt.Errorf("%w (nothing was kept)", err)
		}
		return fmt.Errorf("%w (no calibration was made; what had finished is in %s)", err, dir)
	}
	r.Took = time.Since(r.Started)
	failed, _ := r.Failed()
	r.Pass = len(failed) == 0
	if err := report.WriteCalibration(dir, &r); err != nil {
		return err
	}
	if err := c.present(t, dir, &r); err != nil {
		return err
	}
	if !r.Pass {
		return ended(exitInvalid)
	}
	return nil
}

// folder makes the folder; undo removes what of it is empty, and reports whether
// that was all.
func (c *calibrateCmd) folder() (dir string, undo func() bool, err error) {
	dir = c.Out
	if dir == "" {
		dir = freeDir(filepath.Join("results", "calibrate-"+time.Now().Format("20060102-150405")))
	} else if _, err := os.Stat(filepath.Join(dir, results.ManifestFile)); err == nil {
		dir = filepath.Join(dir, results.CalibrationDir)
	}
	there, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return "", nil, fmt.Errorf("create the folder of the calibration: %w", err)
		}
		return dir, func() bool { return syscall.Rmdir(dir) == nil }, nil
	case err != nil:
		return "", nil, fmt.Errorf("create the folder of the calibration: %w", err)
	case len(there) > 0:
		return "", nil, fmt.Errorf("create the folder of the calibration: %s is not empty (it has %s): name a new folder", dir, there[0].Name())
	}
	return dir, func() bool {
		left, err := os.ReadDir(dir)
		return err == nil && len(left) == 0
	}, nil
}

// parts runs the experiments and judges them.
func (c *calibrateCmd) parts(ctx context.Context, dir string, p calibrationPlan, show *display) ([]calibration.Part, error) {
	var parts []calibration.Part
	for _, e := range p.experiments() {
		var all []calibration.Trial
		for _, text := range e.scenarios {
			these, err := c.trials(ctx, dir, text, e.sampled, show)
			if err != nil {
				return nil, err
			}
			all = append(all, these...)
		}
		parts = append(parts, e.judge(all)...)
	}
	rounds, err := c.record(ctx, dir, p, show)
	if err != nil {
		return nil, err
	}
	return append(parts, part("recording", p.recording.Title(), p.recording.Bound(), p.recording.Judge(rounds))), nil
}

// trials runs a scenario into a results folder of its own.
func (c *calibrateCmd) trials(ctx context.Context, dir, text string, sampled int, show *display) ([]calibration.Trial, error) {
	s, err := c.parse(text)
	if err != nil {
		return nil, err
	}
	run, undo, err := createIn(filepath.Join(dir, s.Name), s, c.command())
	if err != nil {
		return nil, err
	}
	held, err := hold(ctx, run, undo)
	if err != nil {
		return nil, err
	}
	defer held.release()
	show.line("%s: %s, in %s time", s.Name, plural(len(plan(s)), "trial"), s.Time)
	sums, err := trials(ctx, held, s, show)
	if err != nil {
		undo()
		return nil, err
	}
	if run, err = results.Open(run.Dir()); err != nil { // the children have marked their trials
		return nil, err
	}
	if err := run.End(time.Now()); err != nil {
		return nil, err
	}
	all := make([]calibration.Trial, len(sums))
	for i, sum := range sums {
		all[i].Summary = sum
		if i >= sampled {
			continue
		}
		in, err := analysis.Load(trialDir(run.Dir(), sum.Facts.Trial))
		if err != nil {
			return nil, err
		}
		all[i].Samples = in.Samples
	}
	return all, nil
}

// parse reads a scenario of the plan, which is right by itself.
func (c *calibrateCmd) parse(text string) (*scenario.Scenario, error) {
	seed := scenario.Set{Path: "seed", Value: strconv.FormatUint(c.Seed, 10)}
	s, err := scenario.Parse("calibration", []byte(text), catalog(), seed)
	if err != nil {
		return nil, fmt.Errorf("the scenario of a calibration: %w", err)
	}
	return s, nil
}

func (c *calibrateCmd) command() []string {
	return []string{"nines", "calibrate", "--seed", strconv.FormatUint(c.Seed, 10)}
}

// present prints the outcome.
func (c *calibrateCmd) present(t terminal, dir string, r *calibration.Report) error {
	if c.JSON {
		e := json.NewEncoder(t.out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	if c.Quiet {
		return nil
	}
	if err := report.Calibration(t.out, r, width(t.out)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(t.out, "\ncalibration: %s\n", filepath.Join(dir, results.CalibrationTables))
	return err
}
