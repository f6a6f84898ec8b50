package chaos

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// A Composition is a way to make a fault of several, for help texts. F and G stand
// for faults.
type Composition struct {
	Usage, Does, Example string
}

const oneOfName = "one-of"

// Compositions lists the ways to make a fault of several. At, which is a [Kind],
// goes with the first only.
func Compositions() []Composition {
	return []Composition{
		{
			"F + G", "both faults at once, on targets that are chosen together",
			"kill(follower) + slow-sync(leader, 20ms)",
		},
		{
			"F, G or F for 2s, G", "one after the other within the for of the step, each healed before the next is injected; what does not say how long shares the time that is left. " +
				"Targets are chosen for each when its turn comes",
			"kill(leader) for 2s, partition(leader | rest)",
		},
		{
			"one-of(F, G)", "one of the faults, as the seed picks at each injection: the same for every system, except that one which a system cannot suffer gives way to the next",
			"one-of(kill(leader), isolate(leader))",
		},
		{
			"each-of(F, G)", "one of the faults at each injection of a step with every or episodes: each once before one comes again, in an order that the seed draws, the same for every system",
			"each-of(kill(leader), isolate(leader))",
		},
	}
}

// A sequence is stages, of which there are two or more, one after the other.
type sequence []stage

// stage is a fault within a sequence.
type stage struct {
	fault Fault         // a *fault, together or oneOf
	lasts time.Duration // 0: an equal share of what the others leave
}

// A oneOf is alternatives, of which the seed picks one; there are two or more.
type oneOf []Fault

func (s sequence) String() string {
	var parts []string
	for _, st := range s {
		text := st.fault.String()
		if st.lasts > 0 {
			text += " for " + st.lasts.String()
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

func (s sequence) Needs() Caps {
	var needs Caps
	for _, st := range s {
		needs |= st.fault.Needs()
	}
	return needs
}

// spoken is how long the stages say that they last, in total, and how many do not.
func (s sequence) spoken() (total time.Duration, silent int) {
	for _, st := range s {
		total += st.lasts
		if st.lasts == 0 {
			silent++
		}
	}
	return total, silent
}

// problem says why the stages do not fit into the time of the step.
func (s sequence) problem(within time.Duration) string {
	total, silent := s.spoken()
	switch {
	case total < 0: // more than can be counted
		return fmt.Sprintf("the parts of the fault last longer than %v", within)
	case silent > 0 && total+time.Duration(silent) > within:
		return fmt.Sprintf("%v leaves no time for %s that %s not say how long: the others last %v together",
			within, plural(silent, "part"), doOrDoes(silent), total)
	case silent == 0 && total != within:
		return fmt.Sprintf("%v, and the parts of the fault last %v together: want for: %v, or a part that does not say how long", within, total, total)
	}
	return ""
}

func doOrDoes(n int) string {
	if n == 1 {
		return "does"
	}
	return "do"
}

// shares is how long each stage lasts. What division leaves over goes to the last.
func (s sequence) shares(within time.Duration) []time.Duration {
	total, silent := s.spoken()
	left := within - total
	var all []time.Duration
	for _, st := range s {
		d := st.lasts
		if d == 0 {
			d = left / time.Duration(silent)
			left, silent = left-d, silent-1
		}
		all = append(all, d)
	}
	return all
}

// Inject injects the first stage. [Run] goes on to the others.
func (s sequence) Inject(ctx context.Context, t Target) (Injected, error) {
	if t.downs == nil {
		t.downs = newDowns()
	}
	q := &inSequence{stages: s, target: t}
	for range s { // all now, so that one stage draws the same whatever another did
		q.rands = append(q.rands, own(t.Rand))
	}
	if err := q.next(ctx); err != nil {
		return nil, err
	}
	q.target.begin = nil // only the first one begins the fault
	return q, nil
}

// own returns a random source that is independent of what is drawn from r later.
func own(r *rand.Rand) *rand.Rand { return rand.New(rand.NewPCG(r.Uint64(), r.Uint64())) }

// inSequence is a sequence of which one stage is in force, or none between two.
type inSequence struct {
	stages sequence
	target Target
	rands  []*rand.Rand // of each stage
	over   []Injected   // the stages that have been healed
	now    Injected     // nil: none
}

// next injects the next stage; the one before it has been healed.
func (q *inSequence) next(ctx context.Context) error {
	i := len(q.over)
	t := q.target
	t.Rand = q.rands[i]
	in, err := q.stages[i].fault.Inject(ctx, t)
	if err != nil {
		return fmt.Errorf("%s: %w", q.stages[i].fault, err)
	}
	q.now = in
	return nil
}

func (q *inSequence) all() injectedParts {
	all := slices.Clone(q.over)
	if q.now != nil {
		all = append(all, q.now)
	}
	return all
}

func (q *inSequence) Nodes() []string { return q.all().Nodes() }

// Heal ends the stage that is in force.
func (q *inSequence) Heal(ctx context.Context) error {
	if q.now == nil {
		return nil
	}
	if err := q.now.Heal(ctx); err != nil {
		return err
	}
	q.over, q.now = append(q.over, q.now), nil
	return nil
}

// Evidence is that of all stages, such as "n1 was down 2.00 s, then restarted; 12
// messages dropped …". There is none before all have ended.
func (q *inSequence) Evidence() string {
	if len(q.over) < len(q.stages) {
		return ""
	}
	return injectedParts(q.over).Evidence()
}

func (o oneOf) String() string {
	return written(oneOfName, o)
}

// Needs is what all alternatives need; a cluster that offers less picks among
// those that it can suffer.
func (o oneOf) Needs() Caps {
	var needs Caps
	for _, f := range o {
		needs |= f.Needs()
	}
	return needs
}

// Inject injects the first alternative that the cluster can suffer, in an order
// that the seed alone decides.
func (o oneOf) Inject(ctx context.Context, t Target) (Injected, error) {
	order := t.Rand.Perm(len(o))
	t.Rand = own(t.Rand)
	var cannot error
	for _, i := range order {
		if err := unable(t.Cluster, o[i]); err != nil {
			cannot = cmp.Or(cannot, fmt.Errorf("%s: %w", o[i], err))
			continue
		}
		in, err := o[i].Inject(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o[i], err)
		}
		return &pickedOne{in, o[i]}, nil
	}
	return nil, errors.Join(errors.New("the cluster can suffer none of them"), cannot)
}

// pickedOne is the alternative that the seed has picked.
type pickedOne struct {
	Injected
	fault Fault
}

// picked says which alternatives were picked, in the order in which they struck;
// it is empty if there was no choice.
func picked(in Injected) string {
	switch in := in.(type) {
	case *pickedOne:
		return in.fault.String()
	case *inSequence:
		var all []string
		for _, p := range in.all() {
			if text := picked(p); text != "" {
				all = append(all, text)
			}
		}
		return strings.Join(all, ", ")
	}
	return ""
}
