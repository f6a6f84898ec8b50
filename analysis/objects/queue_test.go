package objects

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"nines/analysis/linear"
	"nines/bench"
)

var aQueue = object{
	draw: func(r *rand.Rand, id uint64) bench.Micro {
		if r.IntN(2) == 0 {
			return bench.Micro{Kind: bench.Append, Key: 1, Arg: id}
		}
		return bench.Micro{Kind: bench.Pop, Key: 1}
	},
	step: func(state []uint64, m bench.Micro) (bench.Found, []uint64) {
		switch {
		case m.Kind == bench.Append:
			return bench.Found{}, append(slices.Clip(state), m.Arg)
		case m.Kind == bench.List:
			return bench.Found{List: state}, state
		case len(state) == 0:
			return bench.Found{}, state
		}
		return bench.Found{Value: state[0]}, state[1:]
	},
	ends:  bench.Micro{Kind: bench.List, Key: 1},
	check: plainly(Queues),
}

func TestQueuesAgainstPorcupine(t *testing.T) {
	holdAgainstOracle(t, &aQueue, 20_000, 9)
	holdAgainstOracle(t, &aQueue, 2_000, 13)
}

func queued(sent, done int, kind bench.Kind, element uint64) event {
	e := event{Micro: bench.Micro{Kind: kind, Key: 1}, sent: sent, done: done, outcome: bench.OK}
	if kind == bench.Append {
		e.Arg = element
	} else {
		e.found.Value = element
	}
	return e
}

func leftOver(sent, done int, es ...uint64) event {
	return event{Micro: bench.Micro{Kind: bench.List, Key: 1}, sent: sent, done: done, outcome: bench.OK, found: bench.Found{List: es}, final: true}
}

func TestQueueFlaws(t *testing.T) {
	const in, out = bench.Append, bench.Pop
	for _, c := range []struct {
		name    string
		events  []event
		verdict linear.Verdict
		why     string
		bad     int
	}{
		{"all is well", []event{queued(1, 2, in, 7), queued(3, 4, in, 8), queued(5, 6, out, 7), queued(7, 8, out, 8), queued(9, 9, out, 0), leftOver(10, 11)}, linear.OK, "6 operations on 1 queues", 0},
		{"invented", []event{queued(1, 2, in, 7), queued(5, 6, out, 9)}, linear.Illegal, "nobody appended the element 9 to this key: pop that found 9 (session 0", 1},
		{"taken twice", []event{queued(1, 2, in, 7), queued(5, 6, out, 7), queued(7, 8, out, 7)}, linear.Illegal, "the element 7 was taken twice", 3},
		{"taken and there", []event{queued(1, 2, in, 7), queued(5, 6, out, 7), leftOver(7, 8, 7)}, linear.Illegal, "the element 7 was taken twice: pop that found 7 (session 0, n0, 0.000000005-0.000000006 s), and final list that found 1 elements", 3},
		{"twice there", []event{queued(1, 2, in, 7), leftOver(7, 8, 7, 7)}, linear.Illegal, "the element 7 stands twice", 1},
		{"too early", []event{queued(1, 2, out, 7), queued(3, 4, in, 7)}, linear.Illegal, "taken before it was there", 2},
		{"out of order", []event{queued(1, 2, in, 7), queued(3, 4, in, 8), queued(5, 6, out, 8), queued(7, 8, out, 7)}, linear.Illegal, "the element 7 was appended before 8 and taken after it", 4},
		{"left over out of order", []event{queued(1, 2, in, 7), queued(3, 4, in, 8), leftOver(7, 8, 8, 7)}, linear.Illegal, "the element 7 was appended before 8", 3},
		{"overtaken", []event{queued(1, 2, in, 7), queued(3, 4, in, 8), queued(5, 6, out, 8)}, linear.Illegal, "nobody took the element of append of 7", 3},
		{"perhaps taken", []event{queued(1, 2, in, 7), queued(3, 4, in, 8), queued(5, 6, out, 8), lost(queued(4, 5, out, 0))}, linear.OK, "", 0},
		{"taken too late", []event{queued(1, 2, in, 7), queued(3, 4, in, 8), queued(5, 6, out, 8), lost(queued(7, 8, out, 0))}, linear.Illegal, "such elements: 1; unanswered pops that may have taken one: 0", 3},
		{"gone", []event{queued(1, 2, in, 7), queued(3, 4, in, 8), leftOver(5, 6, 8)}, linear.Illegal, "nobody took the element of append of 7", 3},
		{"all gone", []event{queued(1, 2, in, 7), leftOver(5, 6)}, linear.Illegal, "it is not there at the end", 2},
		{"not empty", []event{queued(1, 2, in, 7), queued(3, 4, out, 0), queued(5, 6, out, 7)}, linear.Illegal, "something was there all the time: that of append of 7", 3},
		{"never empty", []event{queued(1, 2, in, 7), queued(3, 5, in, 8), queued(6, 10, out, 7), queued(4, 6, out, 0), queued(11, 12, out, 8)}, linear.Illegal, "something was there all the time", 5},
		{"full for ever", []event{queued(1, 2, in, 7), queued(3, 4, out, 0)}, linear.Illegal, "which nobody took (such elements: 1; unanswered pops that may have taken one: 0)", 2},
		{"not unique", []event{queued(1, 2, in, 7), queued(3, 4, in, 7)}, linear.Unknown, "its elements are not unique", 0},
		{"no queue", []event{queued(1, 2, in, 7), counted(3, 4, bench.Add, 7)}, linear.Unknown, "it is no queue: add of 1", 0},
		{"read in use", []event{queued(1, 9, in, 7), leftOver(5, 6)}, linear.Unknown, "it was in use while all that is left was read", 0},
		{"read as soon as all was over", []event{queued(1, 2, in, 7), queued(3, 5, out, 7), leftOver(5, 6)}, linear.OK, "", 0},
		{"two endings", []event{queued(1, 2, in, 7), lost(queued(1, 2, out, 0)), leftOver(5, 6, 7), leftOver(7, 8)}, linear.Unknown, "found different elements", 0},
		{"the same ending twice", []event{queued(1, 2, in, 7), leftOver(5, 6, 7), leftOver(7, 8, 7)}, linear.OK, "", 0},
	} {
		s, r := records(c.events)
		got := Queues(s, r, linear.Options{})
		if got.Verdict != c.verdict || !strings.Contains(got.Why, c.why) || len(got.Bad) != c.bad {
			t.Errorf("%s: %+v, want %s with %q", c.name, got, c.verdict, c.why)
		}
	}
}

func TestDurableQueues(t *testing.T) {
	const in, out = bench.Append, bench.Pop
	for _, c := range []struct {
		name    string
		events  []event
		verdict linear.Verdict
		why     string
	}{
		{"all are accounted for", []event{queued(1, 2, in, 7), queued(3, 4, in, 8), queued(5, 6, out, 7), leftOver(10, 11, 8)}, linear.OK, "2 acknowledged elements of 1 queues"},
		{"one is lost", []event{queued(1, 2, in, 7), queued(3, 4, in, 8), leftOver(10, 11, 8)}, linear.Illegal, "acknowledged elements are lost: nobody took or found that of append of 7"},
		{"one may have been taken", []event{queued(1, 2, in, 7), lost(queued(3, 4, out, 0)), leftOver(10, 11)}, linear.OK, ""},
		{"one was not acknowledged", []event{lost(queued(1, 2, in, 7)), leftOver(10, 11)}, linear.OK, ""},
		{"nobody looked", []event{queued(1, 2, in, 7)}, linear.Unknown, "none of the final reads tells of 1"},
		{"nobody had to look", []event{queued(1, 2, in, 7), queued(3, 4, out, 7)}, linear.OK, ""},
	} {
		s, r := records(c.events)
		got := DurableQueues(s, r, linear.Options{})
		if got.Verdict != c.verdict || !strings.Contains(got.Why, c.why) {
			t.Errorf("%s: %+v, want %s with %q", c.name, got, c.verdict, c.why)
		}
	}
}
