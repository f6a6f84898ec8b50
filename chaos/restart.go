package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"nines/bench"
)

// restartNodes stops the nodes and starts them again: all at once, or rolling, one
// after the other.
func restartNodes(ctx context.Context, t Target, f *fault, on [][]int) (Injected, error) {
	r := &roll{cluster: t.Cluster, downs: t.downs, down: f.amount.d, inTurn: f.on[0].role == rolling, before: make(map[string]bench.Status)}
	r.nodes = named(t.Cluster.Nodes(), on)[0]
	if r.inTurn {
		for n := range slices.Chunk(r.nodes, 1) {
			r.groups = append(r.groups, n)
		}
	} else {
		r.groups = [][]string{r.nodes}
	}
	if err := r.stop(ctx, r.groups[0]); err != nil {
		return nil, errors.Join(err, r.start(context.WithoutCancel(ctx)))
	}
	r.work = begin(r.run)
	return r, nil
}

// roll is nodes that are restarted, group by group.
type roll struct {
	cluster bench.Cluster
	downs   *downs
	down    time.Duration // that each group stays so
	inTurn  bool
	nodes   []string
	groups  [][]string
	work    *work

	// Of the goroutine, until it is over:
	held     []string                // are stopped
	back     []string                // were restarted
	before   map[string]bench.Status // of those that are held, when they were stopped
	longest  time.Duration           // between the stop of a group and its being ready
	stopped  time.Time
	failed   error // a node could not be stopped
	finished bool  // healed
}

func (r *roll) Nodes() []string { return r.nodes }

func (r *roll) stop(ctx context.Context, group []string) error {
	r.stopped = time.Now()
	for _, n := range group {
		r.before[n] = r.status(n)
		if _, err := r.downs.hold(ctx, r.cluster.(Killer), n); err != nil {
			return fmt.Errorf("restart: kill %s: %w", n, err)
		}
		r.held = append(r.held, n)
	}
	return nil
}

// start starts those that are stopped.
func (r *roll) start(ctx context.Context) error {
	var errs []error
	for _, n := range slices.Clone(r.held) {
		end, err := r.downs.free(ctx, r.cluster.(Killer), n, false)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		r.held = slices.DeleteFunc(r.held, func(h string) bool { return h == n })
		if end.runs {
			r.back = append(r.back, n)
		}
	}
	return errors.Join(errs...)
}

func (r *roll) run(ctx, over context.Context) {
	for i, g := range r.groups {
		if i > 0 {
			if over.Err() != nil {
				return
			}
			if r.failed = r.stop(ctx, g); r.failed != nil {
				return
			}
		}
		pause(over, r.down)
		if r.start(ctx) != nil || !r.ready(over, g) { // Heal tries again
			return
		}
		r.longest = max(r.longest, time.Since(r.stopped))
	}
}

// ready waits until each node of the group knows who leads, if it did before, and
// has applied what it had when it was stopped, and what that leader had committed
// when the node came to know it.
func (r *roll) ready(over context.Context, group []string) bool {
	if _, tells := r.cluster.(bench.Inspector); !tells {
		return over.Err() == nil
	}
	for _, n := range group {
		s := r.status(n)
		for !s.Up || r.before[n].Leader != "" && s.Leader == "" {
			if !pause(over, leaderPoll) {
				return false
			}
			s = r.status(n)
		}
		goal := r.before[n].Applied
		if s.Leader != n { // else it has a log of its own
			goal = max(goal, r.status(s.Leader).Committed)
		}
		for r.status(n).Applied < goal {
			if !pause(over, leaderPoll) {
				return false
			}
		}
	}
	return true
}

func (r *roll) status(node string) bench.Status {
	if c, ok := r.cluster.(bench.Inspector); ok {
		return c.Status(node)
	}
	return bench.Status{}
}

// Heal ends the roll: the next node is not touched, and the one in hand is
// started.
func (r *roll) Heal(ctx context.Context) error {
	if r.finished {
		return nil
	}
	if err := r.work.end(ctx); err != nil {
		return fmt.Errorf("restart: %w", err)
	}
	if err := r.start(ctx); err != nil {
		return err
	}
	r.finished = true
	return r.failed
}

// Evidence is such as "3 of 3 nodes restarted in turn (n1 n2 n3), ready within
// 1.20 s". A roll that was healed before it came round has bitten.
func (r *roll) Evidence() string {
	if len(r.back) == 0 || !r.inTurn && len(r.back) < len(r.nodes) {
		return ""
	}
	turn := ""
	if r.inTurn {
		turn = " in turn"
	}
	text := fmt.Sprintf("%d of %s restarted%s (%s)", len(r.back), plural(len(r.nodes), "node"), turn, strings.Join(r.back, " "))
	if r.longest > 0 {
		text += fmt.Sprintf(", ready within %s of being stopped", seconds(r.longest))
	}
	return text
}
