package workloads

import (
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
)

// The life of a lock: it is acquired, released, acquired by somebody who is not
// answered, and taken away after the lease.
func TestLocking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workload(t, "lock", Config{Keys: 1, Reads: new(float64), Lease: time.Second})
		a, b := w.Source(), w.Source()
		observe := a.(bench.Observer).Observe
		next := func(kind bench.Kind, expect uint64, held bool) bench.Op {
			t.Helper()
			op := take(b, 1)[0]
			if op.Kind != kind || op.Expect != expect || kind == bench.CAS && (bench.Held(op.Arg) != held || op.Arg <= expect) {
				t.Fatalf("%+v, want %v of %d, for a held one: %v", op, kind, expect, held)
			}
			return op
		}
		first := next(bench.CAS, 0, true)
		next(bench.CAS, 0, true) // nobody was answered yet
		observe(&first, bench.Reply{Value: 0})
		release := next(bench.CAS, first.Arg, false)
		if release.User != first.User {
			t.Errorf("user %d releases what user %d holds", release.User, first.User)
		}
		next(bench.Read, 0, false) // the release is under way
		observe(&release, bench.Reply{Value: first.Arg})
		observe(&bench.Op{Kind: bench.Read}, bench.Reply{Value: first.Arg}) // which is stale
		next(bench.Read, 0, false)
		observe(&bench.Op{Kind: bench.Read}, bench.Reply{Value: release.Arg})
		second := next(bench.CAS, release.Arg, true)
		observe(&bench.Op{Kind: bench.Read}, bench.Reply{Value: second.Arg}) // somebody else sees it
		time.Sleep(time.Second - 1)
		next(bench.Read, 0, false)
		time.Sleep(time.Nanosecond)
		third := next(bench.CAS, second.Arg, true)
		observe(&third, bench.Reply{Value: third.Arg + 1<<60}) // which loses
		next(bench.Read, 0, false)
	})
}

func TestLockValuesAreUnique(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workload(t, "lock", Config{Keys: 2, Reads: new(float64), Lease: time.Millisecond})
		sources := []bench.Source{w.Source(), w.Source(), w.Source()}
		seen := map[uint64]bool{0: true}
		for i := range 10_000 {
			time.Sleep(time.Millisecond / 2)
			s := sources[i%3]
			op := take(s, 1)[0]
			if op.Kind != bench.CAS {
				continue
			}
			if seen[op.Arg] || op.Arg <= op.Expect {
				t.Fatalf("%+v: its value is not new", op)
			}
			seen[op.Arg] = true
			if i%5 > 0 { // it swaps, and others are not answered
				s.(bench.Observer).Observe(&op, bench.Reply{Value: op.Expect})
			}
		}
		if len(seen) < 5000 {
			t.Errorf("%d values", len(seen))
		}
	})
}
