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

// A campaign is the trials of a run as they go on.
type campaign struct {
	*held
	show *display

	todo  []planned
	total int // trials, complete ones included
	tempo tempo
	all   []analysis.Summary // in the order in which they ran
}

// trials runs what is missing of a plan, each trial in a process of its own, and
// analyses what there is. The summaries are in the order of the scenario, parts of a
// trial together. A trial that fails is kept, and the run goes on. The error is why
// it could not; there are then no summaries if the trials that had
// finished before were not all read, since a report of a part of them would be
// poorer than the one that may be there.
func trials(ctx context.Context, held *held, s *scenario.Scenario, show *display) ([]analysis.Summary, error) {
	defer onInterrupt(ctx, show)()
	complete, missing, err := split(held.run.Dir(), plan(s))
	if err != nil {
		return nil, err
	}
	c := &campaign{held: held, show: show, todo: missing, total: len(complete) + len(missing)}
	if err := c.read(ctx, complete); err != nil {
		return nil, err
	}
	err = c.rest(ctx)
	inOrder(c.all, listed(s))
	return c.all, err
}

// read analyses the trials that are complete.
func (c *campaign) read(ctx context.Context, complete []planned) error {
	for i, p := range complete {
		if ctx.Err() != nil {
			return fmt.Errorf("%w while the trials that had finished were read", errInterrupted)
		}
		c.show.say("reading what there is: %d of %d", i+1, len(complete))
		sum, err := analyse(c.run.Dir(), p)
		if err != nil {
			return err
		}
		c.all = append(c.all, sum)
	}
	return nil
}

// rest runs the others.
func (c *campaign) rest(ctx context.Context) error {
	for len(c.todo) > 0 {
		if ctx.Err() != nil {
			return fmt.Errorf("%w after %d of %s", errInterrupted, len(c.all), plural(c.total, "trial"))
		}
		if err := c.next(ctx); err != nil {
			c.show.abort()
			return err
		}
	}
	return nil
}

// next runs the first of what is to do.
func (c *campaign) next(ctx context.Context) error {
	p := c.todo[0]
	c.todo = c.todo[1:]
	i := len(c.all) + 1
	c.show.left(c.tempo.left(append([]planned{p}, c.todo...)))
	c.show.begin(i, c.total, p)
	began := time.Now()
	sum, err := c.try(ctx, c.run.Dir(), p, c.show)
	if errors.Is(err, errInterrupted) {
		return fmt.Errorf("%w during trial %d of %d, %s", errInterrupted, i, c.total, p.name)
	} else if err != nil {
		return err
	}
	c.all = append(c.all, sum)
	c.tempo.took(p.lasted(sum.Facts.Episodes), time.Since(began))
	c.show.end(&sum)
	if more, ok := p.rest(&sum.Facts); ok {
		c.todo = append([]planned{more}, c.todo...)
		c.total++
	}
	return nil
}

// try runs a trial in a child and analyses it.
func (h *held) try(ctx context.Context, dir string, p planned, show *display) (analysis.Summary, error) {
	if err := one(ctx, dir, p, h.lock, show); err != nil {
		return analysis.Summary{}, err
	}
	show.analysing()
	return analyse(dir, p)
}

// analyse makes the summary of a trial that is complete.
func analyse(dir string, p planned) (analysis.Summary, error) {
	sum, err := analysis.Trial(trialDir(dir, p.name), analysis.Options{})
	if err != nil {
		return sum, fmt.Errorf("analyse trial %s: %w", p.name, err)
	}
	return sum, nil
}

// A tempo tells how long trials take, against what was expected of them.
type tempo struct{ expected, was time.Duration }

func (p *tempo) took(expected, d time.Duration) {
	p.expected += expected
	p.was += d
}

// left is how long these will take.
func (p *tempo) left(todo []planned) (d time.Duration) {
	for _, t := range todo {
		d += t.lasts()
	}
	if p.expected > 0 {
		d = time.Duration(float64(d) * float64(p.was) / float64(p.expected))
	}
	return d
}

// one runs a trial in a child, and sees to it that it is there afterwards,
// complete, unless an error says why it is not.
func one(ctx context.Context, dir string, p planned, lock *os.File, show *display) error {
	if p.scenario.Disk.Kind == scenario.Files && !isVirtual(p) {
		// What others wrote before, such as the compiler of this program or the last
		// trial, is forced out now, and not together with the first forced writes of
		// this trial, which would wait for it.
		syscall.Sync()
	}
	began := time.Now()
	c := child{heard: show.heard, watch: show.watch != nil, lock: lock}
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
	facts.Episodes = cutShort(facts.Episodes, f.at)
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
