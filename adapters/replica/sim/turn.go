package sim

import (
	"time"

	"nines/adapters/replica/step"
)

// turn is what has come for a node that is busy, under Run.
type turn struct {
	until   time.Duration // it is busy
	planned bool          // a step with in
	in      step.Input
}

func (r *run) tick(n *node) {
	r.after(r.c.cfg.Tick, func() { r.tick(n) })
	if n.up {
		r.arrive(n, step.Input{Ticks: 1})
	}
}

// arrive gives a node input: at once, or in its next step if it is still at the
// last one.
func (r *run) arrive(n *node, in step.Input) {
	t := &n.turn
	if !t.planned && r.c.now >= t.until {
		n.step(in)
		n.turn.until = r.c.now + r.cfg.Think
		return
	}
	t.in.Ticks += in.Ticks
	t.in.Messages = append(t.in.Messages, in.Messages...)
	t.in.Calls = append(t.in.Calls, in.Calls...)
	t.in.Saved = max(t.in.Saved, in.Saved)
	if t.planned {
		return
	}
	t.planned = true
	life := n.lives
	r.at(t.until, func() {
		if !n.up || n.lives != life {
			return
		}
		in := n.turn.in
		n.turn = turn{until: r.c.now + r.cfg.Think}
		n.step(in)
	})
}
