package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"nines/bench"
	"nines/bench/trial"
	"nines/results"
)

// A watchdog ends a trial that hangs. First it saves the stacks of all
// goroutines and cancels the trial, which may then end by itself with what it
// has; if not, the trial is left behind as it is, and keeps what was recorded.
type watchdog struct {
	quiet func(trial.Phase) time.Duration // how long nothing may happen
	grace time.Duration                   // how long a trial that was cancelled may take to end
	dir   string                          // of the trial
}

// run implements [passage]: time is real.
func (w *watchdog) run(ctx context.Context, cfg trial.Config, files *results.Trial) (trial.Result, error) {
	w.dir = files.Dir()
	return w.guard(ctx, cfg)
}

// guard runs the trial. What has hung fails the trial: the result says so. An
// error means that ctx ended, or that there is nothing worth keeping.
func (w *watchdog) guard(ctx context.Context, cfg trial.Config) (trial.Result, error) {
	p := &pulse{to: cfg.Recorder, began: time.Now()}
	p.phase.Store(trial.Starting)
	cfg.Recorder = p
	told := cfg.Progress
	cfg.Progress = func(ph trial.Phase) {
		p.phase.Store(ph)
		p.beat()
		if told != nil {
			told(ph)
		}
	}
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		result trial.Result
		err    error
	)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		result, err = trial.Run(running, cfg)
	}()

	switch w.wait(ctx, ended, p) {
	case hadEnded:
		return result, err
	case toldToEnd:
		if within(ended, w.grace) {
			return result, err
		}
		return trial.Result{}, fmt.Errorf("the trial did not end within %v of being told to: %w", w.grace, context.Cause(ctx))
	}
	// It has hung.
	ph := p.at()
	failure := fmt.Sprintf("the trial hung while %s: nothing had happened for %v; what its goroutines were doing is in %s",
		ph, w.quiet(ph).Round(time.Millisecond), results.StacksFile)
	if err := w.saveStacks(); err != nil {
		return trial.Result{}, err
	}
	cancel()
	if within(ended, w.grace) {
		result.Facts.Failure = failure
		return result, nil
	}
	p.close()
	left := trial.Result{Facts: cfg.Facts}
	left.Facts.Failure, left.Facts.Cut = failure, true // what no session handed over is lost
	return left, nil
}

// what the wait for a trial came to.
type waited int

const (
	hadEnded  waited = iota
	toldToEnd        // the context ended
	hung
)

func (w *watchdog) wait(ctx context.Context, ended <-chan struct{}, p *pulse) waited {
	const look = time.Second // at least so often: the next phase may allow for less
	timer := time.NewTimer(look)
	defer timer.Stop()
	for {
		select {
		case <-ended:
			return hadEnded
		case <-ctx.Done():
			return toldToEnd
		case <-timer.C:
			left := w.quiet(p.at()) - p.silent()
			if left <= 0 {
				return hung
			}
			timer.Reset(min(left, look))
		}
	}
}

func within(ended <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
		return false
	}
}

func (w *watchdog) saveStacks() error {
	var stacks bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 2); err != nil {
		return fmt.Errorf("dump the stacks of a trial that hangs: %w", err)
	}
	return writeStacks(w.dir, stacks.Bytes())
}

// writeStacks leaves stacks in a trial's folder.
func writeStacks(dir string, stacks []byte) error {
	if err := os.WriteFile(filepath.Join(dir, results.StacksFile), stacks, 0o644); err != nil {
		return fmt.Errorf("save the stacks of a trial that failed: %w", err)
	}
	return nil
}

// A pulse knows when a trial last did something. It is the trial's recorder, so
// that it can stop the recording of one that was left behind.
type pulse struct {
	began time.Time
	last  atomic.Int64 // nanoseconds since began
	phase atomic.Value // trial.Phase

	mu     sync.Mutex // never held while anything is waited for but the recorder
	to     bench.Recorder
	closed bool
}

// Record implements [bench.Recorder]. Operations that were dropped go on while the
// system hangs, and so do not count.
func (p *pulse) Record(batch []bench.Sample) error {
	if slices.ContainsFunc(batch, func(s bench.Sample) bool { return s.Outcome != bench.Dropped }) {
		p.beat()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errors.New("the trial is over")
	}
	return p.to.Record(batch)
}

func (p *pulse) at() trial.Phase { return p.phase.Load().(trial.Phase) }

func (p *pulse) beat() { p.last.Store(int64(time.Since(p.began))) }

// silent is how long nothing has happened.
func (p *pulse) silent() time.Duration { return time.Since(p.began) - time.Duration(p.last.Load()) }

func (p *pulse) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
}
