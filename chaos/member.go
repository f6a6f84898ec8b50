package chaos

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"nines/bench"
)

// A Memberer changes who belongs to its cluster, while that runs. What they return
// is the members of the new configuration, by names that no two nodes ever share:
// one that was emptied is another member than before, even in the same place.
type Memberer interface {
	// Join has an empty node take the place of the named one, as a new member.
	// Whoever is in that place leaves the configuration and is stopped. It
	// returns when the configuration is in force and the new node runs, which may
	// be long before it has caught up.
	Join(ctx context.Context, node string) (members []string, err error)
	// Leave has the node leave the configuration, and stops it for good.
	Leave(ctx context.Context, node string) (members []string, err error)
	// Spares are the nodes that are not among those of the cluster, and of which
	// each can join it and leave it again.
	Spares() []string
}

const (
	// memberWait is how long one change of the members may take.
	memberWait = 10 * time.Second
	// caughtUpPoll is how often it is looked whether a new node has caught up.
	caughtUpPoll = 10 * time.Millisecond
)

func removeNodes(ctx context.Context, t Target, _ *fault, on [][]int) (Injected, error) {
	r := &removed{}
	r.cluster, r.downs = t.Cluster, t.downs
	for _, node := range named(t.Cluster.Nodes(), on)[0] {
		since := time.Now()
		members, held, err := t.downs.leave(ctx, t.Cluster.(Memberer), node)
		if held {
			r.nodes = append(r.nodes, &corpse{node: node, since: since, alive: r.isUp(node)})
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("remove %s: %w", node, err), r.Heal(context.WithoutCancel(ctx)))
		}
		if members != nil {
			r.members = members
		}
	}
	return r, nil
}

// removed is nodes that have left the configuration. They are down like killed
// ones, and come back otherwise.
type removed struct {
	killed
	members []string // that remained
}

// Evidence is such as "n1 n3 remained; n2 was down 4.00 s, then joined empty
// (members: n1 n3 n2#2)".
func (r *removed) Evidence() string {
	ends := r.killed.Evidence()
	if ends == "" || len(r.members) == 0 {
		return ""
	}
	return strings.Join(r.members, " ") + " remained members; " + ends
}

func replaceNodes(ctx context.Context, t Target, _ *fault, on [][]int) (Injected, error) {
	r := &replaced{cluster: t.Cluster}
	for i, node := range named(t.Cluster.Nodes(), on)[0] {
		if i > 0 { // two that are empty at once might be a majority
			if err := awaitCaughtUp(ctx, t.Cluster, r.nodes[i-1]); err != nil {
				return nil, fmt.Errorf("replace %s after %s: %w", node, r.nodes[i-1], err)
			}
		}
		members, err := t.downs.replace(ctx, t.Cluster.(Memberer), node)
		if err != nil {
			return nil, fmt.Errorf("replace %s: %w", node, err)
		}
		r.nodes, r.members = append(r.nodes, node), members
	}
	r.since = time.Now()
	return r, nil
}

// replaced is nodes in whose places others have come.
type replaced struct {
	cluster  bench.Cluster
	nodes    []string
	members  []string
	since    time.Time
	evidence string
}

func (r *replaced) Nodes() []string { return r.nodes }

// Heal waits until the new nodes have caught up.
func (r *replaced) Heal(ctx context.Context) error {
	if r.evidence != "" {
		return nil
	}
	for _, n := range r.nodes {
		if err := awaitCaughtUp(ctx, r.cluster, n); err != nil {
			return err
		}
	}
	r.evidence = fmt.Sprintf("empty nodes took the places of %s (members: %s), and had caught up %s later",
		strings.Join(r.nodes, " "), strings.Join(r.members, " "), seconds(time.Since(r.since)))
	return nil
}

func (r *replaced) Evidence() string { return r.evidence }

// awaitCaughtUp waits until a node has applied what any node knows to be committed
// by now.
func awaitCaughtUp(ctx context.Context, c bench.Cluster, node string) error {
	in, ok := c.(bench.Inspector)
	if !ok {
		return nil
	}
	var committed uint64
	for _, n := range c.Nodes() {
		committed = max(committed, in.Status(n).Committed)
	}
	poll := time.NewTicker(caughtUpPoll)
	defer poll.Stop()
	for {
		s := in.Status(node)
		if s.Up && s.Leader != "" && s.Applied >= committed {
			return nil
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: it has applied %d of %d: %w", node, s.Applied, committed, context.Cause(ctx))
		}
	}
}

func addNodes(ctx context.Context, t Target, f *fault, _ [][]int) (Injected, error) {
	m := t.Cluster.(Memberer)
	spares, err := t.downs.takeSpares(m.Spares(), f.amount.n)
	if err != nil {
		return nil, err
	}
	a := &added{cluster: t.Cluster, downs: t.downs, nodes: spares}
	for _, n := range spares {
		a.in = append(a.in, &newcomer{node: n})
	}
	for _, n := range a.in {
		if a.members, err = join(ctx, m, n.node); err != nil {
			return nil, errors.Join(fmt.Errorf("add %s: %w", n.node, err), a.Heal(context.WithoutCancel(ctx)))
		}
		n.catchUp(t.Cluster)
	}
	return a, nil
}

// added is spare nodes that have joined.
type added struct {
	cluster bench.Cluster
	downs   *downs
	nodes   []string
	in      []*newcomer // that have not left again
	members []string    // with them
	ends    []string
}

// newcomer is one of them.
type newcomer struct {
	node string
	work *work // waits until it has caught up; nil: it has not joined

	// Of the goroutine, until it is over:
	caughtUp bool
	took     time.Duration
}

// catchUp looks on as it catches up, for as long as the fault lasts.
func (n *newcomer) catchUp(c bench.Cluster) {
	since := time.Now()
	n.work = begin(func(_, over context.Context) {
		n.caughtUp = awaitCaughtUp(over, c, n.node) == nil
		n.took = time.Since(since)
	})
}

func (a *added) Nodes() []string { return a.nodes }

// Heal has them leave.
func (a *added) Heal(ctx context.Context) error {
	for len(a.in) > 0 {
		n := a.in[0]
		if n.work != nil {
			if err := n.work.end(ctx); err != nil {
				return fmt.Errorf("wait for %s, which was added: %w", n.node, err)
			}
		}
		applied := a.applied(n.node)
		if err := a.leave(ctx, n.node); err != nil {
			return fmt.Errorf("remove %s, which was added: %w", n.node, err)
		}
		if n.caughtUp && applied > 0 {
			a.ends = append(a.ends, fmt.Sprintf("%s caught up within %s, and had applied %s entries when it left", n.node, seconds(n.took), thousands(applied)))
		}
		a.downs.returnSpare(n.node)
		a.in = a.in[1:]
	}
	return nil
}

func (a *added) leave(ctx context.Context, node string) error {
	ctx, cancel := context.WithTimeout(ctx, memberWait)
	defer cancel()
	_, err := a.cluster.(Memberer).Leave(ctx, node)
	return err
}

func (a *added) applied(node string) uint64 {
	if in, ok := a.cluster.(bench.Inspector); ok {
		return in.Status(node).Applied
	}
	return 0
}

// Evidence is such as "members: n1 n2 n3 spare-1; spare-1 caught up within 120 ms, and had
// applied 1,204 entries when it left". A node that never caught up was a burden to the
// others, and no member that they could count on.
func (a *added) Evidence() string {
	if len(a.ends) < len(a.nodes) {
		return ""
	}
	return "members: " + strings.Join(a.members, " ") + "; " + strings.Join(a.ends, "; ")
}
