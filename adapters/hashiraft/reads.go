package hashiraft

import (
	"time"

	"nines/adapters/replica"
	"nines/bench"
)

// read is the goroutine that serves linearizable reads, all those at once that
// have come while it served the last ones. It does what the Raft paper asks for
// (section 8; Ongaro's thesis, 6.4):
//
//  1. The leader waits until it has committed all that was in its log when it was
//     elected, among which is all that earlier leaders have committed.
//  2. It notes its commit index.
//  3. It makes sure that it leads still: a quorum accepts appends that it sends
//     after this point. Then no later term had a leader when the read came, and
//     nothing was committed behind the index noted.
//  4. It waits until that index is applied, and answers from its own state.
//
// The library's VerifyLeader is for step 3, and starts the heartbeats here. But
// its word is not enough: it counts every append that is accepted after it was
// called, also one that was sent and answered long before and whose response was
// under way, so a deposed leader on a slow link believes it still leads. Hence
// the transport counts which appends were sent after the call.
func (n *node) read() {
	for {
		select {
		case <-n.stop:
			return
		case <-n.readsWake:
		}
		if calls := n.reads.Take(); len(calls) > 0 {
			n.serveReads(calls)
		}
	}
}

func (n *node) serveReads(calls []replica.Call) {
	lead := n.proposals.leads()
	if lead == nil || !n.catchUp(lead) {
		failReads(calls, n.notLeader())
		return
	}
	index := n.log.lastForMachine(n.raft.CommitIndex())
	if !n.confirm(lead) || !n.fsm.wait(index, n.stop, lead.lost) {
		failReads(calls, n.notLeader())
		return
	}
	for i := range calls {
		calls[i].Complete(n.fsm.read(calls[i].Op.Key), nil)
	}
}

// failReads completes reads that had, as any read, no effect.
func failReads(calls []replica.Call, err error) {
	for i := range calls {
		calls[i].Complete(bench.Reply{}, err)
	}
}

// catchUpPoll is how often a new leader looks how far it has committed. The
// library tells nobody.
const catchUpPoll = time.Millisecond

// catchUp waits until what the leader was elected with is committed.
func (n *node) catchUp(lead *leadership) bool {
	for n.raft.CommitIndex() < lead.start {
		select {
		case <-time.After(catchUpPoll):
		case <-lead.lost:
			return false
		case <-n.stop:
			return false
		}
	}
	return true
}

// confirm waits until a quorum has accepted appends sent after its call.
func (n *node) confirm(lead *leadership) bool {
	mark := n.transport.last.Load()
	for asked := false; !n.transport.confirmed(lead.term, mark, n.configuration()); {
		if !asked && n.asks.may(n.log.stores.now()) {
			n.raft.VerifyLeader() // its future is not waited for: the library forgets some when it stops
			asked = true
		}
		select {
		case <-n.transport.heard: // perhaps of a heartbeat that was due anyway
		case <-lead.lost:
			return false
		case <-n.stop:
			return false
		}
	}
	return true
}
