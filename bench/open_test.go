package bench_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/null"
	"nines/bench"
)

// A stall delays the answers, but neither the due times nor the sending: there
// is no coordinated omission.
func TestStallDoesNotMoveDueTimes(t *testing.T) {
	stall := null.Stall{At: 300 * ms, For: 200 * ms}
	virtually(t, func() bench.Config {
		c := cluster(t, null.Config{Stalls: []null.Stall{stall}})
		c.Start(time.Now())
		return bench.Config{Cluster: c, Open: []bench.Open{open(1000, time.Second, 10000)}}
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		if len(samples) != 1000 {
			t.Fatalf("%d samples, want 1000", len(samples))
		}
		for i, s := range samples {
			due, done := time.Duration(i)*ms, time.Duration(i)*ms
			if due >= stall.At && due < stall.At+stall.For {
				done = stall.At + stall.For
			}
			if s.Due != due || s.Sent != due || s.Done != done || s.Outcome != bench.OK {
				t.Fatalf("operation %d: due %v, sent %v, done %v, %v; want due and sent %v, done %v", i, s.Due, s.Sent, s.Done, s.Outcome, due, done)
			}
		}
		if st.Open[0].MaxInFlight != 200 || st.Open[0].Sessions != 200 {
			t.Errorf("%d in flight, %d sessions: want 200 of each", st.Open[0].MaxInFlight, st.Open[0].Sessions)
		}
	})
}

// Probes of each node at 100/s find a stall of 80 ms as a gap between
// completions of 80 ms, to one period.
func TestStallIsSeenByProbes(t *testing.T) {
	virtually(t, func() bench.Config {
		c := cluster(t, null.Config{Stalls: []null.Stall{{At: 303 * ms, For: 80 * ms}, {At: 600 * ms, For: 50 * ms, Node: "n2"}}})
		base := time.Now().Add(100 * ms)
		c.Start(base)
		cfg := bench.Config{Cluster: c, Base: base}
		w := workload(t, "ycsb-a", workloadsConfig)
		for node := range 3 {
			cfg.Open = append(cfg.Open, bench.Open{
				Class: bench.Probe, Arrivals: bench.Constant(100, -100*ms, time.Second),
				Source: w.Probe(node), Picker: bench.Pinned(node), MaxInFlight: 1000,
			})
		}
		return cfg
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		var last, gap [3]time.Duration
		for _, s := range samples {
			n := s.Node
			gap[n] = max(gap[n], s.Done-last[n])
			last[n] = s.Done
		}
		for n, g := range gap {
			if g < 80*ms || g > 90*ms {
				t.Errorf("node %d: the longest gap is %v, want 80 to 90 ms", n, g)
			}
		}
		for n, s := range st.Open {
			if s.Warmup.Due != 10 || s.Measured.Due != 100 {
				t.Errorf("node %d: %+v, want 10 probes in the warm-up and 100 after", n, s)
			}
		}
	})
}

// By hand: an operation is due every 10 ms and hangs; at most 5 are in flight;
// each is given up 95 ms after it was due. So 5 are sent, 5 dropped, and so on.
func TestDropAndAbandon(t *testing.T) {
	virtually(t, func() bench.Config {
		return bench.Config{
			Cluster: &fake{do: hang}, Abandon: 95 * ms,
			Open: []bench.Open{open(100, 300*ms, 5)},
		}
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		if len(samples) != 30 {
			t.Fatalf("%d samples, want 30", len(samples))
		}
		for i, s := range samples {
			want := bench.Unknown
			if i%10 >= 5 {
				want = bench.Dropped
			}
			if s.Outcome != want {
				t.Errorf("operation %d is %v, want %v", i, s.Outcome, want)
			}
			if want == bench.Unknown && s.Done != s.Due+95*ms {
				t.Errorf("operation %d was given up %v after it was due, want 95ms", i, s.Done-s.Due)
			}
		}
		got, want := st.Open[0], bench.StreamStats{
			Class: bench.Main, Measured: bench.Count{Due: 30, Dropped: 15},
			MaxInFlight: 5, Sessions: 15, Abandoned: 15,
		}
		if got != want {
			t.Errorf("stats %+v, want %+v", got, want)
		}
	})
}

// Thousands that hang at once are each given up within a timer's millisecond.
func TestAbandonManySessions(t *testing.T) {
	virtually(t, func() bench.Config {
		o := open(5000, time.Second, 1<<20)
		o.Arrivals = bench.Poisson(5000, 0, time.Second, rng(1))
		return bench.Config{Cluster: &fake{do: hang}, Abandon: 700 * ms, Open: []bench.Open{o}}
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		for _, s := range samples {
			if late := s.Done - s.Due - 700*ms; s.Outcome != bench.Unknown || late < 0 || late > ms {
				t.Fatalf("%+v was given up %v late", s, late)
			}
		}
		if n := uint64(len(samples)); n < 4000 || st.Open[0].Abandoned != n {
			t.Errorf("%d samples, %+v", n, st.Open[0])
		}
	})
}

// A session that is used now and then outlives the abandon time.
func TestIdleSessionsStay(t *testing.T) {
	virtually(t, func() bench.Config {
		return bench.Config{Cluster: &fake{}, Abandon: 100 * ms, Open: []bench.Open{open(3, 10*time.Second, 10)}}
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		if len(samples) != 30 || st.Open[0].Sessions != 1 || st.Open[0].Abandoned != 0 {
			t.Errorf("%d samples, %+v: want 30 by one session", len(samples), st.Open[0])
		}
	})
}

// The session is kept after a rejection, and retired after an unknown outcome.
func TestRetirement(t *testing.T) {
	lost := errors.New("lost")
	virtually(t, func() bench.Config {
		return bench.Config{
			Cluster: &fake{do: func(_ context.Context, _ string, _ uint64, op *bench.Op) (bench.Reply, error) {
				switch op.Key {
				case 2:
					return bench.Reply{}, fmt.Errorf("no quorum: %w", bench.ErrRejected)
				case 4, 5:
					return bench.Reply{Value: 7}, lost
				}
				return bench.Reply{Value: 9}, nil
			}},
			Open: []bench.Open{open(100, 80*ms, 10)},
		}
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		outcomes := []bench.Outcome{1, 1, 2, 1, 3, 3, 1, 1}
		sessions := []uint64{1, 1, 1, 1, 1, 2, 3, 3}
		for i, s := range samples {
			if s.Outcome != outcomes[i] || s.Session != sessions[i] {
				t.Errorf("operation %d: %v in session %d, want %v in %d", i, s.Outcome, s.Session, outcomes[i], sessions[i])
			}
			if want := uint64(9); (s.Result == want) != (s.Outcome == bench.OK) {
				t.Errorf("operation %d: %v with result %d", i, s.Outcome, s.Result)
			}
		}
	})
}

// A client that answers although it was given up has lost its context: the
// answer counts, but the session is retired.
func TestAnswerAfterGivingUp(t *testing.T) {
	virtually(t, func() bench.Config {
		return bench.Config{
			Cluster: &fake{do: func(ctx context.Context, _ string, _ uint64, op *bench.Op) (bench.Reply, error) {
				if op.Key == 1 {
					<-ctx.Done()
				}
				return bench.Reply{}, nil
			}},
			Abandon: 40 * ms,
			Open:    []bench.Open{open(10, 400*ms, 10)},
		}
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		sessions := []uint64{1, 1, 2, 2}
		for i, s := range samples {
			if s.Outcome != bench.OK || s.Session != sessions[i] {
				t.Errorf("operation %d: %v in session %d, want it in %d", i, s.Outcome, s.Session, sessions[i])
			}
		}
		if took := samples[1].Done - samples[1].Due; took != 40*ms {
			t.Errorf("the late answer took %v, want 40ms", took)
		}
	})
}

// An operation whose session cannot be opened was never sent: it had no effect.
// The next one dials again.
func TestFailedDial(t *testing.T) {
	virtually(t, func() bench.Config {
		return bench.Config{
			Cluster: &fake{dial: func(ctx context.Context, _ string, session uint64) error {
				switch session {
				case 1:
					return errors.New("refused")
				case 2: // a dial that hangs is given up like an operation
					<-ctx.Done()
					return ctx.Err()
				}
				return nil
			}},
			Abandon: 50 * ms,
			Open:    []bench.Open{open(10, 400*ms, 10)},
		}
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		outcomes := []bench.Outcome{bench.Rejected, bench.Rejected, bench.OK, bench.OK}
		for i, s := range samples {
			if s.Outcome != outcomes[i] {
				t.Errorf("operation %d is %v, want %v", i, s.Outcome, outcomes[i])
			}
		}
		if took := samples[1].Done - samples[1].Due; took != 50*ms {
			t.Errorf("the hanging dial took %v, want 50ms", took)
		}
		if s := st.Open[0]; s.Sessions != 3 || s.DialsFailed != 2 || s.Abandoned != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// Of the free sessions, the one that was used last is taken.
func TestMostRecentlyUsedFirst(t *testing.T) {
	virtually(t, func() bench.Config {
		c := cluster(t, null.Config{Nodes: 1, Service: null.Constant(3 * ms), Stalls: []null.Stall{{At: 0, For: 48 * ms}}})
		c.Start(time.Now())
		return bench.Config{Cluster: c, Open: []bench.Open{open(100, time.Second, 100)}}
	}, func(t *testing.T, samples []bench.Sample, st bench.Stats) {
		if st.Open[0].Sessions != 5 {
			t.Errorf("%d sessions, want the 5 of the stall", st.Open[0].Sessions)
		}
		used := map[uint64]int{}
		for _, s := range samples[5:] {
			used[s.Session]++
		}
		if len(used) != 1 {
			t.Errorf("after the stall, operations by session: %v; want all by one", used)
		}
	})
}

// Streams that are due at the same time do not hold each other up, and a stream
// ends with its source.
func TestStreamsAreIndependent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, quick := open(100, time.Second, 3), open(100, time.Second, 3)
		quick.Picker, quick.Class, quick.Source = bench.Pinned(1), bench.Probe, &serial{n: 42}
		samples, st, err := load(t, context.Background(), bench.Config{
			Cluster: &fake{nodes: []string{"n1", "n2"}, do: func(ctx context.Context, node string, _ uint64, _ *bench.Op) (bench.Reply, error) {
				if node == "n1" {
					return hang(ctx, "", 0, nil)
				}
				return bench.Reply{}, nil
			}},
			Abandon: 2 * time.Second,
			Open:    []bench.Open{slow, quick},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range samples {
			if s.Class == bench.Probe && (s.Done != s.Due || s.Outcome != bench.OK || s.Node != 1) {
				t.Errorf("a probe was held up: %+v", s)
			}
		}
		if a, b := st.Open[0].Measured, st.Open[1].Measured; a != (bench.Count{Due: 100, Dropped: 97}) || b != (bench.Count{Due: 42}) {
			t.Errorf("counts %+v and %+v", a, b)
		}
	})
}
