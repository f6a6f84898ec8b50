package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nines/bench"
	"nines/bench/trial"
	"nines/results"
)

const tenEpisodes = "{systems: etcdraft, faults: [{at: 2s, for: 1s, fault: isolate(n1), episodes: 10}]}"

// TestPartThatFails: the episodes after the one in which the process of a trial
// died, or the trial failed, are had by a further part, which begins with the next;
// also if it died before its first.
func TestPartThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		first, at  int // as failed
		next, left int // the further part begins after so many
		none       bool
	}{
		"during its third":         {at: 3, next: 3, left: 7},
		"before its first":         {at: 0, next: 1, left: 9},
		"a part before its first":  {first: 4, at: 0, next: 5, left: 5},
		"a part during its second": {first: 4, at: 6, next: 6, left: 4},
		"during the last":          {first: 4, at: 10, none: true},
		"the last, before it":      {first: 9, at: 0, none: true},
	} {
		for how, fail := range map[string]func(t *testing.T, run *results.Run, p planned, at int){"died": dies, "failed": fails} {
			p := plan(parse(t, tenEpisodes))[0]
			p.first = c.first
			run, err := results.Create(filepath.Join(t.TempDir(), "run"), results.Manifest{})
			if err != nil {
				t.Fatal(err)
			}
			fail(t, run, p, c.at)
			f := facts(t, run.Dir(), p.name)
			next, more := p.rest(&f)
			if f.Failure == "" || f.Episodes.Left != c.left || more == c.none || more && next.first != c.next {
				t.Errorf("%s, %s: %+v; a further part %t, from %d on", how, name, f.Episodes, more, next.first)
			}
		}
	}
}

// A trial of transactions whose process died is kept like any other.
func TestTransactionsThatDie(t *testing.T) {
	p := plan(parse(t, "{systems: 2pc, workload: {name: queue}}"))[0]
	run, err := results.Create(filepath.Join(t.TempDir(), "run"), results.Manifest{})
	if err != nil {
		t.Fatal(err)
	}
	dies(t, run, p, 0)
	if f := facts(t, run.Dir(), p.name); !f.Cut || !f.Txns || !strings.Contains(f.Failure, "signal: killed") {
		t.Errorf("%+v", f)
	}
}

// dies keeps a trial whose process died.
func dies(t *testing.T, run *results.Run, p planned, at int) {
	t.Helper()
	f := failure{planned: p, cause: &died{how: "signal: killed"}, at: at}
	if err := f.keep(run.Dir()); err != nil {
		t.Fatal(err)
	}
}

// fails performs a trial that fails.
func fails(t *testing.T, run *results.Run, p planned, at int) {
	t.Helper()
	tell := newTeller(new(bytes.Buffer))
	defer tell.stop()
	x, err := specify(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := perform(t.Context(), run, x, tell, failing{at}); err != nil {
		t.Fatal(err)
	}
}

// failing is the passage of a trial that is left behind in an episode, as a watchdog
// leaves it.
type failing struct{ at int }

func (f failing) run(_ context.Context, cfg trial.Config, _ *results.Trial) (trial.Result, error) {
	if f.at > 0 {
		cfg.Episode(f.at - 1)
	}
	cfg.Facts.Failure = "it hung"
	return trial.Result{Facts: cfg.Facts}, nil
}

// TestPartThatCannot: what no cluster can suffer has no further part.
func TestPartThatCannot(t *testing.T) {
	if suffersNone(nil) || suffersNone([]bench.Interval{{}}) || !suffersNone([]bench.Interval{{NA: "no disk"}}) {
		t.Error("a fault that cannot be injected is not told from one that can")
	}
}

// TestPartsAreBooked: 10 episodes of 1 s with 2 s to recover and 1.5 s of rest begin
// at 2 s, after 2 s of warm-up; 2 s more are for the start. A part that had 3 of them
// is expected to take 2 + 2 + 3 × 4.5 + 2 = 19.5 s, and the rest of it 51 s - 3 × 4.5.
func TestPartsAreBooked(t *testing.T) {
	p := plan(parse(t, tenEpisodes))[0]
	e := &results.Episodes{Planned: 10, Part: 1, Left: 7}
	next, _ := p.rest(&results.Facts{Episodes: e})
	for _, c := range []struct{ got, want time.Duration }{
		{p.lasts(), 51 * time.Second},
		{p.lasted(nil), 51 * time.Second},
		{p.lasted(e), 19500 * time.Millisecond},
		{next.lasts(), 37500 * time.Millisecond},
	} {
		if c.got != c.want {
			t.Errorf("%v, want %v", c.got, c.want)
		}
	}
}
