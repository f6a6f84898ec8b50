package paxos

import (
	"slices"

	"nines/adapters/disk"
	"nines/adapters/replica/step"
	"nines/bench"
)

// Variants with one planted fault each, to calibrate the checkers: each is the
// right machine with something changed at its boundary. They lose what was
// acknowledged, and are of no other use. A fourth needs no code: Config.Reads
// local, sold as linearizable.

// Forgetful makes acceptors that forget on a restart what they have promised:
// another ballot, which a quorum with them in it has ruled out, is accepted.
func Forgetful(right step.New) step.New {
	return wrapped(right, func(m step.Machine) step.Machine { return forgetful{m} })
}

// Omitting makes acceptors whose phase 1b leaves out what they have executed,
// as if that were no longer of interest: a new leader that has not, fills the
// slots with something else.
func Omitting(right step.New) step.New {
	return wrapped(right, func(m step.Machine) step.Machine { return omitting{m} })
}

// Hasty makes leaders that acknowledge a write when they propose it, before any
// quorum has it.
func Hasty(right step.New) step.New {
	return wrapped(right, func(m step.Machine) step.Machine {
		return &hasty{Machine: m, told: make(map[attempt]bool)}
	})
}

func wrapped(right step.New, wrap func(step.Machine) step.Machine) step.New {
	return func(env step.Config) (step.Machine, error) {
		m, err := right(env)
		if err != nil {
			return nil, err
		}
		return wrap(m), nil
	}
}

type forgetful struct{ step.Machine }

// Recover drops the promises from what was on disk.
func (f forgetful) Recover(s step.Stable) error {
	s.Records = slices.DeleteFunc(slices.Clone(s.Records), func(r disk.Record) bool { return r.Kind == recordPromise })
	if err := f.Machine.Recover(s); err != nil {
		return err
	}
	if n, ok := f.Machine.(*node); ok {
		n.promised = 0 // what was accepted would tell it
	}
	return nil
}

type omitting struct{ step.Machine }

// Step strips what is executed from the promises that are sent.
func (o omitting) Step(in step.Input, out *step.Output) {
	o.Machine.Step(in, out)
	for i := range out.Send {
		p, ok := out.Send[i].Body.(*promise)
		if !ok {
			continue
		}
		bare := &promise{Ballot: p.Ballot, After: p.After, To: p.To}
		for _, v := range p.Values {
			if v.Slot > p.Commit {
				bare.Values = append(bare.Values, v)
			}
		}
		out.Send[i].Body, out.Send[i].Size = bare, bare.size()
	}
}

// attempt identifies a call.
type attempt struct{ session, number uint64 }

type hasty struct {
	step.Machine
	told map[attempt]bool // calls that were answered, and not yet by the right machine
}

// Step answers the writes that the machine has taken.
func (h *hasty) Step(in step.Input, out *step.Output) {
	h.Machine.Step(in, out)
	refused := make(map[attempt]bool)
	out.Replies = slices.DeleteFunc(out.Replies, func(r step.Reply) bool {
		a := attempt{r.Call.Session, r.Call.Attempt}
		late := h.told[a]
		delete(h.told, a)
		refused[a] = !late
		return late
	})
	for i := range in.Calls {
		c := &in.Calls[i]
		a := attempt{c.Session, c.Attempt}
		if c.Op.Kind == bench.Write && !refused[a] {
			h.told[a] = true
			out.Replies = append(out.Replies, step.Reply{Call: *c})
		}
	}
}
