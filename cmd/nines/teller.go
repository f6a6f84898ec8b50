package main

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"time"

	"nines/bench"
	"nines/bench/trial"
	"nines/bench/watch"
)

// A teller tells the parent how a trial goes, several times a second.
type teller struct {
	live    bench.Progress // counts what is recorded
	watched bool           // somebody wants to know more

	mu   sync.Mutex
	out  *json.Encoder
	last message
	base time.Time            // zero until it is known
	now  func() time.Duration // the trial's own clock; nil: real time since base
	seen *watch.Tally         // nil unless somebody watches

	quit  chan struct{}
	ended sync.WaitGroup
	once  sync.Once
}

const tellEvery = 250 * time.Millisecond

func newTeller(out io.Writer) *teller {
	t := &teller{out: json.NewEncoder(out), quit: make(chan struct{})}
	t.ended.Go(func() {
		tick := time.NewTicker(tellEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				t.tell(func(*message) {})
			case <-t.quit:
				return
			}
		}
	})
	return t
}

func (t *teller) phase(p trial.Phase) { t.tell(func(m *message) { m.Phase = p }) }
func (t *teller) episode(n int)       { t.tell(func(m *message) { m.Episode = n + 1 }) }
func (t *teller) dir(dir string)      { t.tell(func(m *message) { m.Dir = dir }) }

// stopRun says why the run cannot go on. The first of several reasons will do.
func (t *teller) stopRun(why error) {
	t.tell(func(m *message) { m.Stop, _, _ = strings.Cut(why.Error(), "\n") })
}

// started is the base instant, or zero if it did not come to that.
func (t *teller) started() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.base
}

// at is the last episode that began, from 1; 0: none.
func (t *teller) at() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last.Episode
}

func (t *teller) setBase(base time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.base = base
}

// follow has the instants come from the clock of the trial.
func (t *teller) follow(now func() time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now = now
}

// tell sends a message with a change. That nobody may read it is no concern of
// a trial.
func (t *teller) tell(change func(*message)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.last)
	t.last.Counts = t.live.Now()
	if t.seen != nil {
		t.last.View = t.seen.View()
	}
	switch {
	case t.now != nil:
		t.last.At = t.now()
	case !t.base.IsZero():
		t.last.At = time.Since(t.base)
	}
	_ = t.out.Encode(&t.last)
}

// watch counts what those want to know who watch the trial.
func (t *teller) watch(cfg *trial.Config) {
	var faults []string
	for _, s := range cfg.Faults {
		faults = append(faults, s.Fault.String())
	}
	seen := watch.NewTally(cfg.Facts.Deadline, cfg.Facts.Nodes, faults)
	cfg.Recorder = bench.Tee(cfg.Recorder, seen)
	if arrivals := cfg.Load.Arrivals; arrivals != nil {
		cfg.Load.Arrivals = func(from, until time.Duration) bench.Arrivals { return seen.Arrivals(arrivals(from, until)) }
	}
	start := cfg.Start
	cfg.Start = func(ctx context.Context, report func(time.Time, bench.Event)) (bench.Cluster, error) {
		return start(ctx, func(at time.Time, e bench.Event) { seen.Event(e); report(at, e) })
	}
	cfg.Fault = seen.Fault
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen = seen
}

// stop ends the telling with how it all came out; the child may say no more
// afterwards.
func (t *teller) stop() {
	t.once.Do(func() {
		close(t.quit)
		t.ended.Wait()
		t.tell(func(*message) {})
	})
}
