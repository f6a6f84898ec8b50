package paxos

import "nines/bench"

// apply feeds what is chosen to the state machine, in the order of the slots, and
// answers those who wait for it here.
func (n *node) apply() {
	for slot := n.kv.Applied() + 1; slot <= n.committed; slot++ {
		v := n.log.at(slot)
		if isNoop(v) {
			n.kv.Advance(slot)
			continue
		}
		_, reply, err := n.kv.Apply(slot, commandOf(v))
		if c, ok := n.lead.waiting.pop(slot); ok {
			n.reply(c, reply, err)
		}
	}
	if n.cfg.Classic {
		n.concluded()
	}
}

// learnCommit takes a leader's word that all slots up to commit are chosen. What
// was accepted in its ballot is what it means; the rest is fetched.
func (n *node) learnCommit(from int, commit uint64) {
	n.learnBallot(n.ballot, commit)
	n.fetch(from, commit)
}

// learnBallot takes the values of ballot b up to commit for chosen, because the
// only one who proposes in b says that all up to commit are.
func (n *node) learnBallot(b Ballot, commit uint64) {
	for n.committed < commit {
		v := n.log.at(n.committed + 1)
		if v == nil || ballotOf(v) != b {
			return
		}
		n.committed++
	}
}

// fetch asks a node for what is chosen up to commit, unless it was asked just
// now.
func (n *node) fetch(from int, commit uint64) {
	if n.committed >= commit || n.now < n.fetchAt {
		return
	}
	n.fetchAt = n.now + uint64(n.env.HeartbeatTicks)
	n.send(from, &fetch{After: n.committed}, numbers(1))
}

func (n *node) onFetch(from int, m *fetch) {
	switch {
	case m.After >= n.committed:
	case m.After < n.log.base:
		n.send(from, &install{Index: n.snaps.index, Snapshot: n.snaps.state}, numbers(1)+lengthSize+len(n.snaps.state))
	default:
		values := n.log.in(m.After+1, n.committed)
		values = values[:n.chunk(values)]
		l := &learn{First: m.After + 1, Values: append([][]byte(nil), values...), Commit: n.committed}
		n.send(from, l, numbers(2)+sizeOfValues(values))
	}
}

// onLearn takes what another node knows to be chosen: that is so in any ballot.
func (n *node) onLearn(from int, m *learn) {
	before := n.committed
	for i, v := range m.Values {
		n.learnValue(m.First+uint64(i), v)
	}
	if n.committed > before {
		n.caughtUp()
		n.fetch(from, m.Commit)
	}
}

// learnValue takes the chosen value of the next slot; it ignores others.
//
// A value is kept if it was accepted here in the same ballot or a higher one:
// it is the same then, because the ballot that comes with a chosen value is not
// below the one in which it was chosen.
func (n *node) learnValue(slot uint64, value []byte) {
	if slot != n.committed+1 {
		return
	}
	if old := n.log.at(slot); old == nil || ballotOf(old) < ballotOf(value) {
		n.put(slot, value)
	}
	n.committed++
}

// caughtUp goes on after something was learnt: the leader may wait for what was
// accepted above a gap that has been closed.
func (n *node) caughtUp() {
	n.fetchAt = 0
	n.extend()
	if n.role == following && n.leader != nobody && n.leader == n.ballot.Node() && !n.cfg.Classic {
		n.ackTo = n.leader
	}
}

// readHere answers reads from the state machine.
func (n *node) readHere(calls []call) {
	for i := range calls {
		n.reply(calls[i], n.kv.Read(calls[i].Op.Key), nil)
	}
}

// failAll answers calls with an error.
func (n *node) failAll(calls []call, err error) {
	for i := range calls {
		n.reply(calls[i], bench.Reply{}, err)
	}
}
