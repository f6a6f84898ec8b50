package objects

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"nines/analysis/linear"
	"nines/bench"
)

// Locks decides whether no two clients took themselves for the holder of a lock
// at the same time, and whether their fencing tokens rose. Keys that
// compare-and-swaps are on are locks. An acquisition is an answered one that
// swapped in a token (see [bench.Held]). Its holder takes itself for one from its
// Done on, until it sends the swap that replaces the token, or the lease has passed
// since its Sent, whichever is first: a holder that was never answered does not
// know that it is one.
//
// Of two acquisitions of a lock, the one that was sent after the other was done
// must have the higher token: then whoever is sent both can refuse the one that is
// late (Kleppmann, "How to do distributed locking", 2016).
//
// Both follow from the registers being linearizable, which says more and is
// checked by itself, if clients take a lock away only after its lease. Sent and
// Done are of one clock: nothing is said of clients whose clocks differ. Ops of the
// result counts acquisitions. What holds is decided exactly.
func Locks(samples []bench.Sample, lease time.Duration, opts linear.Options) linear.Result {
	h := &history{samples: samples, nodes: opts.Nodes}
	ends := map[pair]time.Duration{} // by lock and token: when the holder sent its release
	for i := range samples {
		s := &samples[i]
		if s.Kind != bench.CAS || s.Outcome != bench.OK && s.Outcome != bench.Unknown {
			continue
		}
		if s.Outcome == bench.OK && s.Result == s.Expect && bench.Held(s.Arg) {
			h.ops = append(h.ops, op{sample: int32(i), kind: bench.CAS, key: s.Key, arg: s.Arg, sent: s.Sent, done: s.Done, found: bench.Found{Value: s.Result}})
		}
		if p := (pair{s.Key, s.Expect}); bench.Held(s.Expect) && !bench.Held(s.Arg) {
			if end, seen := ends[p]; !seen || s.Sent < end {
				ends[p] = s.Sent
			}
		}
	}
	slices.SortFunc(h.ops, func(a, b op) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.done, b.done), cmp.Compare(a.sample, b.sample))
	})
	r := h.judge("locks", func(ops []op) (*flaw, string) {
		if f := h.overlap(ops, lease, ends); f != nil {
			return f, ""
		}
		return h.fencing(ops), ""
	})
	if r.Verdict == linear.OK {
		r.Why = fmt.Sprintf("no two of %d acquisitions of %d locks held one at the same time, and their tokens rise", r.Ops, r.Keys)
	}
	return r
}

type pair struct{ key, token uint64 }

// overlap looks for two holders at once, among acquisitions in the order in which
// they were done.
func (h *history) overlap(ops []op, lease time.Duration, ends map[pair]time.Duration) *flaw {
	var last *op // the one that holds for the longest
	var until time.Duration
	for i := range ops {
		o := &ops[i]
		end := o.sent + lease
		if released, ok := ends[pair{o.key, o.arg}]; ok {
			end = min(end, released)
		}
		if end <= o.done { // its lease was over before it knew
			continue
		}
		if last != nil && o.done < until {
			return &flaw{[]*op{last, o}, fmt.Sprintf("two holders at once: %s held it until %s s, and %s from %s s on",
				h.token(last), linear.Seconds(until), h.token(o), linear.Seconds(o.done))}
		}
		if last == nil || end > until {
			last, until = o, end
		}
	}
	return nil
}

// fencing looks for an acquisition whose token is not higher than one that was
// given out before it was sent.
func (h *history) fencing(ops []op) *flaw {
	bySent := make([]*op, len(ops))
	for i := range ops {
		bySent[i] = &ops[i]
	}
	slices.SortStableFunc(bySent, func(a, b *op) int { return cmp.Compare(a.sent, b.sent) })
	var highest *op
	for _, o := range bySent {
		for len(ops) > 0 && ops[0].before(o) {
			if highest == nil || ops[0].arg > highest.arg {
				highest = &ops[0]
			}
			ops = ops[1:]
		}
		if highest != nil && o.arg <= highest.arg {
			return &flaw{[]*op{highest, o}, fmt.Sprintf("a fencing token that does not rise: %s came before %s", h.token(highest), h.token(o))}
		}
	}
	return nil
}

func (h *history) token(o *op) string {
	s := &h.samples[o.sample]
	return fmt.Sprintf("user %d with the token %d (session %d, %s)", s.User, o.arg, s.Session, o.span())
}
