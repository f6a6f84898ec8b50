package hashiraft

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/raft"

	"nines/adapters/replica"
)

// serverID is the library's name of a member; its address is that of the node.
func serverID(m replica.Member) raft.ServerID { return raft.ServerID(m.String()) }

// memberOf takes a server's name apart.
func memberOf(s raft.Server) replica.Member {
	m := replica.Member{Node: string(s.Address)}
	if number, ok := strings.CutPrefix(string(s.ID), m.Node+"#"); ok {
		if n, err := strconv.ParseUint(number, 10, 64); err == nil {
			m.Life = n - 1
		}
	}
	return m
}

// founders is the cluster that every node begins with.
func (n *node) founders() raft.Configuration {
	var c raft.Configuration
	for _, m := range n.env.Members {
		c.Servers = append(c.Servers, raft.Server{ID: raft.ServerID(m), Address: raft.ServerAddress(m)})
	}
	return c
}

// configuration is the newest in the log, which the library goes by although it may
// not be committed.
func (n *node) configuration() raft.Configuration { return n.raft.GetConfiguration().Configuration() }

// Reconfigure implements [replica.Reconfigurer]. The library changes one member at a
// time (Ongaro's thesis, section 4.1), so what is to be removed is removed first, and
// has to be: two members cannot have one address. A leader that removes itself
// cannot go on to the rest, which the next one is asked for.
//
// The library's futures are not waited for: it forgets some when it stops.
func (n *node) Reconfigure(ctx context.Context, c replica.Change) ([]replica.Member, error) {
	poll := time.NewTicker(catchUpPoll)
	defer poll.Stop()
	var (
		asked raft.ServerID // for whom the library was asked last
		again time.Time     // when it is asked once more
	)
	for {
		members := n.fsm.voters()
		m, add := c.Next(members)
		switch id := serverID(m); {
		case c.Done(members):
			return members, nil
		case n.proposals.leads() == nil && asked != "":
			return nil, replica.ErrLost
		case n.proposals.leads() == nil:
			return nil, n.notLeader()
		case id != asked || !time.Now().Before(again):
			n.changeMember(id, m.Node, add)
			asked, again = id, time.Now().Add(n.env.Timing.Election)
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("change the configuration: %w", context.Cause(ctx))
		case <-n.stop:
			return nil, replica.ErrLost
		}
	}
}

// changeMember asks the library to add or remove one member. It returns when the
// library has taken that on, which it does when no other change is under way.
func (n *node) changeMember(id raft.ServerID, node string, add bool) {
	if add {
		n.raft.AddVoter(id, raft.ServerAddress(node), 0, n.env.Timing.Election)
	} else {
		n.raft.RemoveServer(id, 0, n.env.Timing.Election)
	}
}

// TransferLeader implements [replica.Transferrer].
func (n *node) TransferLeader(to string) error {
	if n.proposals.leads() == nil {
		return n.notLeader()
	}
	for _, s := range n.configuration().Servers {
		if s.Address == raft.ServerAddress(to) && s.Suffrage == raft.Voter {
			n.raft.LeadershipTransferToServer(s.ID, s.Address)
			return nil
		}
	}
	return fmt.Errorf("%s is no voter, and cannot lead", to)
}
