package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"nines/analysis"
	"nines/bench/scenario"
	"nines/results"
)

// trials runs every trial in a process of its own and analyses what it left. A
// trial that fails is kept, and the run goes on. The error is why it could not.
func trials(ctx context.Context, run *results.Run, s *scenario.Scenario, show *display) ([]analysis.Summary, error) {
	defer context.AfterFunc(ctx, func() { show.line("interrupted: the trial is being ended; once more, and all ends at once") })()
	var all []analysis.Summary
	todo := plan(s)
	for i, p := range todo {
		if ctx.Err() != nil {
			return all, fmt.Errorf("%w after %d of %s", errInterrupted, i, plural(len(todo), "trial"))
		}
		show.begin(i+1, len(todo), p)
		err := one(ctx, run.Dir(), p, show)
		if err != nil {
			show.abort()
			if errors.Is(err, errInterrupted) {
				err = fmt.Errorf("%w during trial %d of %d, %s", errInterrupted, i+1, len(todo), p.name)
			}
			return all, err
		}
		show.analysing()
		sum, err := analysis.Trial(trialDir(run.Dir(), p.name), analysis.Options{})
		if err != nil {
			show.abort()
			return all, fmt.Errorf("analyse trial %s: %w", p.name, err)
		}
		show.end(&sum)
		all = append(all, sum)
	}
	return all, nil
}

// one runs a trial in a child, and sees to it that it is there afterwards,
// complete, unless an error says why it is not.
func one(ctx context.Context, dir string, p planned, show *display) error {
	if p.scenario.Disk.Kind == scenario.Files && !isVirtual(p) {
		// What others wrote before, such as the compiler of this program or the last
		// trial, is forced out now, and not together with the first forced writes of
		// this trial, which would wait for it.
		syscall.Sync()
	}
	began := time.Now()
	c := child{heard: show.heard}
	err := c.run(ctx, dir, p.name)
	if _, missing := os.Stat(trialDir(dir, p.name)); missing == nil {
		return nil
	}
	switch {
	case ctx.Err() != nil:
		err = errInterrupted
	case err == nil:
		err = &died{how: "no trial and no reason"}
	}
	if dead := (*died)(nil); errors.As(err, &dead) {
		f := failure{planned: p, cause: dead, began: began, left: c.last.Dir}
		return f.keep(dir)
	}
	if _, missing := os.Stat(c.last.Dir); missing == nil { // the child could not tidy up
		err = errors.Join(err, discard(dir, p))
	}
	return err
}

// discard removes what a trial left behind that was not to end, and has the
// manifest say so.
func discard(dir string, p planned) error {
	run, err := results.Open(dir)
	if err != nil {
		return err
	}
	files, err := run.Begin(p.name, p.label, p.repeat)
	if err != nil {
		return err
	}
	return files.Discard(errInterrupted.Error())
}

// A failure is a trial whose process died.
type failure struct {
	planned
	cause *died
	began time.Time // when it was started
	left  string    // the folder that it left behind; may be missing
}

// keep makes a trial that says why there is nothing else of it, with the logs
// of the nodes and the last words of the process.
func (f *failure) keep(dir string) error {
	x, err := specify(f.planned)
	if err != nil {
		return err
	}
	run, err := results.Open(dir)
	if err != nil {
		return err
	}
	logs, aside := filepath.Join(f.left, results.NodesDir), filepath.Join(dir, "."+results.NodesDir)
	saved := f.left != "" && os.Rename(logs, aside) == nil // Begin removes the folder
	defer os.RemoveAll(aside)
	files, err := run.Begin(f.name, f.label, f.repeat)
	if err != nil {
		return err
	}
	facts := x.facts()
	facts.Started = f.began
	facts.Failure, facts.Cut = f.cause.Error(), true
	if saved {
		err = os.Rename(aside, filepath.Join(files.Dir(), results.NodesDir))
	}
	if f.cause.words != "" {
		facts.Failure += " (see " + results.StacksFile + ")"
		err = errors.Join(err, writeStacks(files.Dir(), []byte(f.cause.words)))
	}
	if err != nil {
		err = fmt.Errorf("keep trial %s, which failed: %w", f.name, err)
		return errors.Join(err, files.Discard(err.Error()))
	}
	_, err = files.Finish(facts, nil, nil)
	return err
}
