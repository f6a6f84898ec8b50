package chaos

import (
	"context"
	"strings"
)

const eachOfName = "each-of"

// An eachOf is faults that a step goes through, one at each of its injections; there
// are two or more. What strikes is one of them: see [Expand].
type eachOf []Fault

// turn is the fault of the n-th injection of a step: every fault comes once before
// one comes again, each time in an order that the seed decides, the same for every
// system.
func (e eachOf) turn(seed, step, n uint64) Fault {
	round := n / uint64(len(e))
	order := stream(mix(seed+2), step, round).Perm(len(e))
	return e[order[n%uint64(len(e))]]
}

// faultOf is the fault of the n-th injection of a step.
func (s Step) faultOf(seed uint64, step, n int) Fault {
	if e, ok := s.Fault.(eachOf); ok {
		return e.turn(seed, uint64(step), uint64(n))
	}
	return s.Fault
}

func (e eachOf) String() string { return written(eachOfName, e) }

// Needs is what all of them need together. An injection of one that a cluster cannot
// suffer is n/a.
func (e eachOf) Needs() Caps { return oneOf(e).Needs() }

// Inject injects one of them, as a choice does: outside of a schedule there are no
// turns.
func (e eachOf) Inject(ctx context.Context, t Target) (Injected, error) {
	return oneOf(e).Inject(ctx, t)
}

// written is a name with faults as its arguments.
func written(name string, faults []Fault) string {
	parts := make([]string, len(faults))
	for i, f := range faults {
		parts[i] = f.String()
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}
