package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
	"nines/bench/scenario"
	"nines/bench/trial"
	"nines/results"
)

// A passage is how time passes while a trial runs.
type passage interface {
	run(ctx context.Context, cfg trial.Config, files *results.Trial) (trial.Result, error)
}

// asTest runs a child whose trial is in virtual time. A bubble belongs to a test,
// so the process makes itself one; package testing ends it and would print to
// where the parent listens, so work's exit code ends it before that.
func asTest(work func(t *testing.T) (exit int)) {
	os.Args = os.Args[:1] // package testing reads its own flags
	testing.Main(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: "trial",
		F:    func(t *testing.T) { os.Exit(work(t)) },
	}}, nil, nil)
}

// virtual is the passage of virtual time. What it cannot do from within the
// bubble, it does from without: end the process if the bubble is stuck, or if
// the run was interrupted.
type virtual struct {
	t    *testing.T
	tell *teller
	// stuck is how long, in real time, nothing may happen.
	stuck time.Duration
}

// run implements [passage].
func (v *virtual) run(ctx context.Context, cfg trial.Config, files *results.Trial) (trial.Result, error) {
	goOn := context.AfterFunc(ctx, func() {
		err := files.Discard(context.Cause(ctx).Error())
		os.Exit(exitCode(errors.Join(errInterrupted, err), os.Stderr))
	})
	began := time.Now()
	clock := &bubbleClock{to: cfg.Recorder}
	cfg.Recorder = clock
	cfg.Pacer = bench.Sleeping
	cfg.CPU, cfg.Usage = nil, nil
	cfg.Began = func(c bench.Cluster, base time.Time) { tellBase(c, base) }
	v.tell.follow(clock.now)
	stop := v.watch(clock)
	var (
		result trial.Result
		err    error
	)
	synctest.Test(v.t, func(t *testing.T) { result, err = trial.Run(t.Context(), cfg) })
	stop()
	if !goOn() {
		select {} // until the process ends: the trial is being discarded
	}
	result.Facts.Started = began
	return result, err
}

// watch ends the process when nothing has happened in the bubble for too long: its
// goroutines wait for something outside it, or one of them runs in circles. What
// they were doing is its last words, which the parent keeps.
func (v *virtual) watch(c *bubbleClock) (stop func()) {
	ended := make(chan struct{})
	go func() {
		for last := c.beats.Load(); ; {
			select {
			case <-ended:
				return
			case <-time.After(v.stuck):
			}
			now := c.beats.Load()
			if now == last {
				err := fmt.Errorf("virtual time is stuck: nothing had happened for %v of real time, at %v", v.stuck, c.now())
				_ = pprof.Lookup("goroutine").WriteTo(os.Stderr, 2)
				os.Exit(exitCode(err, os.Stderr))
			}
			last = now
		}
	}()
	return func() { close(ended) }
}

// A bubbleClock tells those outside a bubble how far it has come. It is the
// trial's recorder.
type bubbleClock struct {
	to    bench.Recorder
	at    atomic.Int64 // nanoseconds since the base instant, as of the last sample
	beats atomic.Uint64
}

// Record implements [bench.Recorder].
func (c *bubbleClock) Record(batch []bench.Sample) error {
	for i := range batch {
		if done := batch[i].Done; done != bench.Never {
			c.at.Store(int64(max(done, c.now())))
		}
	}
	c.beats.Add(1)
	return c.to.Record(batch)
}

func (c *bubbleClock) now() time.Duration { return time.Duration(c.at.Load()) }

// isVirtual reports whether a planned trial is in virtual time.
func isVirtual(p planned) bool { return p.scenario.Time == scenario.Virtual }
