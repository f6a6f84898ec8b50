package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"sync"
	"time"

	"nines/bench"
	"nines/bench/scenario"
	"nines/bench/trial"
	"nines/results"
)

// trialCmd is the child process that runs one trial of a run folder. It tells
// its progress as JSON lines on its output, and ends when its input does: then
// its parent is gone.
type trialCmd struct {
	Dir  string `arg:"" help:"Results folder."`
	Name string `arg:"" help:"Name of the trial."`
}

// gcPercent lets the heap of a trial grow to five times what lives, so that the
// collector takes less of the machine from the systems; the same for all.
const gcPercent = 400

// progress is one line of a child's output.
type progress struct {
	Phase  trial.Phase       `json:"phase"`
	At     time.Duration     `json:"at_ns"` // on the base clock; meaningful while measuring
	Counts bench.ProgressNow `json:"counts"`
}

func (c *trialCmd) Run(ctx context.Context, t terminal) error {
	debug.SetGCPercent(gcPercent)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // ends with the process
		io.Copy(io.Discard, t.in)
		cancel()
	}()
	run, err := results.Open(c.Dir)
	if err != nil {
		return err
	}
	s, err := scenario.Parse(results.ManifestFile, []byte(run.Manifest().Scenario), catalog())
	if err != nil {
		return fmt.Errorf("the scenario in %s: %w", run.Path(results.ManifestFile), err)
	}
	for _, p := range plan(s) {
		if p.name == c.Name {
			return perform(ctx, run, s, p, t.out)
		}
	}
	return badInput{fmt.Errorf("%s has no trial %q", c.Dir, c.Name)}
}

// perform runs the trial and leaves its folder.
func perform(ctx context.Context, run *results.Run, s *scenario.Scenario, p planned, out io.Writer) error {
	files, err := run.Begin(p.name, p.system.Label, p.repeat)
	if err != nil {
		return err
	}
	cfg, finish, err := setup(s, p, files.Dir())
	if err != nil {
		return errors.Join(err, files.Discard(err.Error()))
	}
	var live bench.Progress
	gate := &gate{to: bench.Tee(files.Samples, &live)}
	cfg.Recorder = gate
	tell := newTeller(out, &live)
	cfg.Progress = tell.phase
	began := cfg.Began
	cfg.Began = func(c bench.Cluster, base time.Time) {
		tell.setBase(base)
		began(c, base)
	}

	result, err := guarded(ctx, cfg, patience(s), files.Dir(), gate)
	tell.stop()
	err = errors.Join(err, finish(), os.RemoveAll(filepath.Join(files.Dir(), disksDir)))
	if err != nil {
		return errors.Join(err, files.Discard(err.Error()))
	}
	_, err = files.Finish(result.Facts, result.Faults, result.Events)
	return err
}

// patience is how long a trial may take before it counts as hung: all that it
// may wait for, and a minute.
func patience(s *scenario.Scenario) time.Duration {
	return s.Warmup + s.Duration + 3*s.Load.Abandon + 4*s.Settle + time.Minute
}

// guarded runs the trial and gives up on one that hangs: it saves the stacks of
// all goroutines and keeps what was recorded until then.
func guarded(ctx context.Context, cfg trial.Config, limit time.Duration, dir string, g *gate) (trial.Result, error) {
	type end struct {
		result trial.Result
		err    error
	}
	ended := make(chan end, 1)
	go func() {
		r, err := trial.Run(ctx, cfg)
		ended <- end{r, err}
	}()
	watchdog := time.NewTimer(limit)
	defer watchdog.Stop()
	select {
	case e := <-ended:
		return e.result, e.err
	case <-watchdog.C:
	}
	g.close()
	f := cfg.Facts
	f.Failure = fmt.Sprintf("the trial hung: it had not ended after %v; the stacks of its goroutines are in %s", limit, results.StacksFile)
	var stacks bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 2); err != nil {
		return trial.Result{}, fmt.Errorf("dump the stacks of a hung trial: %w", err)
	}
	return trial.Result{Facts: f}, os.WriteFile(filepath.Join(dir, results.StacksFile), stacks.Bytes(), 0o644)
}

// gate stops the recording of a trial that is over although it goes on.
type gate struct {
	mu     sync.Mutex
	to     bench.Recorder
	closed bool
}

func (g *gate) Record(batch []bench.Sample) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return errors.New("the trial is over")
	}
	return g.to.Record(batch)
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// teller reports progress a few times a second.
type teller struct {
	live *bench.Progress
	done chan struct{}
	wait sync.WaitGroup

	mu   sync.Mutex
	out  *json.Encoder
	now  trial.Phase
	base time.Time
}

func newTeller(out io.Writer, live *bench.Progress) *teller {
	t := &teller{live: live, done: make(chan struct{}), out: json.NewEncoder(out)}
	t.wait.Go(func() {
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				t.tell()
			case <-t.done:
				return
			}
		}
	})
	return t
}

func (t *teller) phase(p trial.Phase) {
	t.mu.Lock()
	t.now = p
	t.mu.Unlock()
	t.tell()
}

func (t *teller) setBase(base time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.base = base
}

// tell writes one line. That nobody may read it is no concern of a trial.
func (t *teller) tell() {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := progress{Phase: t.now, Counts: t.live.Now()}
	if !t.base.IsZero() {
		p.At = time.Since(t.base)
	}
	_ = t.out.Encode(p)
}

func (t *teller) stop() {
	close(t.done)
	t.wait.Wait()
}
