package analysis

import (
	"strings"
	"testing"
	"time"

	"nines/bench"
)

// objectTrial is stallTrial with keys that hold something, and operations on
// them; all is well.
func objectTrial(object bench.Object, ops func(in *Input)) Input {
	in := stallTrial()
	in.Facts.Object, in.Facts.Lease = object, time.Second
	in.Facts.Txns = object != bench.Locks
	in.Facts.Guarantees.Txns = "strict-serializable"
	ops(&in)
	return in
}

// plain adds an answered operation to a trial.
func (in *Input) plain(class bench.Class, at time.Duration, s bench.Sample) {
	s.Due, s.Sent, s.Done, s.Class, s.Outcome, s.Session = at, at, at+msec/2, class, bench.OK, 1<<50+uint64(len(in.Samples))
	in.Samples = append(in.Samples, s)
	if class == bench.Main && at >= 0 {
		in.Facts.Offered++
	}
}

func (in *Input) step(class bench.Class, at time.Duration, m bench.Micro, found bench.Found) {
	in.transact(class, at, at+msec/2, 1<<50+uint64(len(in.Samples)), []bench.Micro{m}, found)
}

const anObject = 1 << 41

// Each object has a check of its own, which finds what is wrong with it; the
// others find nothing there.
func TestObjects(t *testing.T) {
	counter := func(last uint64) func(*Input) {
		return func(in *Input) {
			for i := range uint64(3) {
				in.step(bench.Main, 5500*msec+time.Duration(i)*msec, bench.Micro{Kind: bench.Add, Key: anObject, Arg: 1}, bench.Found{Value: i})
			}
			in.plain(bench.Final, 20*time.Second, bench.Sample{Kind: bench.Read, Key: anObject, Result: last})
		}
	}
	queue := func(first uint64) func(*Input) {
		return func(in *Input) {
			for i := range uint64(3) {
				in.step(bench.Main, 5500*msec+time.Duration(i)*msec, bench.Micro{Kind: bench.Append, Key: anObject, Arg: 7 + i}, bench.Found{})
			}
			in.step(bench.Main, 5600*msec, bench.Micro{Kind: bench.Pop, Key: anObject}, bench.Found{Value: first})
			in.step(bench.Final, 20*time.Second, bench.Micro{Kind: bench.List, Key: anObject}, bench.Found{List: []uint64{8, 9}})
		}
	}
	lock := func(found uint64) func(*Input) {
		return func(in *Input) {
			in.plain(bench.Main, 5500*msec, bench.Sample{Kind: bench.CAS, Key: anObject, Arg: 3, Size: 8})
			in.plain(bench.Main, 5600*msec, bench.Sample{Kind: bench.CAS, Key: anObject, Arg: 5, Size: 8, Result: found})
			in.plain(bench.Final, 20*time.Second, bench.Sample{Kind: bench.Read, Key: anObject, Result: max(3, 5-found)})
		}
	}
	scan := func(found ...uint64) func(*Input) {
		return func(in *Input) {
			in.plain(bench.Main, 5500*msec, bench.Sample{Kind: bench.Write, Key: anObject, Arg: 7 << 40, Size: 8})
			in.plain(bench.Main, 5501*msec, bench.Sample{Kind: bench.Write, Key: anObject + 1, Arg: 8 << 40, Size: 8})
			in.step(bench.Main, 5600*msec, bench.Micro{Kind: bench.Scan, Key: anObject, Arg: 2}, bench.Found{List: found})
			in.plain(bench.Final, 20*time.Second, bench.Sample{Kind: bench.Read, Key: anObject, Result: 7 << 40})
			in.plain(bench.Final, 20*time.Second, bench.Sample{Kind: bench.Read, Key: anObject + 1, Result: 8 << 40})
		}
	}
	for _, c := range []struct {
		object bench.Object
		check  string
		right  func(*Input)
		wrong  func(*Input)
		says   string
		what   string // in the witness
	}{
		{bench.Counters, "counters", counter(3), counter(2), "final read that found 2", "add 1 to key 2199023255552, which was 2"},
		{bench.Queues, "queues", queue(7), queue(0), "nobody took the element of append of 7", "append 7 to key 2199023255552; append 8"},
		{bench.Locks, "exclusive", lock(3), lock(0), "two holders at once", "swap 0 for 5 in key 2199023255552"},
		{bench.Ranges, "scans", scan(7<<40, 8<<40), scan(8 << 40), "did not find the key 2199023255552", "write 7696581394432 to key 2199023255552"},
	} {
		in := objectTrial(c.object, c.right)
		s := Analyze(in, Options{})
		if got := check(t, s, c.check); s.Verdict != VerdictOK || got.Verdict != VerdictOK {
			t.Errorf("%s: %s: %+v", c.object, s.Verdict, s.Checks)
		}
		in = objectTrial(c.object, c.wrong)
		s = Analyze(in, Options{})
		got := check(t, s, c.check)
		if got.Verdict != VerdictIllegal || !strings.Contains(got.Why, c.says) || !strings.Contains(got.Under, "during fault 1") {
			t.Errorf("%s, wrong: %+v", c.object, got)
		}
		told := ""
		for _, w := range got.Witness {
			told += w.What + "; "
		}
		if !strings.Contains(told, c.what) {
			t.Errorf("%s: the witness is %q, want one with %q", c.object, told, c.what)
		}
		for g, want := range map[string]Verdict{"serializable": VerdictNA, "": VerdictUnknown} {
			in.Facts.Guarantees.Txns = g
			if got := check(t, Analyze(in, Options{}), c.check); in.Facts.Txns && got.Verdict != want {
				t.Errorf("%s where transactions are %q: %+v", c.object, g, got)
			}
		}
		in.Facts.Guarantees.Durability = "none"
		if got := check(t, Analyze(in, Options{}), c.check); got.Verdict != VerdictNA {
			t.Errorf("%s where nothing is kept: %+v", c.object, got)
		}
		in.Facts.Cut = true
		if got := check(t, Analyze(in, Options{}), c.check); got.Verdict != VerdictUnknown {
			t.Errorf("%s of a trial that was cut off: %+v", c.object, got)
		}
	}
}

// An acknowledged element that is neither taken nor there is lost.
func TestDurableObjects(t *testing.T) {
	in := objectTrial(bench.Queues, func(in *Input) {
		in.step(bench.Main, 5500*msec, bench.Micro{Kind: bench.Append, Key: anObject, Arg: 7}, bench.Found{})
		in.step(bench.Final, 20*time.Second, bench.Micro{Kind: bench.List, Key: anObject}, bench.Found{})
	})
	if got := check(t, Analyze(in, Options{}), "durable"); got.Verdict != VerdictIllegal || !strings.Contains(got.Why, "acknowledged elements are lost") || len(got.Witness) != 2 {
		t.Errorf("%+v", got)
	}
}
