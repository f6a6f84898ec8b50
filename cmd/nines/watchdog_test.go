package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
	"nines/bench/trial"
	"nines/results"
)

// samples is a recorder that keeps what it gets.
type samples struct {
	mu   sync.Mutex
	list []bench.Sample
}

func (s *samples) Record(batch []bench.Sample) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, batch...)
	return nil
}

func (s *samples) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.list)
}

// watched is a trial of the null system in virtual time, under a watchdog.
type watched struct {
	watchdog
	cfg     trial.Config
	samples samples
	cluster bench.Cluster
}

func guard(t *testing.T, settings string) *watched {
	t.Helper()
	s := parse(t, "{systems: [{system: null"+settings+"}], duration: 2s, warmup: 0s, load: {rate: 1000, abandon: 1s}}")
	x, err := specify(plan(s)[0])
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{watchdog: watchdog{quiet: steadily(time.Minute), grace: 5 * time.Second, dir: t.TempDir()}}
	cfg, logs, err := x.config(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := logs.close(); err != nil {
		t.Fatal(err)
	}
	start := cfg.Start
	cfg.Start = func(ctx context.Context, report func(time.Time, bench.Event)) (bench.Cluster, error) {
		var err error
		w.cluster, err = start(ctx, report)
		return w.cluster, err
	}
	cfg.Pacer = bench.Sleeping
	cfg.Progress = func(trial.Phase) {}
	cfg.Recorder = &w.samples
	w.cfg = cfg
	return w
}

// steadily has the same patience.
func steadily(d time.Duration) func(trial.Phase) time.Duration {
	return func(trial.Phase) time.Duration { return d }
}

// stacks reads what the watchdog saved.
func (w *watched) stacks() string {
	b, _ := os.ReadFile(filepath.Join(w.dir, results.StacksFile))
	return string(b)
}

func TestWatchdogSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := guard(t, "")
		w.quiet = steadily(1100 * time.Millisecond) // half of what the trial takes: it does something all the time
		r, err := w.guard(t.Context(), w.cfg)
		if err != nil || r.Facts.Failure != "" || r.Facts.Cut || r.Facts.Offered == 0 || w.stacks() != "" {
			t.Errorf("%v: %+v", err, r.Facts)
		}
	})
}

// TestHungForGood: clients that ignore that they are cancelled are left behind;
// what had been recorded is kept, and nothing is recorded any more. An hour's trial
// is no exception, nor that operations are dropped until its end.
func TestHungForGood(t *testing.T) {
	for _, lasts := range []time.Duration{2 * time.Second, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			w := guard(t, ", hangs: 1500ms")
			w.cfg.Facts.Duration = lasts
			began := time.Now()
			r, err := w.guard(t.Context(), w.cfg)
			if took := time.Since(began); err != nil || took < 66*time.Second || took > 67*time.Second {
				t.Errorf("%v after %v", err, took)
			}
			if !strings.Contains(r.Facts.Failure, "while measuring: nothing had happened for 1m0s") || !r.Facts.Cut || r.Facts.Trial != "null-1" || len(r.Facts.Nodes) != 3 {
				t.Errorf("%+v", r.Facts)
			}
			if s := w.stacks(); !strings.Contains(s, "null.(*client).Do") || !strings.Contains(s, "goroutine ") {
				t.Errorf("the stacks do not show who hangs:\n%.1000s", s)
			}
			kept := w.samples.len()
			if kept < 1000 {
				t.Errorf("%d samples, want those of the first second and a half", kept)
			}
			if err := w.cluster.Close(); err != nil { // lets go of the clients
				t.Error(err)
			}
			synctest.Wait()
			if late := w.samples.len() - kept; late != 0 {
				t.Errorf("%d samples were recorded after the end", late)
			}
		})
	}
}

// TestHungUntilCancelled: a trial that ends when it is cancelled keeps all that
// it has.
func TestHungUntilCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := guard(t, "")
		w.cfg.Start = func(ctx context.Context, report func(time.Time, bench.Event)) (bench.Cluster, error) {
			report(time.Now(), bench.Event{Kind: bench.EventLeader})
			<-ctx.Done()
			return nil, ctx.Err()
		}
		r, err := w.guard(t.Context(), w.cfg)
		if err != nil || !strings.Contains(r.Facts.Failure, "the trial hung") || r.Facts.Cut || len(r.Events) != 1 {
			t.Errorf("%v: %+v", err, r)
		}
		if !strings.Contains(w.stacks(), "TestHungUntilCancelled") {
			t.Errorf("no stacks: %s", w.stacks())
		}
	})
}

// TestToldToEnd: a trial that is told to end does, or is left behind; there is
// nothing to keep of it.
func TestToldToEnd(t *testing.T) {
	for settings, within := range map[string]time.Duration{"": time.Second, ", hangs: 500ms": 6 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			w := guard(t, settings)
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Second, func() { cancel(errInterrupted) })
			began := time.Now()
			if _, err := w.guard(ctx, w.cfg); !errors.Is(err, errInterrupted) || time.Since(began) > within+100*time.Millisecond {
				t.Errorf("%q: %v after %v", settings, err, time.Since(began))
			}
			if err := w.cluster.Close(); err != nil {
				t.Error(err)
			}
			if w.stacks() != "" {
				t.Error("stacks of a trial that did not hang")
			}
		})
	}
}

func TestStacksOfARecoveredPanic(t *testing.T) {
	dir := t.TempDir()
	all := "load: panic in a session: no\ngoroutine 7 [running]:\nmain.main()"
	f := results.Facts{Failure: all}
	err := putStacksAside(&f, dir)
	b, readErr := os.ReadFile(filepath.Join(dir, results.StacksFile))
	if err != nil || readErr != nil || f.Failure != "load: panic in a session: no (see stacks.txt)" || string(b) != all {
		t.Errorf("%v, %v: %q, %q", err, readErr, f.Failure, b)
	}
	f.Failure = "no leader\nand no follower"
	if err := putStacksAside(&f, dir+"/none"); err != nil || f.Failure != "no leader\nand no follower" {
		t.Errorf("%v: %q", err, f.Failure)
	}
}

// TestPatience: what is waited for at most, by default: 10 s to abandon, 30 s to settle,
// a minute to heal; while 1000 keys are written, a second more.
func TestPatience(t *testing.T) {
	for settings, between := range map[string]time.Duration{
		"":                                20 * time.Millisecond, // probes: 100 a second of each node
		"duration: 1h":                    20 * time.Millisecond,
		"duration: 1h, probes: {rate: 2}": time.Second,
		"probes: {rate: 0}, load: {arrivals: closed, sessions: 4}":                                                                 10 * time.Second,
		"probes: {rate: 0}, load: {arrivals: constant, rate: 2}":                                                                   4 * 500 * time.Millisecond,
		"probes: {rate: 0}, load: {arrivals: constant, schedule: [{at: 0s, rate: 100}, {at: 4s, rate: 0}]}, nodes: 1":              2 * 16 * time.Second,
		"probes: {rate: 0}, load: {arrivals: poisson, schedule: [{at: 0s, rate: 1000}, {at: 4s, rate: 0}, {at: 11s, rate: 1000}]}": 4 * 7 * time.Second,
	} {
		x, err := specify(plan(parse(t, "{systems: [null], "+settings+"}"))[0])
		if err != nil {
			t.Fatal(err)
		}
		patience := x.patience()
		for phase, want := range map[trial.Phase]time.Duration{
			trial.Starting: 100 * time.Second, trial.Preloading: 101 * time.Second, trial.Measuring: 100*time.Second + between,
			trial.Settling: 100 * time.Second, trial.Reading: 100 * time.Second,
		} {
			if got := patience(phase); got < want || got > want+25*time.Millisecond {
				t.Errorf("%s: %s: %v, want %v", settings, phase, got, want)
			}
		}
	}
	x, err := specify(plan(parse(t, "{systems: [null], load: {deadline: 1ms, abandon: 2ms}, settle: 1ms}"))[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := x.patience()(trial.Measuring); got < time.Minute {
		t.Errorf("%v: a machine that stalls for half a minute would do", got)
	}
}
