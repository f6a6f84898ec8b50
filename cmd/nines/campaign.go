package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"nines/analysis"
	"nines/bench/scenario"
)

// A campaign is the trials of a run as they go on. Those in real time have the
// machine for themselves, one after the other. One in virtual time has the use of
// one processor, and its figures do not depend on who else is at work: as many run at
// once as there are processors.
type campaign struct {
	*held
	show *display
	jobs int // trials at once

	mu    sync.Mutex
	todo  []planned
	begun int // trials, complete ones included
	total int // likewise
	tempo tempo
	all   []analysis.Summary // in the order in which they ended
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
	c := &campaign{
		held: held, show: show, jobs: jobs(missing, show.watch != nil),
		todo: missing, begun: len(complete), total: len(complete) + len(missing),
	}
	if err := c.read(ctx, complete); err != nil {
		return nil, err
	}
	err = c.rest(ctx)
	inOrder(c.all, listed(s))
	return c.all, err
}

// jobs is how many of the trials may run at once. Who watches sees one at a time.
func jobs(todo []planned, watched bool) int {
	if watched || slices.ContainsFunc(todo, func(p planned) bool { return !isVirtual(p) }) {
		return 1
	}
	return max(1, min(len(todo), runtime.NumCPU()))
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

// rest runs the others. After an error, which is the first, what runs beside is
// ended too.
func (c *campaign) rest(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		working sync.WaitGroup
		failed  sync.Once
		first   error
	)
	for range c.jobs {
		working.Go(func() {
			if err := c.work(ctx); err != nil {
				failed.Do(func() { first = err })
				cancel()
			}
		})
	}
	working.Wait()
	return first
}

// work runs one trial after the other until there are none to begin.
func (c *campaign) work(ctx context.Context) error {
	for {
		p, at, ok := c.take()
		if !ok {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%w after %d of %s", errInterrupted, at.n-1, plural(at.of, "trial"))
		}
		sum, err := c.next(ctx, p, at)
		if errors.Is(err, errInterrupted) {
			return fmt.Errorf("%w during trial %d of %d, %s", errInterrupted, at.n, at.of, p.name)
		} else if err != nil {
			return err
		}
		c.took(p, &sum)
	}
}

// A place is that of a trial in its run.
type place struct {
	n, of int           // from 1
	left  time.Duration // that the run takes from it on, about; 0: not known
}

// take takes the first of what is to do.
func (c *campaign) take() (planned, place, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.todo) == 0 {
		return planned{}, place{}, false
	}
	left := c.tempo.left(c.todo) / time.Duration(c.jobs)
	p := c.todo[0]
	c.todo = c.todo[1:]
	c.begun++
	return p, place{c.begun, c.total, left}, true
}

// next runs a trial and shows how it goes.
func (c *campaign) next(ctx context.Context, p planned, at place) (analysis.Summary, error) {
	stage := c.show.begin(at, p)
	defer stage.close()
	began := time.Now()
	sum, err := c.try(ctx, c.run.Dir(), p, stage)
	if err != nil {
		return sum, err
	}
	c.mu.Lock()
	c.tempo.took(p.lasted(sum.Facts.Episodes), time.Since(began))
	c.mu.Unlock()
	stage.end(&sum)
	return sum, nil
}

// took takes the outcome of a trial into account. The rest of its episodes, if it
// was cut short, come next.
func (c *campaign) took(p planned, sum *analysis.Summary) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, *sum)
	if more, ok := p.rest(&sum.Facts); ok {
		c.todo = append([]planned{more}, c.todo...)
		c.total++
	}
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
