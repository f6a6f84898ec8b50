package trial_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
	"nines/bench/trial"
	"nines/chaos"
	"nines/results"
	"nines/workloads"
)

// fake is a cluster that does as it is told. The zero functions answer at once.
type fake struct {
	do      func(ctx context.Context, node string, op *bench.Op) (bench.Reply, error)
	status  func(node string) bench.Status
	restart func(node string) error

	closed *atomic.Int32
}

func (f *fake) Nodes() []string { return []string{"n1", "n2", "n3"} }

func (f *fake) Dial(_ context.Context, node string, _ uint64) (bench.Client, error) {
	return &fakeClient{f, node}, nil
}

func (f *fake) Close() error {
	f.closed.Add(1)
	return nil
}

func (f *fake) Status(node string) bench.Status {
	if f.status != nil {
		return f.status(node)
	}
	return bench.Status{Up: true, Leader: "n1", Term: 1, Applied: 7, Committed: 7, Digest: 9}
}

func (f *fake) Caps() chaos.Caps { return chaos.CanKill }

func (f *fake) Kill(string) error { return nil }

func (f *fake) Restart(_ context.Context, node string) error {
	if f.restart != nil {
		return f.restart(node)
	}
	return nil
}

type fakeClient struct {
	f    *fake
	node string
}

func (c *fakeClient) Do(ctx context.Context, op *bench.Op) (bench.Reply, error) {
	if c.f.do != nil {
		return c.f.do(ctx, c.node, op)
	}
	return bench.Reply{}, nil
}

func (c *fakeClient) Close() error { return nil }

// pinned is the balancer that always picks one node.
type pinned int

func (p pinned) Picker(int) bench.Picker { return bench.Pinned(p) }

func (pinned) Dialer() bench.Dialer { return nil }

// small is a trial of the fake: two seconds, 100 op/s, 100 probes/s a node.
func small(t *testing.T, f *fake, rec bench.Recorder) trial.Config {
	t.Helper()
	w, err := workloads.New("ycsb-a", workloads.Config{Keys: 10, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return trial.Config{
		Facts: results.Facts{
			Trial: "fake-1", Duration: 2 * time.Second, Warmup: time.Second,
			Deadline: 100 * time.Millisecond, Abandon: time.Second, Probe: 10 * time.Millisecond, Seed: 1,
		},
		Start: func(_ context.Context, report func(time.Time, bench.Event)) (bench.Cluster, error) {
			report(time.Now(), bench.Event{Node: "n1", Kind: bench.EventLeader})
			return f, nil
		},
		Load: trial.Load{
			Arrivals:    func(from, until time.Duration) bench.Arrivals { return bench.Constant(100, from, until) },
			MaxInFlight: 100,
			Balance:     func(bench.Cluster, func() uint64) (trial.Balancer, error) { return pinned(0), nil },
		},
		Sources: trial.Sources{
			Main: func(int) bench.Source { return w.Source() }, Probe: w.Probe,
			Preload: w.Preload, Final: func(n int) func(int) bench.Source { return w.Final(n, 3) },
		},
		Settle:   time.Second,
		Recorder: rec,
		Pacer:    bench.Sleeping,
	}
}

// A trial whose system fails is a result that says why, and everything is
// stopped.
func TestFailures(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fake  fake
		spoil func(t *testing.T, c *trial.Config)
		want  []string // in Facts.Failure
		none  bool     // there is no cluster to close
		early bool     // it ends as soon as it fails
	}{
		{
			name: "it does not start",
			spoil: func(_ *testing.T, c *trial.Config) {
				c.Start = func(_ context.Context, report func(time.Time, bench.Event)) (bench.Cluster, error) {
					report(time.Now(), bench.Event{Node: "n1", Kind: bench.EventFailed})
					return nil, errors.New("port in use")
				}
			},
			want: []string{"start: port in use"}, none: true,
		},
		{
			name: "no leader",
			fake: fake{status: func(node string) bench.Status { return bench.Status{Up: node != "n2"} }},
			want: []string{"start: no leader that all nodes know after 1s", `n1: leader "", term 0`, "n2 is down"},
		},
		{
			name: "two leaders",
			fake: fake{status: func(node string) bench.Status { return bench.Status{Up: true, Leader: node} }},
			want: []string{"start: no leader that all nodes know after 1s"},
		},
		{
			name: "a client panics",
			fake: fake{do: func(_ context.Context, _ string, op *bench.Op) (bench.Reply, error) {
				if op.Key == workloads.ProbeKey(1) {
					panic("index out of range")
				}
				return bench.Reply{}, nil
			}},
			want: []string{"load: ", "panic in a session: index out of range", "fakeClient"}, early: true,
		},
		{
			name: "the preload does not succeed",
			fake: fake{do: func(_ context.Context, _ string, op *bench.Op) (bench.Reply, error) {
				if op.Key == 3 {
					return bench.Reply{}, fmt.Errorf("full: %w", bench.ErrRejected)
				}
				return bench.Reply{}, nil
			}},
			want: []string{"preload: the write of key 3 ended rejected", `n1: leader "n1", term 1, committed 7`},
		},
		{
			name: "a node does not come back",
			fake: fake{restart: func(string) error { return errors.New("the disk is damaged") }},
			spoil: func(t *testing.T, c *trial.Config) {
				c.Faults = []chaos.Step{step(t, "kill(node 2)", 500*time.Millisecond, 200*time.Millisecond)}
			},
			want: []string{"faults: ", "kill(n2) could not be healed", "restart n2: the disk is damaged"},
		},
		{
			name: "the picker fails",
			spoil: func(_ *testing.T, c *trial.Config) {
				c.Load.Balance = func(bench.Cluster, func() uint64) (trial.Balancer, error) { return nil, errors.New("no such node") }
			},
			want: []string{"load: balance: no such node"}, early: true,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got samples
				tc.fake.closed = new(atomic.Int32)
				c := small(t, &tc.fake, &got)
				if tc.spoil != nil {
					tc.spoil(t, &c)
				}
				began := time.Now()
				r, err := trial.Run(t.Context(), c)
				if err != nil {
					t.Errorf("it is an error: %v", err)
				}
				if took := time.Since(began); tc.early && took > 100*time.Millisecond {
					t.Errorf("it went on for %v", took)
				}
				for _, want := range tc.want {
					if !strings.Contains(r.Facts.Failure, want) {
						t.Errorf("failure %q does not say %q", r.Facts.Failure, want)
					}
				}
				if n := tc.fake.closed.Load(); n != 1 && !tc.none {
					t.Errorf("the cluster was closed %d times", n)
				}
				for _, e := range r.Events {
					if e.At < -time.Minute || e.At > time.Minute {
						t.Errorf("event at %v", e.At)
					}
				}
			})
		})
	}
}

func (s samples) count(c bench.Class) (n int) {
	for i := range s {
		if s[i].Class == c {
			n++
		}
	}
	return n
}

// A trial can be stopped in every phase, stops at once, and leaves nothing
// running.
func TestStopped(t *testing.T) {
	for _, phase := range []trial.Phase{trial.Starting, trial.Preloading, trial.Measuring, trial.Settling, trial.Reading} {
		t.Run(string(phase), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got samples
				because := errors.New("the user pressed ^C")
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				var now trial.Phase
				stuck := func() bool { return now == phase }
				f := &fake{closed: new(atomic.Int32)}
				f.status = func(string) bench.Status {
					return bench.Status{Up: !stuck(), Leader: "n1"}
				}
				f.do = func(ctx context.Context, _ string, _ *bench.Op) (bench.Reply, error) {
					if stuck() {
						<-ctx.Done()
						return bench.Reply{}, ctx.Err()
					}
					return bench.Reply{}, nil
				}
				c := small(t, f, &got)
				c.Settle = time.Minute
				c.Facts.Abandon = time.Minute
				c.Faults = []chaos.Step{step(t, "kill(node 2)", 100*time.Millisecond, 1800*time.Millisecond)}
				var cancelled time.Time
				c.Progress = func(p trial.Phase) {
					if now = p; p == phase {
						time.AfterFunc(1500*time.Millisecond, func() {
							cancelled = time.Now()
							cancel(because)
						})
					}
				}
				_, err := trial.Run(ctx, c)
				if !errors.Is(err, because) {
					t.Errorf("%v, want %v", err, because)
				}
				if late := time.Since(cancelled); late > 100*time.Millisecond {
					t.Errorf("it went on for %v", late)
				}
				if n := f.closed.Load(); n != 1 {
					t.Errorf("the cluster was closed %d times", n)
				}
			})
		})
	}
}

// The probes of n nodes are due one n-th of a period after one another, from the
// start of the warm-up to the end.
func TestProbesAreStaggered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got samples
		if _, err := trial.Run(t.Context(), small(t, &fake{closed: new(atomic.Int32)}, &got)); err != nil {
			t.Fatal(err)
		}
		next := []time.Duration{-time.Second, -time.Second + 10*time.Millisecond/3, -time.Second + 20*time.Millisecond/3}
		for i := range got {
			s := &got[i]
			if s.Class != bench.Probe {
				continue
			}
			if off := s.Due - next[s.Node]; off < -2 || off > 2 { // rounded to a nanosecond
				t.Fatalf("a probe of node %d is due %v, want %v", s.Node, s.Due, next[s.Node])
			}
			if s.Key != workloads.ProbeKey(int(s.Node)) {
				t.Fatalf("a probe of node %d uses key %d", s.Node, s.Key)
			}
			next[s.Node] += 10 * time.Millisecond
		}
		for node, at := range next {
			if at < 2*time.Second {
				t.Errorf("the probes of node %d ended before %v", node, at)
			}
		}
	})
}

// Closed loops run to the end, and what they offered is what was recorded.
func TestClosedLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got samples
		f := &fake{closed: new(atomic.Int32), do: func(context.Context, string, *bench.Op) (bench.Reply, error) {
			time.Sleep(10 * time.Millisecond)
			return bench.Reply{}, nil
		}}
		c := small(t, f, &got)
		c.Load.Arrivals, c.Load.Sessions = nil, 5
		r, err := trial.Run(t.Context(), c)
		if err != nil || r.Facts.Failure != "" {
			t.Fatalf("%v, failure %q", err, r.Facts.Failure)
		}
		measured := uint64(0)
		for i := range got {
			if got[i].Class == bench.Main && got[i].Due >= 0 {
				measured++
			}
		}
		if r.Facts.Offered != measured || measured != 5*200 {
			t.Errorf("%d offered, %d recorded, want %d: five sessions of 10ms", r.Facts.Offered, measured, 5*200)
		}
	})
}

// A stall of 80 ms is found, although the deadline is 100 ms, to within one
// probe period: whenever it comes, and whoever stalls.
func TestStallIsFound(t *testing.T) {
	const stall, period = 80 * time.Millisecond, 10 * time.Millisecond
	for _, nodes := range [][]string{{"n1"}, three} {
		for _, phase := range []time.Duration{0, time.Microsecond, 3300 * time.Microsecond, 5 * time.Millisecond, 9999 * time.Microsecond} {
			at := 3*time.Second + phase
			t.Run(fmt.Sprintf("%d nodes at %v", len(nodes), at), func(t *testing.T) {
				f := run(t, func(t *testing.T) trial.Config {
					c := ready(t, "null", nodes, map[string]string{"stalls": fmt.Sprintf("%v+%v", at, stall)})
					c.Facts.Duration = 5 * time.Second
					return c
				})
				if len(f.Gaps.List) != 1 {
					t.Fatalf("%d gaps, want one: %+v", len(f.Gaps.List), f.Gaps.List)
				}
				g := f.Gaps.List[0]
				start := time.Duration(float64(g.Start) * float64(time.Millisecond))
				if got := length(g); got < stall-period || got > stall+period || start < at-period || start > at+period {
					t.Errorf("a gap of %v at %v, want %v at %v, give or take %v", got, start, stall, at, period)
				}
				if f.SLO.Count != 0 {
					t.Errorf("%d outages, though every operation was answered within its deadline", f.SLO.Count)
				}
				for _, g := range f.Gates {
					if !g.Pass {
						t.Errorf("gate %s: %s", g.Name, g.Saw)
					}
				}
			})
		}
	}
}

// A stall of one node is no gap of the cluster, and one of that node.
func TestStallOfOneNode(t *testing.T) {
	f := run(t, func(t *testing.T) trial.Config {
		c := ready(t, "null", three, map[string]string{"stalls": "3s+80ms@n2"})
		c.Facts.Duration = 5 * time.Second
		return c
	})
	if f.Gaps.Count != 0 {
		t.Errorf("gaps of the cluster: %+v", f.Gaps.List)
	}
	for _, n := range f.ByNode {
		if want := map[bool]int{true: 1}[n.Node == "n2"]; n.Gaps.Count != want {
			t.Errorf("gaps of %s: %+v, want %d", n.Node, n.Gaps.List, want)
		}
	}
}
