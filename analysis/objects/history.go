package objects

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"nines/analysis/linear"
	"nines/bench"
)

// An op is an operation on an object that may have had an effect, or tells
// something.
type op struct {
	sample     int32
	kind       bench.Kind // of the micro-operation, or Read
	key        uint64
	arg        uint64
	found      bench.Found   // of an answered one
	sent, done time.Duration // done is Never if it was not answered
	final      bool
}

func (o *op) answered() bool { return o.done != bench.Never }

// before reports whether a was done before b was sent.
func (o *op) before(b *op) bool { return o.done < b.sent }

// A history is the operations on the objects of one kind, key by key, each in
// the order in which they were sent.
type history struct {
	samples []bench.Sample
	nodes   []string
	ops     []op
}

// newHistory picks the operations on keys that transactions with the given
// micro-operations use. why says what makes them no history.
func newHistory(samples []bench.Sample, records []bench.TxnRecord, opts linear.Options, kinds ...bench.Kind) (h *history, why string) {
	if len(samples) > math.MaxInt32 {
		return nil, fmt.Sprintf("%d samples are more than can be checked at once: check them by key", len(samples))
	}
	h = &history{samples: samples, nodes: opts.Nodes}
	byID := make(map[uint64]*bench.TxnRecord, len(records))
	used := map[uint64]bool{}
	for i := range records {
		r := &records[i]
		if r.Txn == nil || len(r.Txn.Micros) != 1 || byID[r.ID] != nil {
			continue // not of this package, or told of when it is looked for
		}
		byID[r.ID] = r
		if m := &r.Txn.Micros[0]; slices.Contains(kinds, m.Kind) {
			used[m.Key] = true
		}
	}
	for i := range samples {
		s := &samples[i]
		if s.Outcome != bench.OK && s.Outcome != bench.Unknown || !used[s.Key] {
			continue
		}
		o := op{sample: int32(i), kind: s.Kind, key: s.Key, arg: s.Arg, sent: s.Sent, done: s.Done, final: s.Class == bench.Final}
		o.found.Value = s.Result
		if s.Kind == bench.Transact {
			if why := o.join(s, byID[s.Arg]); why != "" {
				return nil, why
			}
		}
		switch {
		case s.Outcome == bench.Unknown:
			o.done = bench.Never
		case s.Done < s.Sent || s.Done == bench.Never:
			return nil, fmt.Sprintf("sample %d was answered at %d ns although sent at %d ns", i, s.Done, s.Sent)
		}
		if o.answered() || o.kind != bench.Read && o.kind != bench.List {
			h.ops = append(h.ops, o)
		}
	}
	slices.SortFunc(h.ops, func(a, b op) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.sent, b.sent), cmp.Compare(a.sample, b.sample))
	})
	return h, ""
}

// join adds what a transaction's record says.
func (o *op) join(s *bench.Sample, r *bench.TxnRecord) (why string) {
	if r == nil {
		return fmt.Sprintf("transaction %d has no record of the one step that it should have", s.Arg)
	}
	m := &r.Txn.Micros[0]
	o.kind, o.key, o.arg = m.Kind, m.Key, m.Arg
	switch {
	case s.Outcome != bench.OK:
	case r.Reply == nil || len(r.Reply.Found) != 1:
		return fmt.Sprintf("the record of transaction %d does not say what it found", s.Arg)
	default:
		o.found = r.Reply.Found[0]
	}
	return ""
}

// byKey yields the operations of one key after the other.
func (h *history) byKey(yield func(ops []op) bool) {
	for rest := h.ops; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].key == rest[0].key {
			n++
		}
		if !yield(rest[:n]) {
			return
		}
		rest = rest[n:]
	}
}

// A flaw is why a key is illegal: a witness, and the words for it.
type flaw struct {
	ops []*op
	why string
}

// at is when the last operation of the witness was sent.
func (f *flaw) at() time.Duration {
	at := -bench.Never
	for _, o := range f.ops {
		at = max(at, o.sent)
	}
	return at
}

// judge checks the keys one by one. Of several illegal ones it tells of the one
// that went wrong first. unknown says what cannot be decided of a key.
func (h *history) judge(what string, check func(ops []op) (f *flaw, unknown string)) linear.Result {
	r := linear.Result{Verdict: linear.OK}
	var first *flaw
	illegal, undecided := 0, ""
	for ops := range h.byKey {
		r.Keys++
		r.Ops += len(ops)
		f, unknown := check(ops)
		switch {
		case f != nil:
			illegal++
			if first == nil || f.at() < first.at() {
				first = f
			}
		case unknown != "" && undecided == "":
			undecided = fmt.Sprintf("key %d: %s", ops[0].key, unknown)
		}
	}
	switch {
	case first != nil:
		r.Verdict, r.Why = linear.Illegal, fmt.Sprintf("key %d: %s", first.ops[0].key, first.why)
		if illegal > 1 {
			r.Why += fmt.Sprintf("; %d keys are illegal in all", illegal)
		}
		for _, o := range first.ops {
			r.Bad = append(r.Bad, int(o.sample))
		}
		slices.Sort(r.Bad)
		r.Bad = slices.Compact(r.Bad)
	case undecided != "":
		r.Verdict, r.Why = linear.Unknown, undecided
	default:
		r.Why = fmt.Sprintf("%d operations on %d %s have a legal order", r.Ops, r.Keys, what)
	}
	return r
}
