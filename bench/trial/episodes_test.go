package trial_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
	"nines/bench/trial"
	"nines/chaos"
	"nines/results"
)

// episodic is a trial of the fake with episodes of a kill of n2.
func episodic(t *testing.T, f *fake, rec bench.Recorder, episodes int) trial.Config {
	t.Helper()
	cfg := small(t, f, rec)
	kill, err := chaos.Parse("kill(n2)")
	if err != nil {
		t.Fatal(err)
	}
	step := chaos.Step{At: 2 * time.Second, For: 100 * time.Millisecond, Fault: kill, Episodes: episodes, Recover: 10 * time.Second, Rest: time.Second}
	cfg.Faults, cfg.Facts.Duration = []chaos.Step{step}, step.Longest()
	cfg.Facts.Rate = 100
	cfg.Facts.Episodes = &results.Episodes{Planned: episodes, Part: 1}
	return cfg
}

// tally counts samples that were due in the measured period, and the last due.
type tally struct {
	main, probes int
	last         time.Duration
}

func (c *tally) Record(batch []bench.Sample) error {
	for _, s := range batch {
		switch {
		case s.Due < 0:
		case s.Class == bench.Main:
			c.main, c.last = c.main+1, max(c.last, s.Due)
		case s.Class == bench.Probe:
			c.probes, c.last = c.probes+1, max(c.last, s.Due)
		}
	}
	return nil
}

// TestEpisodesEndWithRecovery has a cluster that is unwell for 2 s after each of
// 12 kills, in one of the ways in which a cluster can be. It is seen to be well when
// all agreed for 500 ms, and when five bins of 100 ms of operations that were due
// since, or of which the last were answered in time, are 300 ms old.
func TestEpisodesEndWithRecovery(t *testing.T) {
	const unwell, n = 2 * time.Second, 12
	for _, tc := range []struct {
		name string
		fake func(ill func() bool) *fake
	}{
		{"the nodes do not agree on a leader", func(ill func() bool) *fake {
			return &fake{status: func(node string) bench.Status {
				s := bench.Status{Up: true, Leader: "n1", Term: 1, Applied: 7, Committed: 7, Digest: 9}
				if ill() && node == "n3" {
					s.Leader = "n3"
				}
				return s
			}}
		}},
		{"one node answers late", func(ill func() bool) *fake {
			return &fake{do: func(_ context.Context, node string, op *bench.Op) (bench.Reply, error) {
				if ill() && node == "n3" {
					time.Sleep(150 * time.Millisecond)
				}
				return bench.Reply{}, nil
			}}
		}},
		{"one node does not answer", func(ill func() bool) *fake {
			return &fake{do: func(ctx context.Context, node string, op *bench.Op) (bench.Reply, error) {
				if ill() && node == "n2" {
					<-ctx.Done()
					return bench.Reply{}, ctx.Err()
				}
				return bench.Reply{}, nil
			}}
		}},
		{"every tenth operation fails", func(ill func() bool) *fake {
			var i atomic.Int64
			return &fake{do: func(_ context.Context, node string, op *bench.Op) (bench.Reply, error) {
				if ill() && i.Add(1)%10 == 0 {
					return bench.Reply{}, fmt.Errorf("no: %w", bench.ErrRejected)
				}
				return bench.Reply{}, nil
			}}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var healed atomic.Int64 // nanoseconds since start
				start := time.Now()
				f := tc.fake(func() bool { return healed.Load() > 0 && time.Since(start) < time.Duration(healed.Load())+unwell })
				f.closed = new(atomic.Int32)
				f.restart = func(string) error { healed.Store(int64(time.Since(start))); return nil }
				var count tally
				cfg := episodic(t, f, &count, n)
				got, err := trial.Run(t.Context(), cfg)
				if err != nil || got.Facts.Failure != "" {
					t.Fatal(err, got.Facts.Failure)
				}
				if len(got.Faults) != n {
					t.Fatalf("%d episodes, want %d", len(got.Faults), n)
				}
				for i, v := range got.Faults {
					if took := v.Recovered - v.End - unwell; took < 500*time.Millisecond || took > 1100*time.Millisecond {
						t.Errorf("episode %d was seen to have recovered %v after it had, want 0.5 s to 1.1 s", i, took)
					}
				}
				d := got.Facts.Duration
				if want := got.Faults[n-1].Recovered + time.Second; d != want || got.Facts.Episodes.Left != 0 || count.last >= d {
					t.Errorf("measured for %v, want %v; the last operation was due at %v; %+v", d, want, count.last, got.Facts.Episodes)
				}
				if count.main != int(got.Facts.Offered) || count.main < int(d/time.Second)*100 {
					t.Errorf("%d operations due in %v, offered %d", count.main, d, got.Facts.Offered)
				}
				if cfg.Facts.Episodes.Left != 0 || cfg.Facts.Duration == d {
					t.Error("the caller's facts were changed")
				}
			})
		})
	}
}

// TestNoRecovery: the second episode is the last of the trial, which says how many
// are left. A good node beside two that do not answer is not a healthy cluster.
func TestNoRecovery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kills := 0
		var dead atomic.Bool
		f := &fake{closed: new(atomic.Int32)}
		f.restart = func(string) error {
			kills++
			dead.Store(kills == 2)
			return nil
		}
		f.do = func(ctx context.Context, node string, op *bench.Op) (bench.Reply, error) {
			if dead.Load() && node != "n1" {
				<-ctx.Done()
				return bench.Reply{}, ctx.Err()
			}
			return bench.Reply{}, nil
		}
		var count tally
		cfg := episodic(t, f, &count, 7)
		cfg.Facts.Episodes.First, cfg.Facts.Episodes.Part = 1, 2
		got, err := trial.Run(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if e := got.Facts.Episodes; len(got.Faults) != 2 || e.Left != 4 || e.First != 1 || e.Part != 2 {
			t.Errorf("%d episodes, then %+v; want 2, and of 7 with one before 4 left", len(got.Faults), e)
		}
		if last := got.Faults[1]; last.Recovered != 0 || got.Facts.Duration != last.End+11*time.Second {
			t.Errorf("%+v, measured for %v", last, got.Facts.Duration)
		}
	})
}
