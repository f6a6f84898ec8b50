package replica

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
)

// states are those that a call can be in when its client gives up or its node
// stops. Session 1 of n1 performs it.
var states = []struct {
	name  string
	op    *bench.Op
	reach func(w *world)
	// What the call ends as when the client gives up, and when the node stops.
	givenUp, stopped bench.Outcome
}{
	{
		name: "held from the start", op: write(7, 100),
		reach:   func(*world) {},
		givenUp: bench.Rejected, stopped: bench.Rejected,
	},
	{
		name: "proposed here", op: write(7, 100),
		reach: func(w *world) {
			w.nodes["n1"].set(func(f *fake) { f.silent = true })
			w.nodes["n1"].lead()
		},
		givenUp: bench.Unknown, stopped: bench.Unknown,
	},
	{
		name: "forwarded", op: write(7, 100),
		reach: func(w *world) {
			w.nodes["n2"].set(func(f *fake) { f.leads, f.silent = true, true })
			w.nodes["n1"].follow("n2")
		},
		givenUp: bench.Unknown, stopped: bench.Unknown,
	},
	{
		name: "forwarded over a dead link", op: write(7, 100),
		reach: func(w *world) {
			w.losing(func(string, string, any) bool { return true })
			w.nodes["n1"].follow("n2")
		},
		givenUp: bench.Unknown, stopped: bench.Unknown,
	},
	{
		name: "refused where it was forwarded to, then held", op: write(7, 100),
		reach: func(w *world) {
			w.nodes["n1"].follow("n2")
			time.Sleep(timing.Heartbeat / 2)
			w.nodes["n1"].follow("")
		},
		givenUp: bench.Rejected, stopped: bench.Rejected,
	},
	{
		name: "lost, then held", op: write(7, 100),
		reach: func(w *world) {
			w.losing(func(string, string, any) bool { return true })
			w.nodes["n1"].follow("n2")
			time.Sleep(timing.Heartbeat / 2)
			w.losing(nil)
			w.nodes["n1"].follow("n3")
			time.Sleep(timing.Heartbeat / 2)
			w.nodes["n1"].follow("")
		},
		givenUp: bench.Unknown, stopped: bench.Unknown,
	},
	{
		name: "read that was lost, then held", op: read(7),
		reach: func(w *world) {
			w.losing(func(string, string, any) bool { return true })
			w.nodes["n1"].follow("n2")
			time.Sleep(timing.Heartbeat / 2)
			w.losing(nil)
			w.nodes["n1"].follow("n3")
			time.Sleep(timing.Heartbeat / 2)
			w.nodes["n1"].follow("")
		},
		givenUp: bench.Rejected, stopped: bench.Rejected,
	},
}

// inState calls end when the call is in its state and returns what the call
// ended as, and how long after end.
func inState(t *testing.T, i int, end func(w *world, cancel func())) (w *world, took time.Duration, err error) {
	w = newWorld(t, ServerConfig{}, "n1", "n2", "n3")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := w.nodes["n1"].server.Session(1).Do(ctx, states[i].op)
		done <- err
	}()
	synctest.Wait()
	states[i].reach(w)
	time.Sleep(timing.Heartbeat * 3)
	select {
	case err := <-done:
		t.Fatalf("the call ended before: %v", err)
	default:
	}
	began := time.Now()
	end(w, cancel)
	err = <-done
	return w, time.Since(began), err
}

func TestGiveUp(t *testing.T) {
	for i, tc := range states {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, took, err := inState(t, i, func(_ *world, cancel func()) { cancel() })
				if got := bench.OutcomeOf(err); got != tc.givenUp || !errors.Is(err, context.Canceled) {
					t.Errorf("%v (%v), want %v because of the context", got, err, tc.givenUp)
				}
				if took != 0 {
					t.Errorf("it took %v to give up", took)
				}
				if n := w.nodes["n1"].pending(); n != 0 {
					t.Errorf("%d calls are remembered", n)
				}
			})
		})
	}
}

func TestStop(t *testing.T) {
	for i, tc := range states {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, took, err := inState(t, i, func(w *world, _ func()) {
					if err := w.nodes["n1"].server.Close(); err != nil {
						t.Error(err)
					}
				})
				if got := bench.OutcomeOf(err); got != tc.stopped {
					t.Errorf("%v (%v), want %v", got, err, tc.stopped)
				}
				if took != 0 {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// A session that is used although its client has left starts nothing.
func TestContextThatHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{}, "n1")
		w.nodes["n1"].lead()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := w.nodes["n1"].server.Session(1).Do(ctx, write(7, 100))
		if bench.OutcomeOf(err) != bench.Rejected || len(w.nodes["n1"].accepted()) > 0 {
			t.Errorf("%v, with %d calls; want it rejected without one", err, len(w.nodes["n1"].accepted()))
		}
	})
}

// A command that was lost is not tried again for a client that has left.
func TestNoRetryForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{}, "n1")
		n1 := w.nodes["n1"]
		n1.set(func(f *fake) { f.silent = true })
		n1.lead()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		time.AfterFunc(time.Second, func() {
			c := n1.accepted()[0]
			c.Complete(bench.Reply{}, ErrLost)
			cancel() // before the session runs, or just after
		})
		_, err := n1.server.Session(1).Do(ctx, write(7, 100))
		if got := bench.OutcomeOf(err); got != bench.Unknown {
			t.Errorf("%v (%v), want unknown", got, err)
		}
	})
}

// An operation that is answered at the instant at which it is given up ends as
// one or the other, and the next one gets its own answer.
func TestAnswerAtTheLastMoment(t *testing.T) {
	w := newWorld(t, ServerConfig{}, "n1")
	n1 := w.nodes["n1"]
	n1.lead()
	s := n1.server.Session(1)
	for i := range uint64(200) {
		ctx, cancel := context.WithCancel(t.Context())
		n1.set(func(f *fake) {
			f.instead = func(c Call) {
				cancel()
				c.Complete(bench.Reply{Value: i + 1}, nil)
			}
		})
		if r, err := s.Do(ctx, read(1)); err == nil && r.Value != i+1 {
			t.Fatalf("operation %d got the answer %d", i+1, r.Value)
		}
	}
}

// A context that ends while an attempt is refused, or before it starts, is not
// taken for the end of the next one.
func TestContextEndsInBetween(t *testing.T) {
	w := newWorld(t, ServerConfig{Reject: true}, "n1")
	n1 := w.nodes["n1"]
	s := n1.server.Session(1)
	defer s.Close()
	abandoned := func(cancel func()) {
		cancel()
		for s.waiting.Load() != 0 {
			runtime.Gosched()
		}
	}
	for _, tc := range []struct {
		name string
		op   func(ctx context.Context, cancel func()) error
	}{
		{"refused", func(ctx context.Context, cancel func()) error {
			n1.set(func(f *fake) { f.leads, f.before = false, func() { abandoned(cancel) } })
			_, err := s.Do(ctx, write(1, 1))
			return err
		}},
		{"not started", func(ctx context.Context, cancel func()) error {
			asked := 0
			_, err := s.Do(&curious{ctx, func() {
				if asked++; asked == 2 {
					abandoned(cancel)
				}
			}}, write(1, 1))
			return err
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if err := tc.op(ctx, cancel); bench.OutcomeOf(err) != bench.Rejected {
				t.Errorf("%v, want it rejected", err)
			}
			n1.set(func(f *fake) { f.leads, f.before = true, nil })
			if _, err := s.Do(t.Context(), write(2, 2)); err != nil {
				t.Errorf("the next operation: %v", err)
			}
		})
	}
}

// A context that ends when its operation is done does not end the next one's.
func TestContextOfOneOperation(t *testing.T) {
	w := newWorld(t, ServerConfig{}, "n1")
	w.nodes["n1"].lead()
	s := w.nodes["n1"].server.Session(1)
	defer s.Close()
	for i := range uint64(2000) {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := s.Do(ctx, write(1, i+1))
		cancel()
		if err != nil {
			t.Fatalf("operation %d: %v", i, err)
		}
	}
}

// curious is a context that calls a function when it is asked whether it ended.
type curious struct {
	context.Context
	asked func()
}

func (c *curious) Err() error {
	c.asked()
	return c.Context.Err()
}
