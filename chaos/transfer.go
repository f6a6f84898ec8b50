package chaos

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"nines/bench"
)

// A Leaderer is a cluster whose leader can be asked to hand over.
type Leaderer interface {
	// TransferLeader asks whoever leads to hand over to the node. It returns when
	// it has asked; whether there is a new leader then, and who, shows elsewhere.
	TransferLeader(ctx context.Context, to string) error
}

func transferLeader(ctx context.Context, t Target, _ *fault, on [][]int) (Injected, error) {
	nodes := t.Cluster.Nodes()
	in, ok := t.Cluster.(bench.Inspector)
	if !ok {
		return nil, errNoInspector
	}
	from, err := t.awaitLeader(ctx, in, nodes)
	if err != nil {
		return nil, err
	}
	x := &transferred{from: nodes[from], to: nodes[on[0][0]]}
	if x.from == x.to {
		return nil, fmt.Errorf("%s leads already: want transfer-leader(follower), which never names the leader", x.to)
	}
	before, began := in.Status(x.from).Term, time.Now()
	if err := t.Cluster.(Leaderer).TransferLeader(ctx, x.to); err != nil {
		return nil, fmt.Errorf("transfer leadership from %s to %s: %w", x.from, x.to, err)
	}
	if !t.awaitLeads(ctx, in, x.to) {
		return x, nil // it did not bite, and there is no evidence
	}
	x.evidence = fmt.Sprintf("%s handed over to %s within %s (term %d to %d)",
		x.from, x.to, seconds(time.Since(began)), before, in.Status(x.to).Term)
	return x, nil
}

// awaitLeads reports whether the node leads within the time that is given to an
// election.
func (t Target) awaitLeads(ctx context.Context, in bench.Inspector, node string) bool {
	deadline := time.NewTimer(cmp.Or(max(0, t.LeaderWait), defaultLeaderWait))
	defer deadline.Stop()
	poll := time.NewTicker(leaderPoll)
	defer poll.Stop()
	for {
		if s := in.Status(node); s.Up && s.Leader == node {
			return true
		}
		select {
		case <-poll.C:
		case <-deadline.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// transferred is a leadership that was handed over, or not.
type transferred struct{ from, to, evidence string }

func (x *transferred) Nodes() []string { return []string{x.to} }

// Heal does nothing: whoever leads may lead.
func (x *transferred) Heal(context.Context) error { return nil }

func (x *transferred) Evidence() string { return x.evidence }
