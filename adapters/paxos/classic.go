package paxos

import (
	"slices"

	"nines/adapters/replica"
	"nines/bench"
)

// classic is what a node without a stable leader keeps: the calls that wait for
// its next proposal, and how it gives way to others.
type classic struct {
	queue   []replica.Call
	reading []replica.Call // answered when the proposal that runs is committed
	at      uint64         // tick before which nothing is proposed
	lost    uint           // proposals in a row that others have pre-empted
	endAt   uint64         // tick at which a proposal without an answer is given up
	toldAt  uint64         // tick of the next word on what is committed
}

// maxBackOff bounds how long a node gives way: up to 2^maxBackOff ticks.
const maxBackOff = 6

// tryPropose begins a proposal, if calls wait and none runs: phase 1 with a new
// ballot.
func (n *node) tryPropose() {
	s := &n.solo
	if n.role != following || len(s.queue) == 0 || n.now < s.at {
		return
	}
	n.votes = election{ballot: newBallot(n.highest.Round()+1, n.self)}
	s.endAt = n.now + uint64(n.env.ElectionTicks)
	n.prepare()
}

// proposeQueued is phase 2 for the calls that wait, as many as one message may
// hold. Reads take part without a value: what is committed when the proposal is
// includes all that was acknowledged before.
func (n *node) proposeQueued() {
	s := &n.solo
	k := len(s.queue)
	if most := n.env.Batch.MaxEntries; most > 0 {
		k = min(k, most)
	}
	var commands []replica.Call
	for _, c := range s.queue[:k] {
		if c.Op.Kind == bench.Read {
			s.reading = append(s.reading, c)
		} else {
			commands = append(commands, c)
		}
	}
	s.queue = slices.Delete(s.queue, 0, k)
	if len(commands) == 0 {
		n.proposeAll([][]byte{proposed(n.lead.ballot, nil)})
	}
	n.propose(commands)
}

// concluded ends a proposal that is committed, and tells the others.
func (n *node) concluded() {
	if n.role != leading || n.committed < n.lead.ready {
		return
	}
	n.readHere(n.solo.reading)
	n.solo.reading, n.solo.lost = nil, 0
	n.sendAll(&beat{Ballot: n.lead.ballot, Commit: n.committed}, numbers(4))
	n.resign(nobody)
}

// backOff waits before the next proposal, longer and longer.
func (n *node) backOff() {
	s := &n.solo
	s.lost = min(s.lost+1, maxBackOff)
	s.at = n.now + 1 + n.env.Rand.Uint64N(1<<s.lost)
}

// clockClassic asks again, gives up, and says now and then what is committed, for
// those who have missed it.
func (n *node) clockClassic() {
	s := &n.solo
	if n.now >= s.toldAt {
		s.toldAt = n.now + uint64(n.env.HeartbeatTicks)
		n.sendAll(&beat{Commit: n.committed}, numbers(4))
	}
	switch {
	case n.role != following && n.now >= s.endAt:
		n.resign(nobody)
		n.backOff()
	case n.role == preparing:
		n.prepareOthers()
	case n.role == leading:
		n.lead.heard[n.self] = n.now
		for to := range n.n {
			if n.lead.resent[to]+uint64(n.env.HeartbeatTicks) <= n.now {
				n.resend(to)
			}
		}
	}
}

// onGossip learns what another node has committed.
func (n *node) onGossip(from int, m *beat) {
	n.learnBallot(m.Ballot, m.Commit)
	n.fetch(from, m.Commit)
}
