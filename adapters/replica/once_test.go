package replica

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"nines/bench"
)

// TestAttempts holds attempts against a map that forgets nothing.
func TestAttempts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a attempts
		all := make(map[uint64]uint64)
		for range rapid.IntRange(1, 50).Draw(t, "requests") {
			session, attempt := rapid.Uint64Range(0, 4).Draw(t, "session"), rapid.Uint64Range(1, 6).Draw(t, "attempt")
			if got, want := a.first(session, attempt), attempt > all[session]; got != want {
				t.Fatalf("attempt %d of session %d is new: %t, want %t after %v", attempt, session, got, want, all)
			}
			all[session] = max(all[session], attempt)
		}
	})
}

// TestAttemptsAreBounded: it remembers as many sessions as it says, and forgets
// those that came before as many more.
func TestAttemptsAreBounded(t *testing.T) {
	var a attempts
	for s := range uint64(5 * attemptsKept) {
		if !a.first(s, 1) {
			t.Fatalf("the first attempt of session %d is not new", s)
		}
		if s >= attemptsKept && a.first(s-attemptsKept+1, 1) {
			t.Fatalf("session %d is forgotten when %d others have come", s-attemptsKept+1, attemptsKept-1)
		}
	}
	if n := len(a.young) + len(a.old); n > 2*attemptsKept {
		t.Errorf("%d sessions are remembered", n)
	}
}

// doubling delivers every message between servers twice, the second time after a
// delay.
func (w *world) doubling(late time.Duration) {
	w.losing(func(from, to string, payload any) bool {
		handle := w.nodes[to].handle
		time.AfterFunc(late, func() { handle(from, payload) })
		return false
	})
}

// Requests and answers that come twice are considered once, at once or late.
func TestDoubledMessages(t *testing.T) {
	for _, late := range []time.Duration{0, timing.Heartbeat, 3 * timing.Election} {
		t.Run(late.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, ServerConfig{}, "n1", "n2")
				w.nodes["n1"].follow("n2")
				w.nodes["n2"].lead()
				w.doubling(late)
				s := w.nodes["n1"].server.Session(1)
				value := uint64(bench.IdleValue)
				for i := range uint64(10) {
					if got := do(t, s, cas(7, value, 100+i)).Value; got != value {
						t.Errorf("a compare-and-swap found %d, want %d", got, value)
					}
					value = 100 + i
					if got := do(t, s, read(7)).Value; got != value {
						t.Errorf("read %d after writing %d", got, value)
					}
					time.Sleep(timing.Heartbeat)
				}
				time.Sleep(10 * timing.Election)
				synctest.Wait()
				if n := len(w.nodes["n2"].accepted()); n != 20 {
					t.Errorf("the leader took %d calls of 20", n)
				}
				if n := w.nodes["n1"].pending(); n != 0 {
					t.Errorf("%d calls are remembered", n)
				}
			})
		})
	}
}

// A request of which one copy is refused must not take effect by another: the
// client may have been told that it certainly had none.
func TestRefusedCopyIsTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{}, "n1", "n2")
		n2 := w.nodes["n2"]
		w.nodes["n1"].follow("n2") // which does not know that it should lead
		w.doubling(timing.Election)
		ctx, cancel := context.WithTimeout(t.Context(), timing.Heartbeat/2)
		defer cancel()
		_, err := w.nodes["n1"].server.Session(1).Do(ctx, write(7, 100))
		if !errors.Is(err, bench.ErrRejected) {
			t.Errorf("the client is told %v, want that it had no effect", err)
		}
		n2.lead()
		time.Sleep(10 * timing.Election)
		synctest.Wait()
		if calls := n2.accepted(); len(calls) != 0 {
			t.Errorf("it took effect: %+v", calls)
		}
	})
}
