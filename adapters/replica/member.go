package replica

import (
	"context"
	"fmt"
	"slices"
)

// A Member is a node in one of its lives. A node that has lost its disk is not who
// it was: it no longer knows for whom it has voted, nor what it has acknowledged, and
// a majority that counted on that might not overlap with the next one. So it comes
// back as another member.
type Member struct {
	Node string
	Life uint64 // how many members have been this node before; 0 for one that the cluster began with
}

// String is such as "n2" or, in its second life, "n2#2".
func (m Member) String() string {
	if m.Life == 0 {
		return m.Node
	}
	return fmt.Sprintf("%s#%d", m.Node, m.Life+1)
}

// A Change is what shall be of the configuration. Either list may be empty, and
// what is so already is no error.
type Change struct {
	Remove, Add []Member // what is added has a vote at once
}

// Next is what is first to be done of the change, by who votes now: a member to be
// added, or else to be removed. The zero Member: nothing.
func (c Change) Next(members []Member) (m Member, add bool) {
	for _, m := range c.Remove {
		if slices.Contains(members, m) {
			return m, false
		}
	}
	for _, m := range c.Add {
		if !slices.Contains(members, m) {
			return m, true
		}
	}
	return Member{}, false
}

// Done reports whether those vote who should.
func (c Change) Done(members []Member) bool {
	next, _ := c.Next(members)
	return next == Member{}
}

// A Reconfigurer is a replica whose configuration can be changed while it runs.
type Reconfigurer interface {
	// Reconfigure has the leader make the change, and returns all that have a vote
	// when that is committed. A node that does not lead returns a
	// *bench.NotLeaderError. After any other error the change may yet take effect,
	// and asking again is safe.
	Reconfigure(ctx context.Context, c Change) ([]Member, error)
}

// A Transferrer is a replica that can hand its leadership over.
type Transferrer interface {
	// TransferLeader asks for it, and does not wait. A node that does not lead
	// returns a *bench.NotLeaderError.
	TransferLeader(to string) error
}
