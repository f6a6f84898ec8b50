package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"nines/adapters/controls"
	"nines/bench"
	"nines/bench/trial"
	"nines/results"
)

// trialCmd is the child that runs one trial; child.go says how it is talked to.
type trialCmd struct {
	Dir  string `arg:"" help:"Results folder."`
	Name string `arg:"" help:"Name of the trial."`

	Watch bool `help:"Tell also what those who watch the run want to know."`
}

// gcPercent lets the heap of a trial grow to five times what lives, so that the
// collector takes less of the machine from the systems; the same for all.
const gcPercent = 400

// errInterrupted is the cause of a context that ended because the user said so.
var errInterrupted = errors.New("interrupted")

func (c *trialCmd) Run(ctx context.Context, t terminal) error {
	debug.SetGCPercent(gcPercent)
	signal.Ignore(syscall.SIGPIPE) // a parent that is gone must not keep us from tidying up
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() { // ends with the process: a read cannot be called off
		_, _ = io.Copy(io.Discard, t.in)
		cancel(errInterrupted)
	}()
	run, err := results.Open(c.Dir)
	if err != nil {
		return err
	}
	p, err := recall(run, c.Name)
	if err != nil {
		return err
	}
	x, err := specify(p)
	if err != nil {
		return err
	}
	tell := newTeller(t.out)
	tell.watched = c.Watch
	defer tell.stop()
	if isVirtual(p) {
		runtime.GOMAXPROCS(1) // goroutines of a bubble hand over to one another: on several processors that is slower
		asTest(func(test *testing.T) int {
			err := settle(tell, perform(ctx, run, x, tell, &virtual{t: test, tell: tell, stuck: time.Minute}))
			tell.stop()
			return exitCode(err, t.err)
		})
	}
	return settle(tell, perform(ctx, run, x, tell, &watchdog{quiet: x.patience(), grace: told}))
}

// settle tells the parent of an error after which no trial can succeed.
func settle(tell *teller, err error) error {
	if outside(err) {
		tell.stopRun(err)
	}
	return err
}

// perform runs the trial and leaves its folder, or nothing.
func perform(ctx context.Context, in *results.Run, x *spec, tell *teller, by passage) error {
	files, err := in.Begin(x.name, x.label, x.repeat)
	if err != nil {
		return err
	}
	tell.dir(files.Dir())
	run := runIn
	if x.scenario.Host == controls.Host {
		run = simulate
	}
	result, err := run(ctx, x, files, tell, by)
	if err == nil {
		err = putStacksAside(&result.Facts, files.Dir())
	}
	if err != nil {
		return errors.Join(err, files.Discard(err.Error()))
	}
	if f := &result.Facts; f.Failure != "" && !suffersNone(result.Faults) {
		f.Episodes = cutShort(f.Episodes, tell.at())
	}
	_, err = files.Finish(result.Facts, result.Faults, result.Events)
	return err
}

// suffersNone reports whether the fault cannot be injected: then another cluster
// cannot have the episodes either.
func suffersNone(faults []bench.Interval) bool {
	return len(faults) > 0 && faults[len(faults)-1].NA != ""
}

// runIn runs the trial, whose nodes keep their disks and logs in its folder.
// The disks are removed afterwards.
func runIn(ctx context.Context, x *spec, files *results.Trial, tell *teller, by passage) (trial.Result, error) {
	cfg, logs, err := x.config(files.Dir())
	if err != nil {
		return trial.Result{}, err
	}
	if cfg.Facts.Txns {
		if cfg.Txns, err = files.Txns(); err != nil {
			return trial.Result{}, errors.Join(err, logs.close())
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cfg.Start = whileRoom(cfg.Start, files.Dir(), cancel)
	cfg.Recorder = bench.Tee(files.Samples, &tell.live)
	cfg.Progress, cfg.Episode = tell.phase, tell.episode
	if tell.watched {
		tell.watch(&cfg)
	}
	cfg.Began = func(c bench.Cluster, base time.Time) {
		tell.setBase(base)
		tellBase(c, base)
	}
	result, err := by.run(ctx, cfg, files)
	if result.Facts.Started.IsZero() { // it was left behind
		result.Facts.Started = tell.started()
	}
	disks := os.RemoveAll(filepath.Join(files.Dir(), disksDir))
	if result.Facts.Failure == "" { // what still runs of a failed trial may be in the way
		err = errors.Join(err, disks, logs.close())
	}
	return result, err
}

// putStacksAside moves the stack of a panic that the load engine recovered from
// out of the failure's reason, into a file.
func putStacksAside(f *results.Facts, dir string) error {
	reason, _, found := strings.Cut(f.Failure, "\ngoroutine ")
	if !found {
		return nil
	}
	err := writeStacks(dir, []byte(f.Failure))
	f.Failure = reason + " (see " + results.StacksFile + ")"
	return err
}
