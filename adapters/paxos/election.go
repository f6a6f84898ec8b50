package paxos

import (
	"fmt"

	"nines/adapters/replica"
	"nines/bench"
)

// election is a candidate's.
type election struct {
	ballot  Ballot
	yes     []bool            // who would promise, or has: by node
	covered []uint64          // by node: its promise is known for the slots up to here
	best    map[uint64][]byte // the value of the highest ballot in each slot above the commit index
	again   uint64            // tick at which unanswered questions are put again
}

// stand begins an election with the question whether it could be won.
func (n *node) stand() {
	n.resign(nobody)
	n.postpone()
	n.role = asking
	n.votes = election{ballot: newBallot(n.highest.Round()+1, n.self), yes: make([]bool, n.n)}
	n.highest = n.votes.ballot
	n.votes.yes[n.self] = true
	n.askOthers()
	n.countAnswers()
}

// due reports whether questions are to be put again.
func (e *election) due(n *node) bool {
	if n.now < e.again {
		return false
	}
	e.again = n.now + uint64(n.env.HeartbeatTicks)
	return true
}

func (n *node) askOthers() {
	if !n.votes.due(n) {
		return
	}
	for to, yes := range n.votes.yes {
		if !yes {
			n.send(to, &ask{n.votes.ballot}, numbers(1))
		}
	}
}

// onAsk answers as if it were asked in earnest, and keeps nothing of it.
func (n *node) onAsk(from int, m *ask) {
	yes := m.Ballot > n.promised && !n.heeds()
	n.send(from, &answer{Ballot: m.Ballot, Yes: yes, Promised: n.promised}, numbers(2)+1)
}

func (n *node) onAnswer(from int, m *answer) {
	n.highest = max(n.highest, m.Promised)
	if n.role != asking || m.Ballot != n.votes.ballot {
		return
	}
	if m.Promised > n.votes.ballot { // ask for a higher one
		n.stand()
		return
	}
	n.votes.yes[from] = n.votes.yes[from] || m.Yes
	n.countAnswers()
}

func (n *node) countAnswers() {
	if count(n.votes.yes) >= n.q.Phase1 {
		n.prepare()
	}
}

func count(bs []bool) int {
	k := 0
	for _, b := range bs {
		if b {
			k++
		}
	}
	return k
}

// prepare is phase 1a: the candidate promises first.
func (n *node) prepare() {
	if n.votes.ballot <= n.promised {
		n.role = following
		return
	}
	n.role = preparing
	n.postpone()
	n.votes.yes = make([]bool, n.n)
	n.votes.covered = make([]uint64, n.n)
	for i := range n.votes.covered {
		n.votes.covered[i] = n.committed
	}
	n.votes.best = make(map[uint64][]byte)
	n.promise(n.votes.ballot)
	n.sendAfter(n.self, &durable{Ballot: n.votes.ballot, To: n.self}, 0)
}

// selfPromised counts the candidate's own promise and asks for the others'.
func (n *node) selfPromised(b Ballot) {
	if n.role != preparing || n.votes.ballot != b {
		return
	}
	n.votes.covered[n.self] = whole
	n.votes.yes[n.self] = true
	n.votes.again = 0
	n.prepareOthers()
	n.countPromises()
}

func (n *node) prepareOthers() {
	if !n.votes.yes[n.self] || !n.votes.due(n) {
		return
	}
	for to, yes := range n.votes.yes {
		if !yes {
			n.send(to, &prepare{Ballot: n.votes.ballot, After: n.votes.covered[to]}, numbers(2))
		}
	}
}

// onPromise collects a part of phase 1b. Parts come in order or are asked for
// again.
func (n *node) onPromise(from int, m *promise) {
	e := &n.votes
	if n.role != preparing || m.Ballot != e.ballot || m.After > e.covered[from] {
		return
	}
	if m.Index > n.committed {
		n.installState(m.Index, m.Snapshot)
	}
	for _, v := range m.Values {
		switch {
		case v.Slot <= m.Commit:
			n.learnValue(v.Slot, v.Value)
		case e.best[v.Slot] == nil || ballotOf(e.best[v.Slot]) < ballotOf(v.Value):
			e.best[v.Slot] = v.Value
		}
	}
	e.covered[from] = max(e.covered[from], m.To)
	e.yes[from] = e.covered[from] == whole
	n.countPromises()
}

func (n *node) countPromises() {
	if count(n.votes.yes) >= n.q.Phase1 {
		n.elected()
	}
}

// elected ends phase 1: what it has found is proposed again, and a no-op in every
// gap and at the end.
func (n *node) elected() {
	best := n.votes.best
	top := n.log.last()
	for slot := range best {
		top = max(top, slot)
	}
	b := n.votes.ballot
	var values [][]byte
	for slot := n.committed + 1; slot <= top; slot++ {
		v := best[slot]
		if own := n.log.at(slot); own != nil && (v == nil || ballotOf(v) < ballotOf(own)) {
			v = own
		}
		values = append(values, proposed(b, v))
	}
	n.votes = election{}
	n.out.Points = append(n.out.Points, replica.Point{
		Name: PointElected, Txn: b.Round(), Coordinator: n.env.Members[n.self], Participants: n.env.Members,
	})
	n.beginLead(b)
	if n.cfg.Classic {
		n.proposeAll(values)
		n.proposeQueued()
	} else {
		n.proposeAll(append(values, proposed(b, nil)))
	}
	n.lead.ready = n.lead.last
}

// onRefusal ends whatever its ballot was for.
func (n *node) onRefusal(m *refusal) {
	n.highest = max(n.highest, m.Promised)
	mine := m.Ballot.Node() == n.self && (n.role == leading && m.Ballot == n.lead.ballot ||
		n.role == preparing && m.Ballot == n.votes.ballot)
	if !mine || m.Promised <= m.Ballot {
		return
	}
	n.resign(nobody)
	if n.cfg.Classic {
		n.backOff()
	} else {
		n.postpone()
	}
}

// resign ends leadership or candidacy, and has the node follow leader. Whoever
// waits for a proposal is told that it may or may not be chosen.
func (n *node) resign(leader int) {
	was := n.role
	n.role, n.leader = following, leader
	n.votes = election{}
	if was != leading {
		return
	}
	for p := range n.lead.waiting.all() {
		n.reply(p.call, bench.Reply{}, fmt.Errorf("node %s leads ballot %v no longer: %w", n.env.Members[n.self], n.lead.ballot, replica.ErrLost))
	}
	n.lead = leadership{}
	n.failReads()
	n.solo.queue = append(n.solo.reading, n.solo.queue...)
	n.solo.reading = nil
}
