package bench_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"nines/bench"
)

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
