package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"nines/bench"
)

const (
	defaultLeaderWait = 5 * time.Second
	leaderPoll        = 5 * time.Millisecond
)

var (
	errNoInspector = errors.New("the cluster does not tell who leads")
	errNoStatus    = errors.New("the cluster does not tell what its nodes have applied")
)

// resolve returns the nodes that each part hits, as indices into the cluster's
// nodes. It waits for a leader if one is needed.
func (t Target) resolve(ctx context.Context, parts []*fault) ([][][]int, error) {
	nodes := t.Cluster.Nodes()
	w := world{n: len(nodes), leader: -1, order: t.Rand.Perm}
	inspector, ok := t.Cluster.(bench.Inspector)
	if ok {
		w.down = func(i int) bool { return !inspector.Status(nodes[i]).Up }
	}
	if t.at != nil {
		w.at = momentOf(t.at, nodes)
		w.leader = w.at.coordinator
	}
	if needsLeader(parts) {
		if !ok {
			return nil, errNoInspector
		}
		if w.leader < 0 {
			var err error
			if w.leader, err = t.awaitLeader(ctx, inspector, nodes); err != nil {
				return nil, err
			}
		}
	}
	if needsStatus(parts) {
		if !ok {
			return nil, errNoStatus
		}
		applied := make([]uint64, len(nodes)) // once: it must not change while nodes are compared
		for i, name := range nodes {
			applied[i] = inspector.Status(name).Applied
		}
		w.done = func(i int) uint64 { return applied[i] }
	}
	return chooseFor(parts, w)
}

// chooseFor chooses the nodes of each part and checks that the parts can be
// injected there.
func chooseFor(parts []*fault, w world) ([][][]int, error) {
	selectors := make([][]selector, len(parts))
	for i, p := range parts {
		selectors[i] = p.on
	}
	chosen, err := choose(selectors, w)
	if err != nil {
		return nil, err
	}
	for i, p := range parts {
		if err := p.kind.check(p, chosen[i], w.n); err != nil {
			return nil, err
		}
	}
	return chosen, nil
}

func needsLeader(parts []*fault) bool {
	return names(parts, func(s selector) bool { return s.role == leader || s.role == follower || s.byLeader() })
}

func needsStatus(parts []*fault) bool {
	return names(parts, func(s selector) bool { return s.role == lagging })
}

// names reports whether some part names a target that is so.
func names(parts []*fault, so func(selector) bool) bool {
	return slices.ContainsFunc(parts, func(p *fault) bool { return slices.ContainsFunc(p.on, so) })
}

// awaitLeader polls until some node leads, since a fault that comes during an
// election must not be lost.
func (t Target) awaitLeader(ctx context.Context, c bench.Inspector, nodes []string) (int, error) {
	wait := t.LeaderWait
	if wait <= 0 {
		wait = defaultLeaderWait
	}
	deadline := time.NewTimer(wait)
	defer deadline.Stop()
	poll := time.NewTicker(leaderPoll)
	defer poll.Stop()
	for {
		if l := leaderOf(c, nodes); l >= 0 {
			return l, nil
		}
		select {
		case <-poll.C:
		case <-deadline.C:
			return -1, fmt.Errorf("no node led within %v", wait)
		case <-ctx.Done():
			return -1, fmt.Errorf("waiting for a leader: %w", context.Cause(ctx))
		}
	}
}

// leaderOf returns the index of the running node that takes itself for the
// leader, and -1 if there is none. A deposed leader that was cut off still
// takes itself for one: the highest term is right.
func leaderOf(c bench.Inspector, nodes []string) int {
	leads, term := -1, uint64(0)
	for i, n := range nodes {
		s := c.Status(n)
		if s.Up && s.Leader == n && (leads < 0 || s.Term > term) {
			leads, term = i, s.Term
		}
	}
	return leads
}
