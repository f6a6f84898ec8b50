package objects

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"nines/analysis/linear"
	"nines/bench"
)

// An object is how its random histories are made, and what it is.
type object struct {
	// draw draws an operation; id is unique in the history.
	draw func(r *rand.Rand, id uint64) bench.Micro
	// step is its sequential behaviour: what the operation finds, and the next state.
	step func(state []uint64, m bench.Micro) (bench.Found, []uint64)
	// ends is what a final operation is.
	ends bench.Micro
	// check is what is tested.
	check func([]bench.Sample, []bench.TxnRecord) (linear.Verdict, string, []int)
}

// plainly is a check as it is tested.
func plainly(check func([]bench.Sample, []bench.TxnRecord, linear.Options) linear.Result) func([]bench.Sample, []bench.TxnRecord) (linear.Verdict, string, []int) {
	return func(s []bench.Sample, r []bench.TxnRecord) (linear.Verdict, string, []int) {
		got := check(s, r, linear.Options{})
		return got.Verdict, got.Why, got.Bad
	}
}

// An event is an operation of a random history.
type event struct {
	bench.Micro
	sent, done int
	client     int
	outcome    bench.Outcome
	found      bench.Found
	final      bool
}

// random makes a history with effects at random instants, and so a legal one,
// which is then perhaps damaged. Times are small, so that many tie.
func random(r *rand.Rand, o *object, most int) []event {
	events := make([]event, 1+r.IntN(most))
	clock := make([]int, 1+r.IntN(5))
	unanswered := []float64{0, 0.05, 0.25}[r.IntN(3)]
	end := 0
	for i := range events {
		c := r.IntN(len(clock))
		e := &events[i]
		*e = event{Micro: o.draw(r, uint64(i+1)), client: c, outcome: bench.OK, sent: clock[c] + r.IntN(4)}
		e.done = e.sent + r.IntN(7)
		clock[c] = e.done + r.IntN(2)
		end = max(end, e.done)
		switch p := r.Float64(); {
		case p < unanswered:
			e.outcome = bench.Unknown
		case p < unanswered+0.05:
			e.outcome = bench.Rejected
		}
	}
	if r.IntN(2) == 0 { // what reads everything back begins when all is over
		sent := end + 1 + r.IntN(3)
		events = append(events, event{Micro: o.ends, sent: sent, done: sent + r.IntN(3), client: 9, outcome: bench.OK, final: true})
	}
	play(r, o, events)
	if r.Float64() < 0.9 {
		for range 1 + r.IntN(12) {
			damage(r, events)
		}
	}
	return events
}

// play gives each operation that takes effect an instant.
func play(r *rand.Rand, o *object, events []event) {
	type effect struct{ at, op int }
	var effects []effect
	for i := range events {
		switch e := &events[i]; {
		case e.outcome == bench.OK:
			effects = append(effects, effect{e.sent + r.IntN(e.done-e.sent+1), i})
		case e.outcome == bench.Unknown && r.IntN(5) < 3:
			effects = append(effects, effect{e.sent + r.IntN(15), i})
		}
	}
	r.Shuffle(len(effects), func(i, j int) { effects[i], effects[j] = effects[j], effects[i] })
	slices.SortStableFunc(effects, func(a, b effect) int { return a.at - b.at })
	var state []uint64
	for _, at := range effects {
		e := &events[at.op]
		e.found, state = o.step(state, e.Micro)
	}
}

// damage changes a history in one place.
func damage(r *rand.Rand, events []event) {
	a, b := &events[r.IntN(len(events))], &events[r.IntN(len(events))]
	switch r.IntN(7) {
	case 0:
		if a.Kind == b.Kind {
			a.found, b.found = b.found, a.found
		}
	case 1:
		if a.Kind == b.Kind {
			a.found = b.found
		} else if a.Kind == bench.Pop {
			a.found.Value = []uint64{0, b.Arg}[r.IntN(2)]
		}
	case 6: // one element is lost at the end, or two change places
		if l := a.found.List; len(l) > 1 && r.IntN(2) == 0 {
			a.found.List = append([]uint64{l[1], l[0]}, l[2:]...)
		} else if len(l) > 0 {
			a.found.List = l[1:]
		}
	case 2:
		if !a.final {
			a.outcome = []bench.Outcome{bench.OK, bench.Rejected, bench.Unknown}[r.IntN(3)]
		}
	case 3:
		if by := r.IntN(13) - 6; !a.final && !slices.ContainsFunc(events, func(e event) bool { return e.final && a.done+by >= e.sent }) {
			a.sent, a.done = a.sent+by, a.done+by
		}
	case 4:
		a.done = min(a.done, a.sent+r.IntN(2))
	case 5:
		if a.Kind == bench.Read || a.Kind == bench.Add {
			a.found.Value += uint64(r.IntN(3))
		}
	}
}

// records are the events as a trial has them.
func records(events []event) (samples []bench.Sample, records []bench.TxnRecord) {
	for i, e := range events {
		s := bench.Sample{
			Sent: time.Duration(e.sent), Done: time.Duration(e.done), Session: uint64(e.client), Key: e.Key,
			Kind: bench.Transact, Arg: 1000 + uint64(i), Outcome: e.outcome, Class: bench.Main,
		}
		if e.final {
			s.Class = bench.Final
		}
		switch e.Kind {
		case bench.Read:
			s.Kind, s.Arg, s.Result = bench.Read, 0, e.found.Value
		case bench.Write:
			s.Kind, s.Arg = bench.Write, e.Arg
		default:
			rec := bench.TxnRecord{ID: s.Arg, Txn: &bench.Txn{Micros: []bench.Micro{e.Micro}}}
			if e.outcome == bench.OK {
				rec.Reply = &bench.TxnReply{Found: []bench.Found{e.found}}
			}
			records = append(records, rec)
		}
		samples = append(samples, s)
	}
	return samples, records
}

// porcupineSays is the oracle: an independent search of an order. What was not
// answered has no end, and one that never happened is one that comes last.
func porcupineSays(o *object, events []event) bool {
	var ops []porcupine.Operation
	for i := range events {
		e := &events[i]
		op := porcupine.Operation{Input: e, Call: int64(e.sent), Return: int64(e.done)}
		switch e.outcome {
		case bench.Unknown:
			op.Return = int64(bench.Never)
		case bench.Rejected:
			continue
		}
		ops = append(ops, op)
	}
	return porcupine.CheckOperations(porcupine.Model{
		Init: func() any { return []uint64(nil) },
		Step: func(state, input, _ any) (bool, any) {
			e := input.(*event)
			found, next := o.step(state.([]uint64), e.Micro)
			return e.outcome != bench.OK || found.Value == e.found.Value && slices.Equal(found.List, e.found.List), next
		},
		Equal: func(a, b any) bool { return slices.Equal(a.([]uint64), b.([]uint64)) },
	}, ops)
}

// holdAgainstOracle checks many random histories of an object both ways.
func holdAgainstOracle(t *testing.T, o *object, n, most int) {
	if testing.Short() {
		n /= 10
	}
	legal := 0
	for seed := range n {
		events := random(rand.New(rand.NewPCG(uint64(seed), uint64(most))), o, most)
		want := linear.Illegal
		if porcupineSays(o, events) {
			want = linear.OK
			legal++
		}
		samples, recs := records(events)
		for i := range samples { // no session has two operations: ties are nobody's order
			samples[i].Session = uint64(i)
		}
		got, why, bad := o.check(samples, recs)
		if got != want {
			t.Fatalf("history %d: %s (%s), want %s:\n%s", seed, got, why, want, listing(events))
		}
		if (got == linear.Illegal) != (len(bad) > 0) {
			t.Fatalf("history %d: %s, with the witness %v", seed, got, bad)
		}
	}
	share := float64(legal) / float64(n)
	t.Logf("%d histories, %.0f %% legal", n, 100*share)
	if share < 0.2 || share > 0.8 {
		t.Errorf("%.0f %% of the histories are legal: want plenty of both", 100*share)
	}
}

func listing(events []event) (out string) {
	for i, e := range events {
		out += fmt.Sprintf("%2d [%d, %d] %v key %d arg %d found %d %v %v final %v\n", i, e.sent, e.done, e.Kind, e.Key, e.Arg, e.found.Value, e.found.List, e.outcome, e.final)
	}
	return out
}
