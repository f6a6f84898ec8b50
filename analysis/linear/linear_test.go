package linear

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"nines/bench"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The histories below are of key 17; instants are in milliseconds.

func op(kind bench.Kind, session uint64, sent, end int) bench.Sample {
	return bench.Sample{
		Kind: kind, Session: session, Key: 17, Outcome: bench.OK, Class: bench.Main, Node: uint16(session % 3),
		Sent: time.Duration(sent) * time.Millisecond, Done: time.Duration(end) * time.Millisecond,
	}
}

func write(session, value uint64, sent, end int) bench.Sample {
	s := op(bench.Write, session, sent, end)
	s.Arg = value
	return s
}

func read(session, found uint64, sent, end int) bench.Sample {
	s := op(bench.Read, session, sent, end)
	s.Result = found
	return s
}

// swap is a compare-and-swap of expect for arg that found a value.
func swap(session, expect, arg, found uint64, sent, end int) bench.Sample {
	s := op(bench.CAS, session, sent, end)
	s.Expect, s.Arg, s.Result = expect, arg, found
	return s
}

func with(s bench.Sample, o bench.Outcome) bench.Sample {
	s.Outcome = o
	if o == bench.Unknown {
		s.Result = 0
	}
	return s
}

func onKey(s bench.Sample, key uint64) bench.Sample {
	s.Key = key
	return s
}

func final(s bench.Sample) bench.Sample {
	s.Class = bench.Final
	return s
}

// TestHistories has known answers, each by the argument in its name.
func TestHistories(t *testing.T) {
	tests := []struct {
		name    string
		history []bench.Sample
		want    Verdict
		bad     []int  // if illegal
		why     string // a part of it
	}{
		{"nothing happened", nil, OK, nil, "0 operations on 0 keys"},
		{"a key that was never written is idle", []bench.Sample{read(1, 0, 0, 1)}, OK, nil, ""},
		{"reads of a write under way may find either value, the old first", []bench.Sample{
			write(1, 5, 0, 10), read(2, 0, 1, 2), read(3, 5, 3, 4),
		}, OK, nil, ""},
		{"new/old inversion: the new value was found, then the old one", []bench.Sample{
			write(1, 5, 0, 1), write(1, 6, 2, 20), read(2, 6, 3, 4), read(3, 5, 5, 6),
		}, Illegal, []int{0, 1, 2, 3}, "read of 5 (session 3, n0, 0.005-0.006 s) began after read of 6 (session 2, n2, 0.003-0.004 s) had finished"},
		{"inversion between concurrent reads is legal", []bench.Sample{
			write(1, 5, 0, 1), write(1, 6, 2, 20), read(2, 6, 3, 5), read(3, 5, 4, 6),
		}, OK, nil, ""},
		{"operations that touch at one instant are concurrent", []bench.Sample{
			write(1, 5, 0, 1), write(1, 6, 2, 4), read(2, 5, 4, 5),
		}, OK, nil, ""},
		{"stale read: it began after a newer write had finished", []bench.Sample{
			write(1, 812, 0, 1), write(1, 940, 2, 4), read(9, 812, 5, 6),
		}, Illegal, []int{0, 1, 2},
			"key 17: read of 812 (session 9, n0, 0.005-0.006 s) began after write of 940 (session 1, n1, 0.002-0.004 s) had finished, " +
				"so value 812 came after value 940; but write of 812 (session 1, n1, 0.000-0.001 s) had finished before " +
				"that write of 940 began, so value 812 came before value 940"},
		{"lost write: the final read finds the key as if it had not been", []bench.Sample{
			write(1, 5, 0, 1), final(read(2, 0, 9, 10)),
		}, Illegal, []int{0, 1}, "final read of 0 (session 2, n2, 0.009-0.010 s) began after write of 5 (session 1, n1, 0.000-0.001 s) had finished, " +
			"so value 0 came after value 5, although the key began with value 0"},
		{"read of a future write", []bench.Sample{
			read(2, 5, 0, 1), write(1, 5, 2, 3),
		}, Illegal, []int{0, 1}, "read of 5 (session 2, n2, 0.000-0.001 s) had finished before write of 5 (session 1, n1, 0.002-0.003 s) began"},
		{"read of a value that nobody wrote", []bench.Sample{
			write(1, 5, 0, 1), read(2, 6, 2, 3),
		}, Illegal, []int{1}, "found a value that nobody wrote to this key"},
		{"read of a rejected write", []bench.Sample{
			with(write(1, 5, 0, 1), bench.Rejected), read(2, 5, 2, 3),
		}, Illegal, []int{0, 1}, "rejected write of 5 (session 1, n1, 0.000-0.001 s) had no effect"},
		{"read of another key's value", []bench.Sample{
			onKey(write(1, 5, 0, 1), 18), read(2, 5, 2, 3),
		}, Illegal, []int{0, 1}, "wrote it to key 18"},
		{"keys are independent", []bench.Sample{
			write(1, 5, 0, 1), onKey(read(2, 0, 2, 3), 18),
		}, OK, nil, "2 operations on 2 keys"},
		{"an unanswered write may never take effect", []bench.Sample{
			write(1, 5, 0, 1), with(write(2, 6, 2, 3), bench.Unknown), read(3, 5, 90, 91),
		}, OK, nil, "3 operations"},
		{"an unanswered write may take effect long after it was given up", []bench.Sample{
			write(1, 5, 0, 1), with(write(2, 6, 2, 3), bench.Unknown), read(3, 5, 90, 91), read(3, 6, 92, 93),
		}, OK, nil, ""},
		{"an unanswered write that was seen cannot be unseen", []bench.Sample{
			write(1, 5, 0, 1), with(write(2, 6, 2, 3), bench.Unknown), read(3, 6, 4, 5), read(3, 5, 6, 7),
		}, Illegal, []int{0, 1, 2, 3}, "read of 5 (session 3, n0, 0.006-0.007 s) began after read of 6"},
		{"an unanswered write cannot take effect before it was sent", []bench.Sample{
			read(3, 6, 0, 1), with(write(2, 6, 2, 3), bench.Unknown),
		}, Illegal, []int{0, 1}, "had finished before unanswered write of 6 (session 2, n2, from 0.002 s) began"},
		{"an unanswered read tells nothing", []bench.Sample{
			write(1, 5, 0, 1), with(read(2, 0, 2, 3), bench.Unknown),
		}, OK, nil, "1 operations"},
		{"a dropped write was never sent", []bench.Sample{
			{Kind: bench.Write, Key: 17, Arg: 5, Sent: bench.Never, Done: bench.Never, Outcome: bench.Dropped}, read(2, 5, 2, 3),
		}, Illegal, []int{0, 1}, "dropped write of 5 (session 0, n0, never sent) had no effect"},
		{"a write that lies between two reads of another value", []bench.Sample{
			write(1, 5, 0, 10), read(2, 5, 1, 2), write(3, 6, 3, 4), read(2, 5, 5, 6),
		}, Illegal, []int{0, 1, 2, 3}, ""},

		{"swaps one after the other", []bench.Sample{
			swap(1, 0, 5, 0, 0, 1), swap(2, 5, 6, 5, 2, 3), swap(3, 5, 7, 6, 4, 5), read(4, 6, 6, 7),
		}, OK, nil, ""},
		{"concurrent swaps take the only order there is", []bench.Sample{
			swap(1, 6, 7, 6, 0, 9), swap(2, 5, 6, 5, 0, 9), swap(3, 0, 5, 0, 0, 9),
		}, OK, nil, ""},
		{"a swap between its predecessor and a write that finished too late", []bench.Sample{
			write(1, 5, 0, 1), write(2, 6, 2, 3), swap(3, 5, 7, 5, 4, 5),
		}, Illegal, []int{0, 1, 2}, "swaps lead from value 5 to value 7 with nothing between"},
		{"two swaps of one value", []bench.Sample{
			write(1, 5, 0, 1), swap(2, 5, 6, 5, 2, 9), swap(3, 5, 7, 5, 2, 9),
		}, Illegal, []int{0, 1, 2}, "both replaced value 5, which was written once"},
		{"swaps that each need the other", []bench.Sample{
			swap(2, 5, 6, 5, 0, 9), swap(3, 6, 5, 6, 0, 9),
		}, Illegal, []int{0, 1}, "a ring"},
		{"a swap was done before what it replaced was written", []bench.Sample{
			swap(1, 5, 6, 5, 0, 1), write(2, 5, 2, 3),
		}, Illegal, []int{0, 1}, "swap of 5 for 6 (session 1, n1, 0.000-0.001 s) had finished before write of 5 (session 2, n2, 0.002-0.003 s) began, although value 6 replaced value 5"},
		{"an unanswered swap that was seen replaced what it expected", []bench.Sample{
			write(1, 5, 0, 1), with(swap(2, 5, 6, 0, 2, 3), bench.Unknown), read(3, 6, 4, 5), read(3, 5, 6, 7),
		}, Illegal, []int{0, 1, 2, 3}, ""},
		{"an unanswered swap is seen through another one", []bench.Sample{
			with(swap(1, 0, 5, 0, 0, 1), bench.Unknown), with(swap(2, 5, 6, 0, 0, 1), bench.Unknown), read(3, 6, 4, 5), read(3, 0, 6, 7),
		}, Illegal, []int{0, 1, 2, 3}, ""},
		{"an unanswered swap need not have happened", []bench.Sample{
			write(1, 5, 0, 1), with(swap(2, 5, 6, 0, 2, 3), bench.Unknown), read(3, 5, 4, 5), swap(4, 5, 7, 5, 6, 7),
		}, OK, nil, ""},
		{"a swap of a value for itself is a read", []bench.Sample{
			write(1, 5, 0, 1), swap(2, 5, 5, 5, 2, 3), with(swap(2, 5, 5, 0, 4, 5), bench.Unknown), swap(2, 5, 6, 5, 6, 7),
		}, OK, nil, "3 operations"},

		{"repeated values are searched: legal", []bench.Sample{
			write(1, 5, 0, 1), write(1, 6, 2, 3), write(1, 5, 4, 5), read(2, 5, 6, 7),
		}, OK, nil, ""},
		{"repeated values are searched: illegal", []bench.Sample{
			write(1, 5, 0, 1), write(1, 5, 2, 3), write(1, 6, 4, 5), read(2, 5, 6, 7),
		}, Illegal, []int{0, 1, 2, 3}, "key 17 has no unique values (5 was written more than once): none of the orders of its 4 operations"},
		{"the value of an absent key is searched", []bench.Sample{
			write(1, 5, 0, 1), write(1, 0, 2, 3), read(2, 0, 4, 5),
		}, OK, nil, ""},
		{"the first key that went wrong is explained", []bench.Sample{
			onKey(read(1, 5, 8, 9), 18), read(1, 5, 2, 3),
		}, Illegal, []int{1}, "2 keys are illegal in all"},

		{"an outcome is missing", []bench.Sample{with(write(1, 5, 0, 1), 0)}, Unknown, []int{0}, "sample 0 has the outcome none"},
		{"a kind is missing", []bench.Sample{op(0, 1, 0, 1)}, Unknown, []int{0}, "sample 0 is of the kind none"},
		{"an answer precedes its question", []bench.Sample{write(1, 5, 3, 2)}, Unknown, []int{0}, "answered at 2000000 ns"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Check(context.Background(), tt.history, Options{})
			if got.Verdict != tt.want || !slices.Equal(got.Bad, tt.bad) || !strings.Contains(got.Why, tt.why) {
				t.Errorf("Check = %s, %v, %q\nwant    %s, %v, %q", got.Verdict, got.Bad, got.Why, tt.want, tt.bad, tt.why)
			}
			if tt.want != Unknown && bruteSays(tt.history) != (tt.want == OK) {
				t.Errorf("brute force contradicts the verdict %s", tt.want)
			}
		})
	}
}

func TestNodesHaveNames(t *testing.T) {
	got := Check(context.Background(), []bench.Sample{read(4, 5, 2, 3)}, Options{Nodes: []string{"a", "b"}})
	if want := "read of 5 (session 4, b, 0.002-0.003 s)"; !strings.Contains(got.Why, want) {
		t.Errorf("why = %q, want it to contain %q", got.Why, want)
	}
}

// hard is a history of one key without unique values that takes a search long:
// all writes and reads are concurrent, and one read cannot be explained.
func hard(n int) []bench.Sample {
	var h []bench.Sample
	for i := range n {
		h = append(h, write(uint64(i), uint64(1+i/2), 0, 100), read(uint64(i), uint64(1+i/2), 0, 100))
	}
	return append(h, read(99, 0, 200, 201))
}

func TestSearchBudget(t *testing.T) {
	legal := onKey(write(1, 500, 0, 1), 18)
	stale := onKey(read(1, 0, 2, 3), 18)
	tests := []struct {
		name string
		opts Options
		more []bench.Sample
		want Verdict
		why  string
	}{
		{"time", Options{SearchTime: time.Millisecond}, []bench.Sample{legal}, Unknown, "given up: its time was over"},
		{"memory", Options{SearchMemory: 1 << 20}, []bench.Sample{legal}, Unknown, "given up: it needs more than 1 MB"},
		{"an illegal key is still illegal", Options{SearchMemory: 1 << 20}, []bench.Sample{legal, stale}, Illegal, "key 18"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Check(context.Background(), append(hard(30), tt.more...), tt.opts)
			if got.Verdict != tt.want || !strings.Contains(got.Why, tt.why) {
				t.Errorf("Check = %s, %q, want %s, %q", got.Verdict, got.Why, tt.want, tt.why)
			}
		})
	}
}

func TestCancelledCheckIsUnknown(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got := Check(ctx, []bench.Sample{write(1, 5, 0, 1)}, Options{}); got.Verdict != Unknown {
		t.Errorf("verdict %s, want unknown", got.Verdict)
	}
}

// TestLargeHistories plants one stale read in histories of many operations.
func TestLargeHistories(t *testing.T) {
	for _, keys := range []int{1, 7, 20_000} {
		samples := load(30_000, 16, keys)
		if got := Check(context.Background(), samples, Options{}); got.Verdict != OK {
			t.Fatalf("%d keys: %s: %s", keys, got.Verdict, got.Why)
		}
		if keys == 20_000 {
			continue // keys are seldom written three times
		}
		plantStale(samples)
		if got := Check(context.Background(), samples, Options{}); got.Verdict != Illegal || len(got.Bad) > 6 {
			t.Fatalf("%d keys, a stale read: %s %v: %s", keys, got.Verdict, got.Bad, got.Why)
		}
	}
}

func TestIndex(t *testing.T) {
	x := newIndex(0)
	for round := range 2 {
		for i := range uint64(10_000) {
			p := pair{key: i % 97, value: i << 40 >> 17}
			id, fresh := x.add(p)
			if fresh != (round == 0) || id != int32(i) {
				t.Fatalf("round %d: add(%v) = %d, %v", round, p, id, fresh)
			}
			if got := x.find(p); got != id {
				t.Fatalf("find(%v) = %d, want %d", p, got, id)
			}
		}
	}
	if got := x.find(pair{98, 0}); got != none {
		t.Errorf("find of a pair that was never added = %d", got)
	}
}
