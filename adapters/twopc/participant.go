package twopc

import "nines/adapters/commit"

// Granted implements [commit.Protocol]. The coordinator's own part is made
// durable by the record of its decision, which comes behind it in the same log.
func (m *machine) Granted(l *commit.Local) {
	if l.Txn.ID.Node != m.self {
		m.WhenDurable(preparedDurable{l})
		return
	}
	l.Protocol = voted
	m.vote(m.self, l.Vote())
}

// Refused implements [commit.Protocol].
func (m *machine) Refused(t *commit.Txn, err error) {
	m.sendVote(t.ID, commit.Refusal(t.ID, err))
}

func (m *machine) sendVote(id commit.ID, v *commit.Vote) {
	if id.Node == m.self {
		m.vote(m.self, v)
		return
	}
	m.Send(id.Node, v, v.WireSize())
}

// prepared goes on when the prepare record of l is durable.
func (m *machine) prepared(l *commit.Local) {
	if !l.Prepared() {
		return // it has been aborted meanwhile
	}
	l.Protocol = voted
	m.Reached(Prepared, l.Txn)
	m.sendVote(l.Txn.ID, l.Vote())
}

// prepare takes a request to prepare, perhaps not for the first time.
func (m *machine) prepare(p *commit.Prepare) {
	id := p.Txn.ID
	if l := m.Local(id); l != nil {
		if l.Protocol == voted && !l.Recovered { // else what it found is lost
			m.sendVote(id, l.Vote())
		}
		return
	}
	if over, committed := m.Over(id); over {
		if !committed {
			m.sendVote(id, commit.Refusal(id, errOver))
		}
		return
	}
	m.Prepare(p)
}

// learn takes a transaction's fate, from whoever knows it.
func (m *machine) learn(d decision) {
	l := m.Local(d.ID)
	switch {
	case l == nil || !l.Prepared():
		if !d.Commit {
			m.Withdraw(d.ID)
		}
		m.acknowledge(d, false)
	case d.Commit:
		m.Commit(l)
		m.acknowledge(d, l.ReadOnly())
	default:
		m.Abort(l)
		m.acknowledge(d, l.ReadOnly())
	}
}

// acknowledge lets the coordinator forget, as soon as this node cannot ask again.
// A part that only reads does not matter, and neither does an abort that is
// presumed. A coordinator that wants to try again knows nothing after a crash in
// either case: all that it waits for is that the locks are free.
func (m *machine) acknowledge(d decision, readOnly bool) {
	switch {
	case d.ID.Node == m.self:
	case d.Again:
		m.Send(d.ID.Node, ack{d.ID}, commit.AboutSize)
	case !readOnly && (d.Commit || m.presume == Nothing):
		m.SendWhenDurable(d.ID.Node, ack{d.ID}, commit.AboutSize)
	}
}

// askAround has the parts that are in doubt ask for their fate: the coordinator
// every heartbeat, and when it has been silent for an election timeout also the
// other participants, one of whom may know: cooperative termination.
func (m *machine) askAround() {
	heartbeat, election := m.Config().HeartbeatTicks, m.Config().ElectionTicks
	for l := range m.InDoubt {
		if m.Now()-l.Asked < heartbeat || l.Txn.ID.Node == m.self {
			continue
		}
		l.Asked = m.Now()
		ask := inquiry{l.Txn.ID}
		m.Send(l.Txn.ID.Node, ask, commit.AboutSize)
		if m.Now()-l.Since() < election {
			continue
		}
		for _, p := range l.Txn.Participants {
			if p != m.self && p != l.Txn.ID.Node {
				m.Send(p, ask, commit.AboutSize)
			}
		}
	}
}

// inquire answers one who is in doubt, if it can.
func (m *machine) inquire(from int, id commit.ID) {
	if id.Node == m.self {
		m.inquireCoordinator(from, id)
		return
	}
	l := m.Local(id)
	if l != nil && l.Prepared() {
		return // this node does not know either
	}
	over, committed := m.Over(id)
	if !over {
		// Without this node's vote nobody can have decided to commit, and now
		// nobody ever will.
		m.Renounce(id)
	}
	m.SendWhenDurable(from, decision{ID: id, Commit: committed}, commit.AboutSize)
}
