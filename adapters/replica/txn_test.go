package replica

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"nines/bench"
)

func transact(micros ...bench.Micro) *bench.Op {
	return &bench.Op{Kind: bench.Transact, Key: micros[0].Key, Arg: 1, Size: 20, Txn: &bench.Txn{Micros: micros}}
}

// What a transaction asks for and what it finds crosses the link, and its size is
// counted; and that it was aborted, and why.
func TestForwardTransactions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{}, "n1", "n2")
		w.nodes["n1"].follow("n2")
		w.nodes["n2"].lead()
		var sizes []int // of responses
		w.losing(func(_, _ string, payload any) bool {
			if m, ok := payload.(response); ok {
				sizes = append(sizes, m.size())
			}
			return false
		})
		s := w.nodes["n1"].server.Session(1)
		op := transact(
			bench.Micro{Kind: bench.Append, Key: 1, Arg: 7},
			bench.Micro{Kind: bench.Append, Key: 1, Arg: 8},
			bench.Micro{Kind: bench.List, Key: 1},
			bench.Micro{Kind: bench.Write, Key: 2, Arg: 9},
		)
		if got, want := fmt.Sprint(do(t, s, op).Txn.Found), "[{0 []} {0 []} {0 [7 8]} {0 []}]"; got != want {
			t.Errorf("it found %s, want %s", got, want)
		}
		_, err := s.Do(t.Context(), transact(bench.Micro{Kind: bench.Add, Key: 3, Arg: 1 << 63}))
		if !errors.Is(err, bench.ErrAborted) || !strings.HasPrefix(err.Error(), "at the leader: micro-operation 0: adding -9223372036854775808 to key 3") {
			t.Errorf("a transaction that fails at the leader: %v", err)
		}
		// A count of 4 bytes; 25 for each micro-operation, and 12 of padding behind
		// the one that writes 20 bytes. What they find: as many as there are, of 12,
		// and two elements.
		for i, want := range []int{requestFixed + 4 + 4*25 + 12, requestFixed + 4 + 25} {
			if got := w.requests()[i].size; got != want {
				t.Errorf("request %d has %d bytes, want %d", i, got, want)
			}
		}
		if got, want := sizes[0], responseSize+4+4*12+2*8; got != want {
			t.Errorf("the response has %d bytes, want %d", got, want)
		}
	})
}

// A transaction that no machine could perform is refused before it reaches one.
func TestInvalidTransactions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{}, "n1")
		w.nodes["n1"].lead()
		s := w.nodes["n1"].server.Session(1)
		for _, op := range []*bench.Op{
			{Kind: bench.Transact, Arg: 1, Size: 16},
			transact(bench.Micro{Kind: bench.Transact}),
			transact(bench.Micro{Kind: bench.Write}),
		} {
			if _, err := s.Do(t.Context(), op); !errors.Is(err, bench.ErrRejected) || errors.Is(err, bench.ErrAborted) {
				t.Errorf("%+v: %v, want it rejected", op, err)
			}
		}
		if n := len(w.nodes["n1"].accepted()); n > 0 {
			t.Errorf("%d calls reached the replica", n)
		}
	})
}

// The node loses its leadership with a transaction under way. The retry learns
// that it was aborted, and that is the fate of the command, not of the attempt. A
// rejection of the retry says nothing of the first attempt.
func TestAbortAfterALostAttempt(t *testing.T) {
	for _, tc := range []struct {
		end  error
		want bench.Outcome
	}{
		{bench.ErrAborted, bench.Rejected},
		{bench.ErrRejected, bench.Unknown},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, ServerConfig{}, "n1")
			f := w.nodes["n1"]
			f.lead()
			attempts := 0
			f.set(func(f *fake) {
				f.instead = func(c Call) {
					attempts++
					err := tc.end
					if attempts == 1 {
						err = ErrLost
					}
					go c.Complete(bench.Reply{}, err)
				}
			})
			_, err := f.server.Session(1).Do(t.Context(), transact(bench.Micro{Kind: bench.Read}))
			if got := bench.OutcomeOf(err); got != tc.want || attempts != 2 {
				t.Errorf("after %d attempts, the last ending with %q: %v (%v), want %v", attempts, tc.end, got, err, tc.want)
			}
		})
	}
}
