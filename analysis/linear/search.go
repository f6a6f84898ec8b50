package linear

import (
	"context"
	"fmt"
	"time"

	"github.com/anishathalye/porcupine"

	"nines/bench"
)

// search decides the keys that are outside the fast check. It returns why it
// could not, or "".
func (h *history) search(ctx context.Context, opts Options) (undecided string) {
	byKey := h.misfits()
	if len(byKey) == 0 {
		return ""
	}
	b := newBudget(ctx, opts)
	for root := range h.clusters { // in a fixed order
		ops := byKey[int32(root)]
		if ops == nil {
			continue
		}
		w := &h.samples[h.clusters[root].misfit]
		reason := fmt.Sprintf("key %d has no unique values (%d was written more than once)", w.Key, w.Arg)
		if w.Arg == bench.IdleValue {
			reason = fmt.Sprintf("key %d was written the value %d, which stands for an absent key", w.Key, w.Arg)
		}
		switch legal, why := b.linearizable(h.operations(ops)); {
		case why != "":
			undecided = fmt.Sprintf("%s, and a search over its %d operations was given up: %s", reason, len(ops), why)
		case !legal:
			h.unsearchable(int32(root), reason, ops)
		}
	}
	return undecided
}

// unsearchable condemns a key since no order of its operations is legal.
func (h *history) unsearchable(root int32, reason string, ops []int32) {
	h.clusters[root].fate = open
	var at time.Duration = always
	for _, op := range ops {
		at = max(at, h.samples[op].Sent)
	}
	h.condemn(root, at, func() (string, []int) {
		bad := make([]int, len(ops))
		for i, op := range ops {
			bad[i] = int(op)
		}
		return fmt.Sprintf("%s: none of the orders of its %d operations explains what they found", reason, len(ops)), bad
	})
}

// misfits returns the operations of each key that must be searched, by root.
func (h *history) misfits() map[int32][]int32 {
	byKey := map[int32][]int32{}
	for c := range h.clusters {
		if h.clusters[c].root == int32(c) && h.clusters[c].fate == searched {
			byKey[int32(c)] = nil
		}
	}
	if len(byKey) == 0 {
		return nil
	}
	for i := range h.samples {
		s := &h.samples[i]
		if !takesPart(s) {
			continue
		}
		if root := h.root(s.Key); h.clusters[root].fate == searched {
			byKey[root] = append(byKey[root], int32(i))
		}
	}
	return byKey
}

// operations translates the operations of one key for the search. Unanswered
// ones without evidence are left out, as the package comment argues. The others
// end with the first evidence where it is certain whose value was found: that
// excludes no order, since the evidence follows them in each. The rest have no
// end, and an order in which one never takes effect is one in which it comes
// last, where the model allows it whatever the value is.
func (h *history) operations(ops []int32) []porcupine.Operation {
	writers := map[uint64]int{}
	evidence := map[uint64]time.Duration{} // by value: the end of the first that found it
	for _, op := range ops {
		s := &h.samples[op]
		if writesValue(s) {
			writers[s.Arg]++
		}
		if s.Outcome == bench.OK && s.Kind != bench.Write {
			if at, seen := evidence[s.Result]; !seen || s.Done < at {
				evidence[s.Result] = s.Done
			}
		}
	}
	for more := true; more; { // an unanswered swap with evidence is evidence of what it found
		more = false
		for _, op := range ops {
			s := &h.samples[op]
			if s.Outcome != bench.Unknown || s.Kind != bench.CAS {
				continue
			}
			_, seen := evidence[s.Arg]
			if _, has := evidence[s.Expect]; seen && !has {
				evidence[s.Expect], more = bench.Never, true
			}
		}
	}
	var out []porcupine.Operation
	for _, op := range ops {
		s := &h.samples[op]
		end := done(s)
		if s.Outcome == bench.Unknown {
			at, seen := evidence[s.Arg]
			if !seen {
				continue
			}
			if writers[s.Arg] == 1 && s.Arg != bench.IdleValue {
				end = at
			}
		}
		if end < s.Sent {
			end = s.Sent // the value was found before this could write it: still illegal
		}
		out = append(out, porcupine.Operation{ClientId: int(op), Input: s, Call: int64(s.Sent), Return: int64(end)})
	}
	return out
}

// register is the sequential behaviour of one key. Its input is a *bench.Sample.
func register() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return bench.IdleValue },
		Hash: func(state any) uint64 { return pair{value: state.(uint64)}.hash() },
		Step: func(state, input, _ any) (bool, any) {
			value, s := state.(uint64), input.(*bench.Sample)
			if s.Outcome == bench.OK && s.Kind != bench.Write && s.Result != value {
				return false, state
			}
			if s.Kind == bench.Write || s.Kind == bench.CAS && s.Expect == value {
				return true, s.Arg
			}
			return true, state
		},
	}
}

// A budget is what searches may spend together.
type budget struct {
	ctx    context.Context
	until  time.Time
	memory int64 // bytes, for one search
}

func newBudget(ctx context.Context, opts Options) *budget {
	if opts.SearchTime <= 0 {
		opts.SearchTime = DefaultSearchTime
	}
	if opts.SearchMemory <= 0 {
		opts.SearchMemory = DefaultSearchMemory
	}
	return &budget{ctx, time.Now().Add(opts.SearchTime), opts.SearchMemory}
}

// linearizable searches a legal order, or says why it gave up.
//
// The search remembers every set of operations that it found legal, which costs
// a bit for each operation, and some 200 bytes. When the budget is spent the
// model refuses every step, so that the search unwinds and ends: it leaves no
// goroutine behind, as it would if it were given a timeout.
func (b *budget) linearizable(ops []porcupine.Operation) (legal bool, why string) {
	cost := int64(len(ops)/8 + 200)
	var spent int64
	var steps int
	model := register()
	step := model.Step
	model.Step = func(state, input, output any) (bool, any) {
		if steps++; steps%1024 == 1 && why == "" {
			why = b.exceeded()
		}
		if why != "" {
			return false, state
		}
		ok, next := step(state, input, output)
		if ok {
			if spent += cost; spent > b.memory {
				why = fmt.Sprintf("it needs more than %d MB", b.memory>>20)
			}
		}
		return ok, next
	}
	if int64(len(ops))*cost > b.memory { // even without one wrong turn
		return false, fmt.Sprintf("it needs more than %d MB", b.memory>>20)
	}
	legal = porcupine.CheckOperations(model, ops)
	return legal && why == "", why
}

func (b *budget) exceeded() string {
	if err := b.ctx.Err(); err != nil {
		return err.Error()
	}
	if time.Now().After(b.until) {
		return "its time was over"
	}
	return ""
}
