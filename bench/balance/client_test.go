package balance

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
)

const ms = time.Millisecond

// scripted has each node do what its list says, and then answer at once.
func scripted(script map[int][]act) func(int, *bench.Op) act {
	return func(node int, _ *bench.Op) act {
		if len(script[node]) == 0 {
			return act{}
		}
		next := script[node][0]
		script[node] = script[node][1:]
		return next
	}
}

// idle checks that nothing is counted as outstanding, and closes the client.
func idle(t *testing.T, f *fake, b *Balancer, c bench.Client) {
	t.Helper()
	for node := range b.load {
		if n := b.load[node].Load(); n != 0 {
			t.Errorf("node %d is left with %d operations outstanding", node, n)
		}
	}
	if err := c.Close(); err != nil || f.open.Load() != 0 {
		t.Errorf("%d sessions are left open, %v", f.open.Load(), err)
	}
}

func TestRetry(t *testing.T) {
	refused, lost := act{err: errRefused}, act{err: errLost}
	for _, c := range []struct {
		name    string
		policy  string // after round-robin
		op      *bench.Op
		script  map[int][]act
		down    [3]bool
		outcome bench.Outcome
		route   bench.Route
		asked   []string
	}{
		{"served at once", "retry", aWrite, nil, [3]bool{}, bench.OK, bench.Route{Node: 0, Tries: 1}, []string{"0: write"}},
		{"write refused", "retry", aWrite, map[int][]act{0: {refused}}, [3]bool{}, bench.OK, bench.Route{Node: 1, Tries: 2}, []string{"0: write", "1: write"}},
		{"write refused, same node", "retry(to=same)", aWrite, map[int][]act{0: {refused}}, [3]bool{}, bench.OK, bench.Route{Node: 0, Tries: 2}, []string{"0: write", "0: write"}},
		{"refused everywhere", "retry", aWrite, map[int][]act{0: {refused}, 1: {refused}, 2: {refused}}, [3]bool{}, bench.Rejected, bench.Route{Node: 2, Tries: 3}, []string{"0: write", "1: write", "2: write"}},
		{"round and round", "retry(tries=5)", aWrite, map[int][]act{0: {refused}, 1: {refused}, 2: {refused}}, [3]bool{}, bench.OK, bench.Route{Node: 0, Tries: 4}, []string{"0: write", "1: write", "2: write", "0: write"}},
		{"write lost", "retry", aWrite, map[int][]act{0: {lost}}, [3]bool{}, bench.Unknown, bench.Route{Node: 0, Tries: 1}, []string{"0: write"}},
		{"write refused, then lost", "retry", aWrite, map[int][]act{0: {refused}, 1: {lost}}, [3]bool{}, bench.Unknown, bench.Route{Node: 1, Tries: 2}, []string{"0: write", "1: write"}},
		{"transaction lost", "retry", aTxn, map[int][]act{0: {lost}}, [3]bool{}, bench.Unknown, bench.Route{Node: 0, Tries: 1}, []string{"0: txn"}},
		{"transaction aborted", "retry", aTxn, map[int][]act{0: {{err: bench.ErrAborted}}}, [3]bool{}, bench.Rejected, bench.Route{Node: 0, Tries: 1}, []string{"0: txn"}},
		{"transaction refused", "retry", aTxn, map[int][]act{0: {refused}}, [3]bool{}, bench.OK, bench.Route{Node: 1, Tries: 2}, []string{"0: txn", "1: txn"}},
		{"read lost", "retry", aRead, map[int][]act{0: {lost}}, [3]bool{}, bench.OK, bench.Route{Node: 1, Tries: 2}, []string{"0: read", "1: read"}},
		{"read lost, same node", "retry(to=same)", aRead, map[int][]act{0: {lost}}, [3]bool{}, bench.OK, bench.Route{Node: 0, Tries: 2}, []string{"0: read", "0: read"}},
		{"node down", "retry", aWrite, nil, [3]bool{true, true}, bench.OK, bench.Route{Node: 2, Tries: 3}, []string{"2: write"}},
		{"all nodes down", "retry", aWrite, nil, [3]bool{true, true, true}, bench.Rejected, bench.Route{Node: 2, Tries: 3}, nil},
		{"hedging does not ask again", "hedge(after=20ms)", aRead, map[int][]act{0: {refused}}, [3]bool{}, bench.Rejected, bench.Route{Node: 0, Tries: 1}, []string{"0: read"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t, scripted(c.script))
				f.down = c.down
				b := f.balancer("round-robin + " + c.policy)
				session := dial(t, b)
				_, err := session.Do(t.Context(), c.op)
				if got := bench.OutcomeOf(err); got != c.outcome || session.Route() != c.route || !slices.Equal(f.asked, c.asked) {
					t.Errorf("%v (%v), %+v after %q; want %v, %+v after %q", got, err, session.Route(), f.asked, c.outcome, c.route, c.asked)
				}
				// The next operation begins at home again, with a session that may be used.
				if _, err := session.Do(t.Context(), aRead); err == nil && session.Route() != (bench.Route{Node: 0, Tries: 1}) && !c.down[0] {
					t.Errorf("the next operation took %+v", session.Route())
				}
				idle(t, f, b, session)
			})
		})
	}
}

// A client that leaves while it waits to try again leaves at once, and nothing happened.
func TestNoRetryAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, func(int, *bench.Op) act { return act{err: errRefused} })
		b := f.balancer("random + retry(backoff=1h, cap=1h)")
		session := dial(t, b)
		ctx, cancel := context.WithTimeout(t.Context(), ms)
		defer cancel()
		began := time.Now()
		_, err := session.Do(ctx, aWrite)
		if took := time.Since(began); !errors.Is(err, errRefused) || took != ms || len(f.asked) != 1 {
			t.Errorf("%v after %v and %q, want refused after 1ms and one request", err, took, f.asked)
		}
		idle(t, f, b, session)
	})
}

// Pauses are anywhere up to a bound that doubles and is capped.
func TestPauses(t *testing.T) {
	r := Retry{Backoff: 10 * ms, Cap: 60 * ms}
	rng := rand.New(rand.NewPCG(1, 1))
	for n, bound := range map[int]time.Duration{1: 10 * ms, 2: 20 * ms, 3: 40 * ms, 4: 60 * ms, 99: 60 * ms} {
		least, most := bound, time.Duration(0)
		for range 1000 {
			p := r.pause(n, rng)
			least, most = min(least, p), max(most, p)
		}
		if most > bound || most < bound*9/10 || least > bound/10 {
			t.Errorf("pauses before retry %d are from %v to %v, want from 0 to %v", n, least, most, bound)
		}
	}
}

func TestHedge(t *testing.T) {
	slow, fast, lost := act{after: 100 * ms}, act{after: ms}, act{after: 30 * ms, err: errLost}
	refused := act{after: 30 * ms, err: errRefused}
	for _, c := range []struct {
		name    string
		op      *bench.Op
		script  map[int][]act
		outcome bench.Outcome
		took    time.Duration
		route   bench.Route
	}{
		{"answered in time", aRead, map[int][]act{0: {{after: 19 * ms}}}, bench.OK, 19 * ms, bench.Route{Node: 0, Tries: 1}},
		{"the second is faster", aRead, map[int][]act{0: {slow}, 1: {fast}}, bench.OK, 21 * ms, bench.Route{Node: 1, Tries: 2, Hedges: 1}},
		{"the first is faster yet", aRead, map[int][]act{0: {{after: 30 * ms}}, 1: {slow}}, bench.OK, 30 * ms, bench.Route{Node: 0, Tries: 2, Hedges: 1}},
		{"the first fails, the second is still out", aRead, map[int][]act{0: {refused}, 1: {slow}}, bench.OK, 120 * ms, bench.Route{Node: 1, Tries: 2, Hedges: 1}},
		{"the first is lost, the second is still out", aRead, map[int][]act{0: {lost}, 1: {slow}}, bench.OK, 120 * ms, bench.Route{Node: 1, Tries: 2, Hedges: 1}},
		{"the second fails", aRead, map[int][]act{0: {slow}, 1: {refused}}, bench.OK, 100 * ms, bench.Route{Node: 0, Tries: 2, Hedges: 1}},
		{"both fail", aRead, map[int][]act{0: {refused}, 1: {lost}}, bench.Rejected, 50 * ms, bench.Route{Node: 0, Tries: 2, Hedges: 1}},
		{"a write waits", aWrite, map[int][]act{0: {slow}}, bench.OK, 100 * ms, bench.Route{Node: 0, Tries: 1}},
		{"a transaction waits", aTxn, map[int][]act{0: {slow}}, bench.OK, 100 * ms, bench.Route{Node: 0, Tries: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t, scripted(c.script))
				b := f.balancer("round-robin + hedge(after=20ms)")
				b.load.Sent(2) // so that the second is the other one
				session := dial(t, b)
				began := time.Now()
				_, err := session.Do(t.Context(), c.op)
				if got, took := bench.OutcomeOf(err), time.Since(began); got != c.outcome || took != c.took || session.Route() != c.route {
					t.Errorf("%v (%v) after %v, %+v; want %v after %v, %+v", got, err, took, session.Route(), c.outcome, c.took, c.route)
				}
				time.Sleep(time.Second)
				if _, err := session.Do(t.Context(), aRead); err != nil || session.Route() != (bench.Route{Node: 0, Tries: 1}) {
					t.Errorf("the next operation: %v, %+v", err, session.Route())
				}
				b.load.Done(2)
				idle(t, f, b, session)
			})
		})
	}
}

// A client that panics in the second request panics where the engine looks out for it.
func TestHedgePanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, func(node int, _ *bench.Op) act {
			if node != 0 {
				panic("index out of range")
			}
			return act{after: 100 * ms}
		})
		session := dial(t, f.balancer("random + hedge(after=20ms)"))
		defer func() {
			if recover() != "index out of range" {
				t.Error("the panic is lost")
			}
		}()
		_, _ = session.Do(t.Context(), aRead)
	})
}

// Without a time given, a second node is asked after the quantile of the latest reads,
// once there are enough of them.
func TestHedgeAfterQuantile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		f := newFake(t, func(node int, _ *bench.Op) act {
			n++
			return act{after: time.Duration(2+2*(n%50)) * ms} // 2 to 100 ms in turn
		})
		b := f.balancer("random + hedge(after=p90, budget=100%)")
		session := dial(t, b)
		for range renew {
			if _, err := session.Do(t.Context(), aRead); err != nil || session.Route().Hedges > 0 {
				t.Fatalf("%v, %+v before there are enough", err, session.Route())
			}
		}
		if after, ok := b.hedgeAfter(); !ok || after != 90*ms {
			t.Errorf("hedged after %v, %v; want the p90 of 2 to 100 ms", after, ok)
		}
		idle(t, f, b, session)
	})
}

func TestRecent(t *testing.T) {
	r := recent{q: 0.95}
	for range window {
		r.add(time.Hour)
	}
	for i := range 2 * window { // only the last window counts
		r.add(time.Duration(i%100+1) * ms)
	}
	if got, ok := r.get(); !ok || got != 95*ms {
		t.Errorf("p95 %v, %v; want 95ms", got, ok)
	}
}
