package machine

import (
	"errors"
	"fmt"
	"testing"

	"nines/bench"
)

// A transaction takes effect once, whole or not at all, and a retry gets the same
// answer, whatever has happened since.
func TestTransactions(t *testing.T) {
	m := New()
	add := func(key uint64, n int64) bench.Micro { return bench.Micro{Kind: bench.Add, Key: key, Arg: uint64(n)} }
	for i, tc := range []struct {
		c       *Command
		found   string // what it finds, if it is not aborted
		aborted string
		one     uint64 // what key 1 holds then
		two     uint64
	}{
		{txn(1, 1, add(1, 100), add(2, 0)), "[{0 []} {0 []}]", "", 100, 0},
		{txn(1, 1, add(1, 100), add(2, 0)), "[{0 []} {0 []}]", "", 100, 0},
		{txn(2, 1, add(2, 30), add(1, -30)), "[{0 []} {100 []}]", "", 70, 30},
		{txn(3, 1, add(2, 71), add(1, -71)), "", "micro-operation 1: adding -71 to key 1, which holds 70: aborted: rejected: the operation had no effect", 70, 30},
		{txn(2, 2, add(1, 5)), "[{70 []}]", "", 75, 30},
		{txn(3, 1, add(2, 71), add(1, -71)), "", "micro-operation 1: adding -71 to key 1, which holds 70: aborted: rejected: the operation had no effect", 75, 30},
		{txn(3, 2, add(2, 71), add(1, -71)), "[{30 []} {75 []}]", "", 4, 101},
	} {
		c, r, err := m.Apply(uint64(i+1), tc.c.AppendTo(nil))
		if c.Session != tc.c.Session || c.Seq != tc.c.Seq {
			t.Errorf("entry %d does not tell whom to answer: %+v", i+1, c)
		}
		switch {
		case tc.aborted != "":
			if !errors.Is(err, bench.ErrAborted) || err.Error() != tc.aborted || r != (bench.Reply{}) {
				t.Errorf("entry %d: %v, %v; want %s", i+1, r, err, tc.aborted)
			}
		case err != nil || fmt.Sprint(r.Txn.Found) != tc.found:
			t.Errorf("entry %d: %v, %v; want %s", i+1, r, err, tc.found)
		}
		if one, two := m.Read(1).Value, m.Read(2).Value; one != tc.one || two != tc.two {
			t.Errorf("after entry %d the keys are %d and %d, want %d and %d", i+1, one, two, tc.one, tc.two)
		}
	}
}

// A retry that is another command than the first attempt is a mistake of its
// session's, and must not bring the node down.
func TestRetryThatIsAnotherCommand(t *testing.T) {
	m := New()
	apply(m, txn(1, 1, bench.Micro{Kind: bench.Read}, bench.Micro{Kind: bench.CAS, Expect: 1, Arg: 2}))
	for _, c := range []*Command{write(1, 1, 1, 1), txn(1, 1, bench.Micro{Kind: bench.Read})} {
		if _, err := apply(m, c); !errors.Is(err, bench.ErrAborted) {
			t.Errorf("%v: %v", c.Kind, err)
		}
	}
}

// BenchmarkTransact moves money between two of 1000 keys, from 64 sessions in turn.
func BenchmarkTransact(b *testing.B) {
	m, buf := New(), []byte(nil)
	c := Command{Kind: bench.Transact, Txn: &bench.Txn{Micros: []bench.Micro{{Kind: bench.Add, Arg: minus(0)}, {Kind: bench.Add}}}}
	b.ReportAllocs()
	for i := uint64(1); b.Loop(); i++ {
		c.Session, c.Seq, c.Arg = i%64, i, i
		c.Txn.Micros[0].Key, c.Txn.Micros[1].Key = i*2654435761%1000, i*40503%1000
		buf = c.AppendTo(buf[:0])
		if _, _, err := m.Apply(i, buf); err != nil {
			b.Fatal(err)
		}
	}
}
