package objects

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"nines/analysis/linear"
	"nines/bench"
)

func swap(sent, done int, expect, arg uint64) bench.Sample {
	return bench.Sample{Kind: bench.CAS, Key: 1, Sent: time.Duration(sent), Done: time.Duration(done), Expect: expect, Arg: arg, Result: expect, Outcome: bench.OK}
}

func failed(s bench.Sample, o bench.Outcome) bench.Sample {
	s.Outcome = o
	return s
}

// Tokens are odd.
func TestLockFlaws(t *testing.T) {
	const lease = 10
	loses := swap(4, 5, 0, 5)
	loses.Result = 3
	for _, c := range []struct {
		name    string
		samples []bench.Sample
		verdict linear.Verdict
		why     string
	}{
		{"one after the other", []bench.Sample{swap(1, 2, 0, 3), swap(5, 6, 3, 4), swap(7, 8, 4, 7)}, linear.OK, "no two of 2 acquisitions of 1 locks"},
		{"the swap that loses", []bench.Sample{swap(1, 2, 0, 3), loses}, linear.OK, ""},
		{"the lease is over", []bench.Sample{swap(1, 2, 0, 3), swap(11, 12, 3, 5)}, linear.OK, ""},
		{"both have it", []bench.Sample{swap(1, 2, 0, 3), swap(3, 4, 0, 5)}, linear.Illegal, "key 1: two holders at once: user 0 with the token 3 (session 0, 0.000000001-0.000000002 s) held it until 0.000000011 s"},
		{"before the release was sent", []bench.Sample{swap(1, 2, 0, 3), swap(3, 5, 3, 5), failed(swap(7, 8, 3, 4), bench.Unknown)}, linear.Illegal, "two holders at once"},
		{"after it was", []bench.Sample{swap(1, 2, 0, 3), failed(swap(4, 8, 3, 4), bench.Unknown), swap(4, 5, 4, 5)}, linear.OK, ""},
		{"a release that was not sent", []bench.Sample{swap(1, 2, 0, 3), failed(swap(3, 3, 3, 4), bench.Rejected), swap(4, 5, 0, 5)}, linear.Illegal, "two holders at once"},
		{"nobody told the holder", []bench.Sample{failed(swap(1, 2, 0, 3), bench.Unknown), swap(3, 4, 3, 5)}, linear.OK, ""},
		{"told too late", []bench.Sample{swap(1, 20, 0, 3), swap(12, 13, 3, 5)}, linear.OK, ""},
		{"tokens fall", []bench.Sample{swap(1, 2, 0, 9), swap(3, 4, 9, 10), swap(5, 6, 0, 7)}, linear.Illegal, "a fencing token that does not rise: user 0 with the token 9"},
		{"tokens of concurrent ones", []bench.Sample{swap(1, 14, 0, 9), swap(3, 4, 0, 7), swap(5, 6, 7, 8)}, linear.OK, ""},
	} {
		got := Locks(c.samples, lease, linear.Options{})
		if got.Verdict != c.verdict || !strings.Contains(got.Why, c.why) || (len(got.Bad) == 2) != (c.verdict == linear.Illegal) {
			t.Errorf("%s: %+v, want %s with %q", c.name, got, c.verdict, c.why)
		}
	}
}

// Random histories against the definition, pair by pair.
func TestLocksAgainstDefinition(t *testing.T) {
	const lease, n = 8, 20_000
	legal := 0
	for seed := range uint64(n) {
		r := rand.New(rand.NewPCG(seed, 1))
		var samples []bench.Sample
		token, at := uint64(0), 0
		for range 1 + r.IntN(6) {
			sent := at + r.IntN(4)
			to := token + 1 + uint64(r.IntN(2))
			s := swap(sent, sent+r.IntN(4), token, to)
			if r.IntN(8) == 0 {
				s.Outcome = bench.Unknown
			}
			samples = append(samples, s)
			if token = to; r.IntN(12) == 0 {
				token = uint64(r.IntN(4))
			}
			at = sent + r.IntN(5)
		}
		want := linear.OK
		if !exclusive(samples, lease) {
			want = linear.Illegal
		} else {
			legal++
		}
		if got := Locks(samples, lease, linear.Options{}); got.Verdict != want {
			t.Fatalf("history %d: %+v, want %s: %+v", seed, got, want, samples)
		}
	}
	if legal < n/5 || legal > n*4/5 {
		t.Errorf("%d of %d histories are legal: want plenty of both", legal, n)
	}
}

func exclusive(samples []bench.Sample, lease time.Duration) bool {
	holds := func(s bench.Sample) (from, until time.Duration, ok bool) {
		if s.Outcome != bench.OK || s.Result != s.Expect || !bench.Held(s.Arg) {
			return 0, 0, false
		}
		until = s.Sent + lease
		for _, o := range samples {
			if o.Expect == s.Arg && !bench.Held(o.Arg) {
				until = min(until, o.Sent)
			}
		}
		return s.Done, until, true
	}
	for i, a := range samples {
		for j, b := range samples {
			from, until, ok := holds(a)
			from2, until2, ok2 := holds(b)
			if i == j || !ok || !ok2 {
				continue
			}
			if a.Done < b.Sent && a.Arg >= b.Arg {
				return false
			}
			if max(from, from2) < min(until, until2) {
				return false
			}
		}
	}
	return true
}
