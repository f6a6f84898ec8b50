package linear

import (
	"math/rand/v2"
	"slices"
	"time"

	"nines/bench"
)

// shape says what random histories look like.
type shape struct {
	ops      int     // at most
	cas      float64 // share of compare-and-swaps
	repeats  bool    // values are not unique, and may be IdleValue
	mutation float64 // probability that the history is damaged
}

// random returns a history of a register with linearization points drawn at
// random, and so a legal one, which is then perhaps damaged. Times are small
// integers, so that many tie.
func random(r *rand.Rand, sh shape) []bench.Sample {
	samples := schedule(r, sh)
	apply(r, sh, samples)
	if r.Float64() < sh.mutation {
		for range 1 + r.IntN(12) {
			mutate(r, samples)
		}
	}
	return samples
}

// schedule draws clients that each perform one operation after the other.
func schedule(r *rand.Rand, sh shape) []bench.Sample {
	n := 1 + r.IntN(sh.ops)
	clients := 1 + r.IntN(5)
	keys := 1 + r.IntN(2)
	clock := make([]int, clients)
	samples := make([]bench.Sample, n)
	for i := range samples {
		c := r.IntN(clients)
		sent := clock[c] + r.IntN(4)
		end := sent + r.IntN(7)
		clock[c] = end + r.IntN(2)
		s := bench.Sample{
			Sent: time.Duration(sent), Done: time.Duration(end), Session: uint64(c), Key: uint64(r.IntN(keys)),
			Arg: uint64(i + 1), Kind: bench.Read, Outcome: bench.OK, Class: bench.Main,
		}
		if sh.repeats {
			s.Arg = uint64(r.IntN(4))
		}
		switch p := r.Float64(); {
		case p < sh.cas:
			s.Kind = bench.CAS
		case p < sh.cas+0.4*(1-sh.cas):
			s.Kind = bench.Write
		default:
			s.Arg = 0
		}
		switch p := r.Float64(); {
		case p < 0.15:
			s.Outcome = bench.Unknown
		case p < 0.22:
			s.Outcome = bench.Rejected
		case p < 0.24:
			s.Outcome, s.Sent, s.Done = bench.Dropped, bench.Never, bench.Never
		}
		if r.IntN(6) == 0 && s.Kind == bench.Read {
			s.Class = bench.Final
		}
		samples[i] = s
	}
	return samples
}

// apply gives each operation an instant, and plays them in that order.
func apply(r *rand.Rand, sh shape, samples []bench.Sample) {
	type effect struct{ at, op int }
	var effects []effect
	for i := range samples {
		s := &samples[i]
		switch {
		case s.Outcome == bench.OK:
			effects = append(effects, effect{int(s.Sent) + r.IntN(int(s.Done-s.Sent)+1), i})
		case s.Outcome == bench.Unknown && r.IntN(5) < 3:
			effects = append(effects, effect{int(s.Sent) + r.IntN(15), i})
		}
		s.Expect = uint64(r.IntN(len(samples)))
	}
	r.Shuffle(len(effects), func(i, j int) { effects[i], effects[j] = effects[j], effects[i] })
	slices.SortStableFunc(effects, func(a, b effect) int { return a.at - b.at })
	values := map[uint64]uint64{}
	for _, e := range effects {
		s := &samples[e.op]
		found := values[s.Key]
		if s.Kind == bench.CAS && r.IntN(3) < 2 {
			s.Expect = found
		}
		if s.Outcome == bench.OK && s.Kind != bench.Write {
			s.Result = found
		}
		if s.Kind == bench.Write || s.Kind == bench.CAS && s.Expect == found {
			values[s.Key] = s.Arg
		}
	}
}

// mutate changes a history in one place.
func mutate(r *rand.Rand, samples []bench.Sample) {
	a, b := &samples[r.IntN(len(samples))], &samples[r.IntN(len(samples))]
	if a.Outcome == bench.Dropped {
		return
	}
	switch r.IntN(9) {
	case 0, 1, 2: // another value of the key, mostly
		if b.Key == a.Key {
			a.Result = []uint64{b.Result, b.Arg, b.Arg, 0}[r.IntN(4)]
		}
	case 7:
		if r.IntN(4) == 0 {
			a.Result = uint64(r.IntN(len(samples) + 2))
		}
	case 8: // another time
		by := time.Duration(r.IntN(21) - 10)
		a.Sent, a.Done = a.Sent+by, a.Done+by
	case 3: // a shorter time
		a.Done = a.Sent + time.Duration(r.IntN(2))
	case 4:
		if a.Outcome == bench.OK && r.IntN(3) > 0 {
			return // most would make a value that was found one that nobody wrote
		}
		a.Outcome = []bench.Outcome{bench.OK, bench.Rejected, bench.Unknown}[r.IntN(3)]
	case 5:
		if a.Key == b.Key && a.Kind != bench.Read && b.Kind != bench.Read {
			a.Arg, b.Arg = b.Arg, a.Arg
		}
	case 6:
		a.Expect = b.Arg
	}
}
