package objects

import (
	"math/rand/v2"
	"strings"
	"testing"

	"nines/analysis/linear"
	"nines/bench"
)

var aCounter = object{
	draw: func(r *rand.Rand, _ uint64) bench.Micro {
		if r.IntN(2) == 0 {
			return bench.Micro{Kind: bench.Read, Key: 1}
		}
		return bench.Micro{Kind: bench.Add, Key: 1, Arg: 1}
	},
	step: func(state []uint64, m bench.Micro) (bench.Found, []uint64) {
		now := uint64(0)
		if len(state) > 0 {
			now = state[0]
		}
		if m.Kind == bench.Add {
			return bench.Found{Value: now}, []uint64{now + 1}
		}
		return bench.Found{Value: now}, state
	},
	ends: bench.Micro{Kind: bench.Read, Key: 1},
}

// A history without adds has no counters: nothing is said of its reads.
func TestCountersAgainstPorcupine(t *testing.T) {
	o := aCounter
	o.check = plainly(func(s []bench.Sample, r []bench.TxnRecord, opts linear.Options) linear.Result {
		add := bench.Micro{Kind: bench.Add, Key: 1, Arg: 1} // one that surely was not
		s = append(s, bench.Sample{Kind: bench.Transact, Key: 1, Arg: 5, Outcome: bench.Rejected})
		return Counters(s, append(r, bench.TxnRecord{ID: 5, Txn: &bench.Txn{Micros: []bench.Micro{add}}}), opts)
	})
	holdAgainstOracle(t, &o, 20_000, 10)
	holdAgainstOracle(t, &o, 3_000, 20)
}

func counted(sent, done int, kind bench.Kind, found uint64) event {
	return event{Micro: bench.Micro{Kind: kind, Key: 1, Arg: 1}, sent: sent, done: done, outcome: bench.OK, found: bench.Found{Value: found}}
}

func lost(e event) event {
	e.outcome = bench.Unknown
	return e
}

func asFinal(e event) event {
	e.final = true
	return e
}

func TestCounterFlaws(t *testing.T) {
	const add, read = bench.Add, bench.Read
	two := counted(1, 2, add, 0)
	two.Arg = 2
	for _, c := range []struct {
		name    string
		events  []event
		verdict linear.Verdict
		why     string
		bad     int
	}{
		{"all is well", []event{counted(1, 2, add, 0), counted(3, 4, read, 1)}, linear.OK, "2 operations on 1 counters have a legal order", 0},
		{"an add that was lost counts", []event{lost(counted(1, 2, add, 0)), counted(3, 4, add, 1)}, linear.OK, "", 0},
		{"twice the same", []event{counted(1, 2, add, 0), counted(3, 4, add, 0)}, linear.Illegal, "both cannot be the next add", 2},
		{"too much", []event{counted(1, 2, add, 0), counted(3, 4, read, 2)}, linear.Illegal, "no more than one add that could follow each of 1", 1},
		{"far too much", []event{counted(1, 2, add, 0), counted(3, 4, read, 1<<63)}, linear.Illegal, "more than all adds together", 1},
		{"stale", []event{counted(1, 2, add, 0), counted(3, 4, read, 0)}, linear.Illegal, "read that found 0 (session 0, n0, 0.000000003-0.000000004 s)", 2},
		{"too late", []event{counted(1, 2, read, 1), lost(counted(3, 4, add, 0))}, linear.Illegal, "could have been one of those", 2},
		{"by two", []event{two}, linear.Unknown, "key 1: it is no counter: add of 2", 0},
	} {
		got := Counters(func() ([]bench.Sample, []bench.TxnRecord, linear.Options) {
			s, r := records(c.events)
			return s, r, linear.Options{}
		}())
		if got.Verdict != c.verdict || !strings.Contains(got.Why, c.why) || len(got.Bad) != c.bad {
			t.Errorf("%s: %+v, want %s with %q", c.name, got, c.verdict, c.why)
		}
	}
}

func TestDurableCounters(t *testing.T) {
	const add, read = bench.Add, bench.Read
	for _, c := range []struct {
		name    string
		events  []event
		verdict linear.Verdict
		why     string
	}{
		{"all are there", []event{counted(1, 2, add, 0), lost(counted(1, 2, add, 0)), asFinal(counted(5, 6, read, 1))}, linear.OK, "account for 1 acknowledged adds to 1 counters"},
		{"one is lost", []event{counted(1, 2, add, 0), counted(3, 4, add, 1), asFinal(counted(5, 6, read, 1))}, linear.Illegal, "acknowledged adds are lost: final read that found 1"},
		{"not one before", []event{counted(1, 5, add, 0), asFinal(counted(5, 6, read, 0))}, linear.OK, ""},
		{"nobody looked", []event{counted(1, 2, add, 0), counted(3, 4, read, 1)}, linear.Unknown, "none of the final reads tells of its 1 acknowledged adds"},
		{"nothing to lose", []event{lost(counted(1, 2, add, 0))}, linear.OK, ""},
	} {
		s, r := records(c.events)
		got := DurableCounters(s, r, linear.Options{})
		if got.Verdict != c.verdict || !strings.Contains(got.Why, c.why) {
			t.Errorf("%s: %+v, want %s with %q", c.name, got, c.verdict, c.why)
		}
	}
}

// What is missing from the record makes no verdict.
func TestHistoriesThatAreNone(t *testing.T) {
	s, r := records([]event{counted(1, 2, bench.Add, 0), counted(3, 4, bench.Add, 1)})
	unanswered := *r[1].Txn
	for want, change := range map[string]func() ([]bench.Sample, []bench.TxnRecord){
		"transaction 1001 has no record": func() ([]bench.Sample, []bench.TxnRecord) { return s, r[:1] },
		"transaction 1001 does not say": func() ([]bench.Sample, []bench.TxnRecord) {
			return s, []bench.TxnRecord{r[0], {ID: 1001, Txn: &unanswered}}
		},
		"sample 0 was answered at 1 ns although sent at 2 ns": func() ([]bench.Sample, []bench.TxnRecord) {
			odd := s[1]
			odd.Sent, odd.Done = 2, 1
			return []bench.Sample{odd}, r
		},
	} {
		samples, recs := change()
		if got := Counters(samples, recs, linear.Options{}); got.Verdict != linear.Unknown || !strings.Contains(got.Why, want) {
			t.Errorf("%+v, want unknown with %q", got, want)
		}
	}
}
