package objects

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"nines/analysis/linear"
	"nines/analysis/txn"
	"nines/bench"
)

// keyOf is the key of the insert with an id: in another order than that.
func keyOf(id uint64) uint64 { return id * 7 % 31 }

var aRange = object{
	draw: func(r *rand.Rand, id uint64) bench.Micro {
		switch r.IntN(8) {
		case 0:
			return bench.Micro{Kind: bench.Read, Key: keyOf(1 + r.Uint64N(12))}
		case 1, 2, 3:
			return bench.Micro{Kind: bench.Scan, Key: r.Uint64N(31), Arg: 1 + r.Uint64N(4)}
		}
		return bench.Micro{Kind: bench.Write, Key: keyOf(id), Arg: id}
	},
	step: func(state []uint64, m bench.Micro) (found bench.Found, next []uint64) {
		switch m.Kind {
		case bench.Write:
			next = append(slices.Clip(state), m.Arg)
			slices.SortFunc(next, func(a, b uint64) int { return cmp.Compare(keyOf(a), keyOf(b)) })
			return found, next
		case bench.Read:
			if i := slices.IndexFunc(state, func(id uint64) bool { return keyOf(id) == m.Key }); i >= 0 {
				found.Value = state[i]
			}
		case bench.Scan:
			for _, id := range state {
				if keyOf(id) >= m.Key && len(found.List) < int(m.Arg) {
					found.List = append(found.List, id)
				}
			}
		}
		return found, state
	},
	ends: bench.Micro{Kind: bench.Scan, Key: 0, Arg: 100},
	check: func(s []bench.Sample, r []bench.TxnRecord) (linear.Verdict, string, []int) {
		got := Scans(s, r, txn.Options{})
		var bad []int
		for _, a := range got.Anomalies {
			bad = append(bad, a.Bad...)
			for _, n := range a.Picture.Nodes {
				bad = append(bad, n.Index)
			}
		}
		return linear.Verdict(got.Verdict), got.Why, bad
	},
}

// A read of a key that nobody meant to insert is left to the registers: here it
// finds nothing, or is damaged.
func TestScansAgainstPorcupine(t *testing.T) {
	o := aRange
	o.check = func(s []bench.Sample, r []bench.TxnRecord) (linear.Verdict, string, []int) {
		v, why, bad := aRange.check(s, r)
		for i, x := range s { // as the register check would
			inserted := slices.ContainsFunc(s, func(w bench.Sample) bool {
				return w.Kind == bench.Write && w.Key == x.Key && w.Outcome != bench.Rejected
			})
			if v == linear.OK && x.Kind == bench.Read && x.Outcome == bench.OK && !inserted && x.Result != 0 {
				return linear.Illegal, "a read of garbage", []int{i}
			}
		}
		return v, why, bad
	}
	holdAgainstOracle(t, &o, 8_000, 11)
	holdAgainstOracle(t, &o, 1_000, 15)
}

func inserted(sent, done int, key, id uint64) event {
	return event{Micro: bench.Micro{Kind: bench.Write, Key: key, Arg: id}, sent: sent, done: done, outcome: bench.OK}
}

func scanned(sent, done int, from, n uint64, ids ...uint64) event {
	return event{Micro: bench.Micro{Kind: bench.Scan, Key: from, Arg: n}, sent: sent, done: done, outcome: bench.OK, found: bench.Found{List: ids}}
}

func TestScanFlaws(t *testing.T) {
	for _, c := range []struct {
		name    string
		events  []event
		verdict txn.Verdict
		why     string
	}{
		{"all is well", []event{inserted(1, 2, 5, 50), inserted(1, 2, 3, 30), scanned(3, 4, 1, 9, 30, 50)}, txn.OK, "1 scans and reads, and 2 inserts, have a legal order"},
		{"cut off", []event{inserted(1, 2, 5, 50), inserted(1, 2, 3, 30), scanned(3, 4, 1, 1, 30)}, txn.OK, ""},
		{"missed", []event{inserted(1, 2, 5, 50), inserted(1, 2, 3, 30), scanned(3, 4, 1, 9, 50)}, txn.Illegal, "it did not find the key 3, whose insert was done before (by session 0"},
		{"missed at the end", []event{inserted(1, 2, 5, 50), inserted(1, 2, 3, 30), scanned(3, 4, 1, 9, 30)}, txn.Illegal, "it did not find the key 5"},
		{"out of order", []event{inserted(1, 2, 5, 50), inserted(1, 2, 3, 30), scanned(3, 4, 1, 9, 50, 30)}, txn.Illegal, "it found 30 of the key 3, and that is not its place"},
		{"too many", []event{inserted(1, 2, 5, 50), inserted(1, 2, 3, 30), scanned(3, 4, 1, 1, 30, 50)}, txn.Illegal, "it found 2 keys and was to find at most 1"},
		{"garbage", []event{inserted(1, 2, 5, 50), scanned(3, 4, 1, 9, 51)}, txn.Illegal, "it found 51, which nobody inserted"},
		{"from the future", []event{inserted(5, 6, 5, 50), scanned(3, 4, 1, 9, 50)}, txn.Illegal, "before that was inserted"},
		{"each saw another half", []event{inserted(1, 9, 5, 50), inserted(1, 9, 3, 30), scanned(2, 8, 1, 9, 30), scanned(2, 8, 1, 9, 50)}, txn.Illegal, "T1"},
		{"twice", []event{inserted(1, 2, 5, 50), inserted(3, 4, 5, 51)}, txn.Unknown, "key 5 is written more than once"},
	} {
		s, r := records(c.events)
		got := Scans(s, r, txn.Options{})
		if got.Verdict != c.verdict || !strings.Contains(got.Why, c.why) {
			t.Errorf("%s: %+v, want %s with %q", c.name, got, c.verdict, c.why)
		}
	}
}

// What scans find of the probes' keys, behind all others, is left out.
func TestScansIntoProbes(t *testing.T) {
	s, r := records([]event{inserted(1, 2, 5, 50), inserted(1, 2, 1<<62, 99), inserted(3, 4, 1<<62, 98), scanned(5, 6, 1, 2, 50, 99), scanned(3, 8, 1, 9, 99)})
	s[1].Class, s[2].Class = bench.Probe, bench.Probe
	if got := Scans(s[:4], r[:1], txn.Options{}); got.Verdict != txn.OK {
		t.Errorf("%+v", got)
	}
	if got := Scans(s, r, txn.Options{}); got.Verdict != txn.Illegal || !strings.Contains(got.Why, "did not find the key 5") {
		t.Errorf("%+v", got)
	}
}
