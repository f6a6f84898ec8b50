package linear

import (
	"context"
	"fmt"
	"math"
	"time"

	"nines/bench"
)

// Verdict says whether a history passed a check.
type Verdict string

// The verdicts. Unknown is never a pass.
const (
	OK      Verdict = "ok"
	Illegal Verdict = "illegal"
	Unknown Verdict = "unknown"
)

// Defaults of [Options].
const (
	DefaultSearchTime   = 10 * time.Second
	DefaultSearchMemory = 256 << 20
)

// Options tune a check. The zero Options are fine.
type Options struct {
	Nodes []string // names by Sample.Node, for explanations; a node without one is "n" and its index

	// What the search may spend on all keys whose values are not unique
	// together; 0 or less means the default. The memory is estimated.
	SearchTime   time.Duration
	SearchMemory int64 // bytes
}

// Result is the outcome of a check.
type Result struct {
	Verdict Verdict
	Why     string // in words; if illegal, a smallest witness with sessions, times and values
	Bad     []int  // indices of the samples of that witness, rising; they are illegal by themselves
	Ops     int    // operations that the verdict is about
	Keys    int    // distinct keys of those
}

// Check decides whether the samples, in any order, are a linearizable history.
// The package comment has the semantics. If several keys are illegal, the
// witness is of the one that went wrong first. Check does not change samples;
// a subset that holds whole keys may be checked alone.
func Check(ctx context.Context, samples []bench.Sample, opts Options) Result {
	writes, why, bad := validate(samples)
	if why != "" {
		return Result{Verdict: Unknown, Why: why, Bad: bad}
	}
	h := newHistory(samples, writes, opts.Nodes)
	for _, phase := range []func(){h.addWrites, h.addReads, h.chain, h.order} {
		if err := ctx.Err(); err != nil {
			return Result{Verdict: Unknown, Why: "the check was given up: " + err.Error()}
		}
		phase()
	}
	undecided := h.search(ctx, opts)

	r := Result{Verdict: OK, Ops: h.ops, Keys: h.keys}
	switch {
	case h.illegal > 0:
		r.Verdict = Illegal
		r.Why, r.Bad = h.flaw.explain()
		if h.illegal > 1 {
			r.Why += fmt.Sprintf("; %d keys are illegal in all", h.illegal)
		}
	case undecided != "":
		r.Verdict, r.Why = Unknown, undecided
	default:
		r.Why = fmt.Sprintf("%d operations on %d keys have a legal order", r.Ops, r.Keys)
	}
	return r
}

// validate counts the writes, or says what makes the samples no history.
func validate(samples []bench.Sample) (writes int, why string, bad []int) {
	if len(samples) > math.MaxInt32 {
		return 0, fmt.Sprintf("%d samples are more than can be checked at once: check them by key", len(samples)), nil
	}
	for i := range samples {
		s := &samples[i]
		switch {
		case s.Outcome < bench.OK || s.Outcome > bench.Dropped:
			return 0, fmt.Sprintf("sample %d has the outcome %v", i, s.Outcome), []int{i}
		case s.Kind < bench.Read || s.Kind > bench.CAS:
			return 0, fmt.Sprintf("sample %d is of the kind %v", i, s.Kind), []int{i}
		case s.Outcome == bench.OK && (s.Done < s.Sent || s.Done == bench.Never):
			return 0, fmt.Sprintf("sample %d was answered at %d ns although sent at %d ns", i, s.Done, s.Sent), []int{i}
		}
		if takesPart(s) && writesValue(s) {
			writes++
		}
	}
	return writes, "", nil
}

// takesPart reports whether s may have had an effect, or tells something.
func takesPart(s *bench.Sample) bool {
	switch s.Outcome {
	case bench.OK:
		return true
	case bench.Unknown:
		return s.Kind != bench.Read && !swapsForItself(s)
	}
	return false
}

// writesValue reports whether s, which takes part, wrote Arg, or may have.
func writesValue(s *bench.Sample) bool {
	switch s.Kind {
	case bench.Write:
		return true
	case bench.CAS:
		return (s.Outcome == bench.Unknown || s.Result == s.Expect) && !swapsForItself(s)
	}
	return false
}

// swapsForItself reports whether s is a compare-and-swap that changes nothing:
// it is a read.
func swapsForItself(s *bench.Sample) bool { return s.Kind == bench.CAS && s.Arg == s.Expect }

// done is when s had taken effect at the latest.
func done(s *bench.Sample) time.Duration {
	if s.Outcome == bench.Unknown {
		return bench.Never
	}
	return s.Done
}
