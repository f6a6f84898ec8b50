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

// try runs a trial in a child and analyses it.
func (h *held) try(ctx context.Context, dir string, p planned, show *stage) (analysis.Summary, error) {
	if err := one(ctx, dir, p, h.lock, show); err != nil {
		return analysis.Summary{}, err
	}
	show.analysing()
	return analyse(dir, p)
}

// analyse makes the summary of a trial that is complete.
func analyse(dir string, p planned) (analysis.Summary, error) {
	sum, err := summarize(trialDir(dir, p.name))
	if err != nil {
		return sum, fmt.Errorf("analyse trial %s: %w", p.name, err)
	}
	return sum, nil
}

// one runs a trial in a child, and sees to it that it is there afterwards,
// complete, unless an error says why it is not.
func one(ctx context.Context, dir string, p planned, lock *os.File, show *stage) error {
	if p.scenario.Disk.Kind == scenario.Files && !isVirtual(p) {
		// What others wrote before, such as the compiler of this program or the last
		// trial, is forced out now, and not together with the first forced writes of
		// this trial, which would wait for it.
		syscall.Sync()
	}
	began := time.Now()
	c := child{heard: show.heard, watch: show.on.watch != nil, lock: lock}
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
		f := failure{planned: p, cause: dead, began: began, left: c.last.Dir, at: c.last.Episode}
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
	at    int       // the last episode that was heard of; 0: none
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
	logs, aside := filepath.Join(f.left, results.NodesDir), filepath.Join(dir, "."+results.NodesDir+"-"+f.name)
	saved := f.left != "" && os.Rename(logs, aside) == nil // Begin removes the folder
	defer os.RemoveAll(aside)
	files, err := run.Begin(f.name, f.label, f.repeat)
	if err != nil {
		return err
	}
	facts := x.facts()
	facts.Started = f.began
	facts.Failure, facts.Cut = f.cause.Error(), true
	facts.Episodes = cutShort(facts.Episodes, f.at)
	if saved {
		err = os.Rename(aside, filepath.Join(files.Dir(), results.NodesDir))
	}
	if f.cause.words != "" {
		facts.Failure += " (see " + results.StacksFile + ")"
		err = errors.Join(err, writeStacks(files.Dir(), []byte(f.cause.words)))
	}
	if facts.Txns { // there is a record of them, and nothing in it
		_, failed := files.Txns()
		err = errors.Join(err, failed)
	}
	if err != nil {
		err = fmt.Errorf("keep trial %s, which failed: %w", f.name, err)
		return errors.Join(err, files.Discard(err.Error()))
	}
	_, err = files.Finish(facts, nil, nil)
	return err
}
