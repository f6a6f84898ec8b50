package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// crashLoop stops the nodes, starts them at once, and again and again.
func crashLoop(ctx context.Context, t Target, f *fault, on [][]int) (Injected, error) {
	l := &looping{}
	for _, n := range named(t.Cluster.Nodes(), on)[0] {
		c := &crashing{node: n, killer: t.Cluster.(Killer), downs: t.downs, runs: f.amount.d}
		if err := c.crash(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("crash-loop: %w", err), l.Heal(context.WithoutCancel(ctx)))
		}
		c.since = time.Now()
		c.work = begin(c.run)
		l.nodes = append(l.nodes, c)
	}
	return l, nil
}

// looping is nodes that crash again and again, each by itself.
type looping struct{ nodes []*crashing }

func (l *looping) Nodes() []string {
	var nodes []string
	for _, c := range l.nodes {
		nodes = append(nodes, c.node)
	}
	return nodes
}

func (l *looping) Heal(ctx context.Context) error {
	var errs []error
	for _, c := range slices.Backward(l.nodes) {
		errs = append(errs, c.heal(ctx))
	}
	return errors.Join(errs...)
}

// Evidence is such as "n1 crashed 8 times in 4.00 s".
func (l *looping) Evidence() string {
	var all []string
	for _, c := range l.nodes {
		if c.crashes == 0 || !c.healed {
			return ""
		}
		text := fmt.Sprintf("%s crashed %s in %s", c.node, plural(c.crashes, "time"), seconds(c.lasted))
		if c.failed > 0 {
			text += fmt.Sprintf("; %d of its restarts or kills failed, the last one: %v", c.failed, c.why)
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

// crashing is one such node.
type crashing struct {
	node   string
	killer Killer
	downs  *downs
	runs   time.Duration // between two crashes
	work   *work
	since  time.Time
	healed bool
	lasted time.Duration

	// Of the goroutine, until it is over:
	held    bool // is stopped
	crashes int  // that were this fault's doing
	failed  int  // restarts
	why     error
}

func (c *crashing) crash(ctx context.Context) error {
	stopped, err := c.downs.hold(ctx, c.killer, c.node)
	if err != nil {
		return fmt.Errorf("kill %s: %w", c.node, err)
	}
	c.held = true
	if stopped {
		c.crashes++
	}
	return nil
}

func (c *crashing) start(ctx context.Context) error {
	if !c.held {
		return nil
	}
	if _, err := c.downs.free(ctx, c.killer, c.node, false); err != nil {
		return err
	}
	c.held = false
	return nil
}

// run goes on although a restart fails, as whatever watches over a node does.
func (c *crashing) run(ctx, over context.Context) {
	for {
		if err := c.start(ctx); err != nil {
			c.failed++
			c.why = err
		}
		if !pause(over, c.runs) {
			return
		}
		if c.held {
			continue
		}
		if err := c.crash(ctx); err != nil {
			c.failed++
			c.why = err
		}
	}
}

func (c *crashing) heal(ctx context.Context) error {
	if c.healed {
		return nil
	}
	if err := c.work.end(ctx); err != nil {
		return fmt.Errorf("crash-loop of %s: %w", c.node, err)
	}
	c.lasted = time.Since(c.since)
	if err := c.start(ctx); err != nil {
		return err
	}
	c.healed = true
	return nil
}
