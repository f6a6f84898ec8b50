package hashiraft

import (
	"github.com/hashicorp/raft"

	"nines/bench"
)

// observe follows who leads. The library calls it, as an observer's filter, in
// the middle of each change, so nothing is missed and the order is right. It
// keeps nothing from being observed since there is no channel to send to.
func (n *node) observe(o *raft.Observation) bool {
	switch d := o.Data.(type) {
	case raft.RaftState:
		if d == raft.Leader {
			n.gain()
		} else {
			n.proposals.lose(n.notLeader())
		}
	case raft.LeaderObservation:
		switch d.LeaderAddr {
		case n.transport.LocalAddr():
		case "":
			n.report(bench.Event{Kind: bench.EventNoLeader, Term: n.raft.CurrentTerm()})
		default:
			n.report(bench.Event{Kind: bench.EventFollows, Term: n.raft.CurrentTerm(), Detail: string(d.LeaderAddr)})
		}
	}
	return false
}

// gain begins a term as leader. Entries of the term may or may not be in the log
// already; all earlier ones are.
func (n *node) gain() {
	l := &leadership{term: n.raft.CurrentTerm(), start: n.raft.LastIndex(), lost: make(chan struct{})}
	if n.proposals.gain(l) {
		n.report(bench.Event{Kind: bench.EventLeader, Term: l.term})
	}
}
