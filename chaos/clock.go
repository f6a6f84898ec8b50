package chaos

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

func skewClocks(ctx context.Context, t Target, f *fault, on [][]int) (Injected, error) {
	return bendClocks(ctx, t, f, on, ClockFault{Offset: f.amount.d})
}

func driftClocks(ctx context.Context, t Target, f *fault, on [][]int) (Injected, error) {
	return bendClocks(ctx, t, f, on, ClockFault{Rate: f.amount.drift / 100})
}

// strobeClocks sets the clocks forward and back in turn.
func strobeClocks(ctx context.Context, t Target, f *fault, on [][]int) (Injected, error) {
	in, err := skewClocks(ctx, t, f, on)
	if err != nil {
		return nil, err
	}
	b := in.(*bent)
	b.work = begin(func(_, over context.Context) {
		for pause(over, f.amount.every) {
			if b.hurts() {
				b.straighten()
			} else if b.failed = b.bend(); b.failed != nil {
				return
			}
		}
	})
	return b, nil
}

func bendClocks(ctx context.Context, t Target, f *fault, on [][]int, how ClockFault) (Injected, error) {
	b := &bent{fault: f, clocks: t.Cluster.(Clocker), how: how, nodes: named(t.Cluster.Nodes(), on)[0]}
	b.total = make([]ClockHarm, len(b.nodes))
	b.since = time.Now()
	if err := b.bend(); err != nil {
		return nil, err
	}
	return b, nil
}

// bent is nodes whose clocks are wrong.
type bent struct {
	fault  *fault
	clocks Clocker
	how    ClockFault
	nodes  []string
	since  time.Time
	lasted time.Duration
	work   *work // of a strobe
	healed bool

	// Of the goroutine, until it is over:
	heal   []func() ClockHarm // of each node in order; none while they are right
	total  []ClockHarm        // of each node
	jumps  int
	failed error
}

func (b *bent) hurts() bool { return len(b.heal) > 0 }

func (b *bent) bend() error {
	b.jumps++
	for _, n := range b.nodes {
		heal, err := b.clocks.HurtClock(n, b.how)
		if err != nil {
			b.straighten()
			return fmt.Errorf("%s %s: %w", b.fault.kind.Name, n, err)
		}
		b.heal = append(b.heal, heal)
	}
	return nil
}

func (b *bent) straighten() {
	for i, heal := range slices.Backward(b.heal) {
		harm := heal()
		b.total[i].Readings += harm.Readings
		b.total[i].Ahead += harm.Ahead
	}
	b.heal = nil
}

func (b *bent) Nodes() []string { return b.nodes }

func (b *bent) Heal(ctx context.Context) error {
	if b.healed {
		return nil
	}
	if b.work != nil {
		if err := b.work.end(ctx); err != nil {
			return fmt.Errorf("%s: %w", b.fault.kind.Name, err)
		}
	}
	b.straighten()
	b.healed, b.lasted = true, time.Since(b.since)
	return b.failed
}

// Evidence is such as "n1 read its clock 812 times while it was 200ms ahead" or
// "the clock of n1 fell 800 ms behind in 4.00 s".
func (b *bent) Evidence() string {
	var all []string
	for i, n := range b.nodes {
		h := b.total[i]
		if h.Readings == 0 || !b.healed {
			return ""
		}
		all = append(all, b.did(n, h))
	}
	return strings.Join(all, "; ")
}

func (b *bent) did(node string, h ClockHarm) string {
	off, where := b.how.Offset, "ahead"
	if b.how.Rate != 0 {
		off = h.Ahead
	}
	if off < 0 {
		off, where = -off, "behind"
	}
	if b.how.Rate != 0 {
		return fmt.Sprintf("the clock of %s came to be %s %s in %s", node, seconds(off), where, seconds(b.lasted))
	}
	often := ""
	if b.work != nil {
		often = fmt.Sprintf(", which came %s in %s", plural(b.jumps, "time"), seconds(b.lasted))
	}
	return fmt.Sprintf("%s read its clock %s times while it was %v %s%s", node, thousands(h.Readings), off, where, often)
}
