package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"nines/bench"
)

// A Fault is something bad that can be done to a cluster for a while. It is a
// value: the same Fault can be injected many times. [Parse] makes them.
type Fault interface {
	fmt.Stringer // parses back to an equal fault
	// Needs returns what a cluster must offer.
	Needs() Caps
	// Inject resolves the targets and hurts them. After an error nothing is
	// hurt, unless the error says that undoing failed.
	Inject(ctx context.Context, t Target) (Injected, error)
}

// Injected is a fault that is in force.
type Injected interface {
	// Nodes are those that it hit, in the order in which the fault names them.
	Nodes() []string
	// Heal ends the fault. After an error it may be called again, and goes on
	// with what was left; after success it does nothing.
	Heal(ctx context.Context) error
	// Evidence, after healing, says what the fault did, in words for a report.
	// It is empty if the fault, or one of its parts, did nothing.
	Evidence() string
}

// Target is whom to hurt.
type Target struct {
	Cluster bench.Cluster
	Rand    *rand.Rand // decides choices such as any; for this injection alone

	// LeaderWait bounds the wait for a leader where the fault names one and
	// there is none (default 5 s).
	LeaderWait time.Duration

	downs *downs        // which kills hold which nodes down; shared by overlapping faults
	begin func()        // called when the targets are resolved, before any is hurt
	armed func()        // called when the fault waits for its protocol point
	wait  time.Duration // for a protocol point
	at    *Point        // where it strikes; nil: not at a protocol point
}

// A fault is one row of the table of kinds with its targets and its amount.
type fault struct {
	kind   *kind
	on     []selector // the sides, or from and to, or the one target
	arrow  bool       // on is from -> to
	amount amount
}

// An amount is how much of it; which fields have a meaning depends on the kind.
type amount struct {
	d, jitter time.Duration
	percent   float64 // as written, so that it prints as it was read
	rate      int64   // bytes a second
	drift     float64 // of a clock, in percent, as written: below 0 it runs slower
	every     time.Duration
	size      int64 // in bytes
	n         int
}

// A together is faults that are injected at once; it has at least two.
type together []*fault

func (f *fault) Needs() Caps { return f.kind.Needs }

func (f *fault) String() string {
	sep := " | "
	if f.arrow {
		sep = " -> "
	}
	var targets, args []string
	for _, s := range f.on[:len(f.on)-len(f.kind.implied)] {
		targets = append(targets, s.String())
	}
	if len(targets) > 0 {
		args = append(args, strings.Join(targets, sep))
	}
	if f.amount != (amount{}) {
		args = append(args, f.amount.String())
	}
	return f.kind.Name + "(" + strings.Join(args, ", ") + ")"
}

func (a amount) String() string {
	share := strconv.FormatFloat(a.percent, 'f', -1, 64) + "%"
	switch {
	case a.n != 0:
		return strconv.Itoa(a.n)
	case a.rate != 0:
		return rateText(a.rate)
	case a.percent != 0 && a.d != 0:
		return share + ", " + a.d.String()
	case a.percent != 0:
		return share
	case a.drift != 0:
		return plus(a.drift) + "%"
	case a.size != 0:
		return sizeText(a.size)
	case a.every != 0:
		return a.d.String() + ", " + a.every.String()
	case a.jitter != 0:
		return a.d.String() + " ± " + a.jitter.String()
	default:
		return a.d.String()
	}
}

func (f *fault) Inject(ctx context.Context, t Target) (Injected, error) {
	return inject(ctx, t, []*fault{f})
}

func (fs together) String() string {
	parts := make([]string, len(fs))
	for i, f := range fs {
		parts[i] = f.String()
	}
	return strings.Join(parts, " + ")
}

func (fs together) Needs() Caps {
	var needs Caps
	for _, f := range fs {
		needs |= f.kind.Needs
	}
	return needs
}

func (fs together) Inject(ctx context.Context, t Target) (Injected, error) {
	return inject(ctx, t, fs)
}

// partsOf returns the faults that f injects at once; none if it is more than that,
// see simples.
func partsOf(f Fault) []*fault {
	switch f := f.(type) {
	case *fault:
		return []*fault{f}
	case together:
		return f
	case *pointed:
		return partsOf(f.strike)
	}
	return nil
}

// inject resolves the targets of all parts before it hurts the first: once
// kill(leader) has struck, there is no leader to slow down.
func inject(ctx context.Context, t Target, parts []*fault) (Injected, error) {
	if lacks := CapsOf(t.Cluster).Lacks(together(parts).Needs()); lacks != 0 {
		return nil, fmt.Errorf("the cluster does not offer: %s", lacks)
	}
	if t.downs == nil {
		t.downs = newDowns()
	}
	chosen, err := t.resolve(ctx, parts)
	if err != nil {
		return nil, err
	}
	if t.begin != nil {
		t.begin()
	}
	var done injectedParts
	for i, p := range parts {
		in, err := p.kind.hurt(ctx, t, p, chosen[i])
		if err != nil {
			return nil, errors.Join(err, done.Heal(context.WithoutCancel(ctx)))
		}
		done = append(done, in)
	}
	return done, nil
}

// injectedParts heal in reverse order.
type injectedParts []Injected

func (ps injectedParts) Nodes() []string {
	var nodes []string
	for _, p := range ps {
		for _, n := range p.Nodes() {
			if !slices.Contains(nodes, n) {
				nodes = append(nodes, n)
			}
		}
	}
	return nodes
}

func (ps injectedParts) Heal(ctx context.Context) error {
	var errs []error
	for _, p := range slices.Backward(ps) {
		errs = append(errs, p.Heal(ctx))
	}
	return errors.Join(errs...)
}

func (ps injectedParts) Evidence() string {
	var all []string
	for _, p := range ps {
		e := p.Evidence()
		if e == "" {
			return ""
		}
		all = append(all, e)
	}
	return strings.Join(all, "; ")
}
