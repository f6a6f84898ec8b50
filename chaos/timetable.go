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
		h.table = &timetable{stop: make(chan struct{}), done: make(chan struct{}), taken: 1}
		go h.table.walk(next, h.take)
		return in, nil
	}
}

// A timetable takes turns until it is ended, in a goroutine that belongs to the
// fault.
type timetable struct {
	stop, done chan struct{}
	stopped    bool  // stop is closed
	taken      int   // turns; read when done is closed
	err        error // of a turn; likewise
}

func (t *timetable) walk(next turns, take func(turn) error) {
	defer close(t.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for at := time.Now(); ; {
		after, turn, ok := next()
		if !ok {
			return
		}
		at = at.Add(after) // so that delays of the process do not add up
		timer.Reset(time.Until(at))
		select {
		case <-t.stop:
			return
		case <-timer.C:
		}
		if t.err = take(turn); t.err != nil {
			return
		}
		t.taken++
	}
}

var errStillTurning = errors.New("a change of links does not come to an end")

// end stops the timetable and waits for it. It returns what went wrong meanwhile,
// once.
func (t *timetable) end(ctx context.Context) error {
	if !t.stopped {
		t.stopped = true
		close(t.stop)
	}
	select {
	case <-t.done:
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", errStillTurning, context.Cause(ctx))
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
