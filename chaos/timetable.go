package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// turns tells what a fault does next, and how long after the turn before it.
// False: nothing more. The first turn comes when the fault is injected.
type turns func() (after time.Duration, t turn, ok bool)

// shortestTurn bounds how often a timetable changes something.
const shortestTurn = time.Millisecond

// hurtInTurns hurts links by a timetable of the fault's own. It has a random
// source of its own too, since parts of a fault turn side by side.
func hurtInTurns(of func(r *rand.Rand, f *fault, on [][]int, n int) turns) func(context.Context, Target, *fault, [][]int) (Injected, error) {
	return func(ctx context.Context, t Target, f *fault, on [][]int) (Injected, error) {
		h := newHurtNetwork(t, f, on)
		next := of(rand.New(rand.NewPCG(t.Rand.Uint64(), t.Rand.Uint64())), f, on, len(h.names))
		_, first, _ := next()
		in, err := h.begin(ctx, first)
		if err != nil {
			return nil, err
		}
		h.table = newTimetable(next, h.take)
		return in, nil
	}
}

// A timetable takes turns until it is ended, the first of which has been taken.
type timetable struct {
	work *work

	// Of the goroutine, until it is over:
	taken int   // turns
	err   error // of a turn
}

func newTimetable(next turns, take func(turn) error) *timetable {
	t := &timetable{taken: 1}
	t.work = begin(func(_, over context.Context) {
		for at := time.Now(); ; {
			after, turn, ok := next()
			at = at.Add(after) // so that delays of the process do not add up
			if !ok || !pause(over, time.Until(at)) {
				return
			}
			if t.err = take(turn); t.err != nil {
				return
			}
			t.taken++
		}
	})
	return t
}

var errStillTurning = errors.New("a change of links does not come to an end")

// end stops the timetable and waits for it. It returns what went wrong meanwhile,
// once.
func (t *timetable) end(ctx context.Context) error {
	if err := t.work.end(ctx); err != nil {
		return fmt.Errorf("%w: %w", errStillTurning, err)
	}
	err := t.err
	t.err = nil
	return err
}

// tally is such as ", in 14 turns".
func (t *timetable) tally() string {
	if t.taken == 1 {
		return ""
	}
	return ", in " + plural(t.taken, "turn")
}

// tooShort returns the part of a fault with a timetable that would not come to its
// second turn in the time that it has, and what that must exceed; nil: there is none.
func tooShort(f Fault, within time.Duration) (part Fault, least time.Duration) {
	switch f := f.(type) {
	case sequence:
		if f.problem(within) != "" {
			return nil, 0
		}
		for i, share := range f.shares(within) {
			if part, least := tooShort(f[i].fault, share); part != nil {
				return part, least
			}
		}
	case eachOf:
		return tooShort(oneOf(f), within)
	case oneOf:
		for _, alternative := range f {
			if part, least := tooShort(alternative, within); part != nil {
				return part, least
			}
		}
	default:
		for _, p := range partsOf(f) {
			if p.kind.least != nil && within <= p.kind.least(p.amount) {
				return f, p.kind.least(p.amount)
			}
		}
	}
	return nil, 0
}
