package replica

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
)

func do(t *testing.T, s *Session, op *bench.Op) bench.Reply {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := s.Do(ctx, op)
	if err != nil {
		t.Fatalf("%v of key %d: %v", op.Kind, op.Key, err)
	}
	return r
}

func TestForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{}, "n1", "n2")
		w.nodes["n1"].follow("n2")
		w.nodes["n2"].lead()
		s := w.nodes["n1"].server.Session(1)
		began := time.Now()
		do(t, s, write(7, 100))
		if got := do(t, s, read(7)).Value; got != 100 {
			t.Errorf("read %d after writing 100", got)
		}
		if got := do(t, s, cas(7, 100, 101)).Value; got != 100 {
			t.Errorf("a compare-and-swap found %d, want 100", got)
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("it took %v on links without delay", took)
		}
		want := []asked{
			{"n1", "n2", 1, 1, requestFixed + 100},
			{"n1", "n2", 1, 2, requestFixed},
			{"n1", "n2", 2, 3, requestFixed + 100},
		}
		for i, got := range w.requests() {
			if got != want[i] {
				t.Errorf("request %d: %+v, want %+v", i, got, want[i])
			}
		}
		if n := w.nodes["n1"].pending(); n != 0 {
			t.Errorf("%d calls are remembered", n)
		}
	})
}

// A message that is lost, whichever way, is noticed after an election timeout.
// The command is sent again, and applied once.
func TestLostMessages(t *testing.T) {
	for _, what := range []string{"request", "answer"} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, ServerConfig{}, "n1", "n2")
				w.nodes["n1"].follow("n2")
				w.nodes["n2"].lead()
				lost := 0
				w.losing(func(_, _ string, payload any) bool {
					_, isRequest := payload.(request)
					if lost == 0 && isRequest == (what == "request") {
						lost++
						return true
					}
					return false
				})
				s := w.nodes["n1"].server.Session(1)
				began := time.Now()
				if got := do(t, s, cas(7, bench.IdleValue, 100)).Value; got != bench.IdleValue {
					t.Errorf("a compare-and-swap from an absent key found %d: it was applied twice", got)
				}
				if took := time.Since(began); took < timing.Election || took > timing.Election+2*timing.Heartbeat {
					t.Errorf("it took %v, want little more than the election timeout of %v", took, timing.Election)
				}
				got := w.requests()
				if len(got) != 2 || got[0].seq != 1 || got[1].seq != 1 || got[0].attempt == got[1].attempt {
					t.Errorf("requests %+v: want two attempts of the same command", got)
				}
				if lost != 1 {
					t.Error("nothing was lost")
				}
			})
		})
	}
}

// News of another leader do not wait for the timeout.
func TestLeaderChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{}, "n1", "n2", "n3")
		n1, n3 := w.nodes["n1"], w.nodes["n3"]
		n1.follow("n2")
		w.nodes["n2"].lead()
		w.nodes["n2"].set(func(f *fake) { f.silent = true })
		s := n1.server.Session(1)
		began := time.Now()
		time.AfterFunc(20*time.Millisecond, func() { n3.lead(); n1.follow("") })
		time.AfterFunc(30*time.Millisecond, func() { n1.follow("n3") })
		do(t, s, write(7, 100))
		if took := time.Since(began); took != 30*time.Millisecond {
			t.Errorf("it took %v, and the new leader was known after 30ms", took)
		}
		if got := w.requests(); len(got) != 2 || got[1].to != "n3" || got[1].seq != got[0].seq {
			t.Errorf("requests %+v", got)
		}
	})
}

// Calls wait while nobody leads, and go out when somebody does: over the link,
// or here.
func TestHeld(t *testing.T) {
	for _, leader := range []string{"n1", "n2"} {
		t.Run("until "+leader+" leads", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, ServerConfig{}, "n1", "n2")
				n1 := w.nodes["n1"]
				const sessions = 3
				done := make(chan error, sessions)
				for i := range uint64(sessions) {
					go func() {
						_, err := n1.server.Session(i+1).Do(t.Context(), write(i, i+1))
						done <- err
					}()
				}
				time.Sleep(5 * time.Second)
				if len(done) > 0 || n1.pending() != sessions || len(w.requests()) > 0 {
					t.Fatalf("%d done, %d held, %d requests; want %d held", len(done), n1.pending(), len(w.requests()), sessions)
				}
				began := time.Now()
				w.nodes[leader].lead()
				if leader != "n1" {
					n1.follow(leader)
				}
				for range sessions {
					if err := <-done; err != nil {
						t.Error(err)
					}
				}
				if took := time.Since(began); took != 0 {
					t.Errorf("it took %v with a leader", took)
				}
			})
		})
	}
}

// Nodes that take each other for the leader are not asked in turn for ever, also
// on links on which that takes no time.
func TestRedirect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{}, "n1", "n2", "n3")
		n1, n2, n3 := w.nodes["n1"], w.nodes["n2"], w.nodes["n3"]
		n1.follow("n2")
		n2.follow("n3")
		n3.follow("n2")
		done := make(chan error, 1)
		go func() {
			_, err := n1.server.Session(1).Do(t.Context(), write(7, 100))
			done <- err
		}()
		time.Sleep(10*timing.Heartbeat + time.Millisecond)
		if got := len(w.requests()); got != 22 {
			t.Errorf("%d requests in ten heartbeats, want two at once and two in each", got)
		}
		n3.lead()
		began := time.Now()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > timing.Heartbeat {
			t.Errorf("it took %v to find the leader that one of them knows", took)
		}
	})
}

// A hint is followed at once.
func TestHint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{}, "n1", "n2", "n3")
		w.nodes["n1"].follow("n2")
		w.nodes["n2"].follow("n3")
		w.nodes["n3"].lead()
		began := time.Now()
		do(t, w.nodes["n1"].server.Session(1), write(7, 100))
		if took := time.Since(began); took != 0 {
			t.Errorf("it took %v", took)
		}
		if got := w.requests(); len(got) != 2 || got[0].to != "n2" || got[1].to != "n3" || got[0].attempt != got[1].attempt {
			t.Errorf("requests %+v, want one to n2 and then the same to n3", got)
		}
	})
}

func TestRejectMode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{Reject: true}, "n1", "n2")
		n1 := w.nodes["n1"]
		n1.follow("n2")
		s := n1.server.Session(1)
		_, err := s.Do(t.Context(), write(7, 100))
		var elsewhere *bench.NotLeaderError
		if !errors.As(err, &elsewhere) || elsewhere.Leader != "n2" || bench.OutcomeOf(err) != bench.Rejected {
			t.Errorf("%v, want a hint to n2", err)
		}
		// Leadership lost with the command in the log proves nothing.
		n1.lead()
		n1.set(func(f *fake) { f.silent = true })
		time.AfterFunc(time.Second, func() {
			for _, c := range n1.accepted() {
				c.Complete(bench.Reply{}, ErrLost)
			}
		})
		if _, err := s.Do(t.Context(), write(7, 100)); bench.OutcomeOf(err) != bench.Unknown {
			t.Errorf("a proposal of a leader that was deposed ends %v (%v), want unknown", bench.OutcomeOf(err), err)
		}
		if got := len(w.requests()); got != 0 {
			t.Errorf("%d requests, though nothing may be forwarded", got)
		}
	})
}

// What the leader refused is refused here, and what it does not know is not
// known here.
func TestErrorsCrossTheLink(t *testing.T) {
	for _, tc := range []struct {
		name string
		err  error
		want bench.Outcome
	}{
		{"refused", errors.Join(errors.New("too much"), bench.ErrRejected), bench.Rejected},
		{"other", errors.New("nobody knows"), bench.Unknown},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, ServerConfig{}, "n1", "n2")
				w.nodes["n1"].follow("n2")
				w.nodes["n2"].set(func(f *fake) { f.refuse = tc.err })
				_, err := w.nodes["n1"].server.Session(1).Do(t.Context(), write(7, 100))
				if got := bench.OutcomeOf(err); got != tc.want || !strings.Contains(err.Error(), tc.err.Error()) {
					t.Errorf("%v (%v), want %v", got, err, tc.want)
				}
			})
		})
	}
}

// A node whose replica has failed is like one that has crashed: other nodes get
// no answer, and its own clients are refused.
func TestFailedReplica(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{}, "n1", "n2", "n3")
		n1, n2, n3 := w.nodes["n1"], w.nodes["n2"], w.nodes["n3"]
		n1.follow("n2")
		held := make(chan error, 1)
		go func() {
			_, err := n2.server.Session(2).Do(t.Context(), write(1, 1))
			held <- err
		}()
		synctest.Wait()
		n2.set(func(f *fake) { f.refuse = bench.ErrRejected })
		n2.events(bench.Event{Kind: bench.EventFailed})
		if err := <-held; bench.OutcomeOf(err) != bench.Rejected {
			t.Errorf("what a failed node held ends %v (%v), want rejected", bench.OutcomeOf(err), err)
		}
		n3.lead()
		time.AfterFunc(time.Second, func() { n1.follow("n3") })
		began := time.Now()
		do(t, n1.server.Session(1), write(7, 100))
		if took := time.Since(began); took != time.Second {
			t.Errorf("it took %v, want a second: until another leader was known", took)
		}
	})
}

func TestTimingIsValidated(t *testing.T) {
	for _, bad := range []Timing{{}, {Heartbeat: time.Second}, {Election: time.Second}, {Heartbeat: time.Second, Election: time.Second}} {
		s, err := Serve(Env{ID: "n1", Timing: bad}, nil, ServerConfig{})
		if s != nil || err == nil || !strings.Contains(err.Error(), "open node n1: heartbeat") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
