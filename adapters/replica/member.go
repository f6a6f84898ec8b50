package replica

import (
	"context"
	"fmt"
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

// Done reports whether the members are as the change wants them.
func (c Change) Done(members []Member) bool {
	has := make(map[Member]bool)
	for _, m := range members {
		has[m] = true
	}
	for _, m := range c.Remove {
		if has[m] {
			return false
		}
	}
	for _, m := range c.Add {
		if !has[m] {
			return false
		}
	}
	return true
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
