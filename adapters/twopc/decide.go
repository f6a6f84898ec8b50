package twopc

import "nines/adapters/commit"

// decide makes the decision durable, if anybody must be able to learn it later.
// One to abort is not logged if that is presumed, nor if nobody was asked or it is
// to begin again; one to commit is not if nobody writes.
func (m *machine) decide(o *commit.Open) {
	c := of(o)
	needed := false
	for i, node := range o.Txn.Participants {
		if node == m.self {
			c.awaited[i] = false
			l := m.Local(o.Txn.ID)
			needed = needed || c.fate == committed && l != nil && !l.ReadOnly()
		}
		needed = needed || c.awaited[i] && !c.again
	}
	if !needed {
		m.tell(o)
		return
	}
	c.logged = true
	m.Append(recordDecided, appendDecided(nil, o))
	m.WhenDurable(decidedDurable{o})
}

// tell lets everybody know of a decision that is durable, or need not be.
func (m *machine) tell(o *commit.Open) {
	c := of(o)
	c.durable = true
	if c.logged {
		m.Reached(Decided, o.Txn)
	}
	if !c.again {
		m.Answer(o, c.err)
	}
	m.settle(o.Txn.ID, c.fate == committed)
	for i, node := range o.Txn.Participants {
		if node != m.self && (c.awaited[i] || c.asked[i] && (c.voted[i] || c.fate == aborted)) {
			m.Send(node, decision{o.Txn.ID, c.fate == committed, c.again}, commit.AboutSize)
		}
	}
	c.sent = m.Now()
	m.finish(o)
}

// settle ends the coordinator's own part.
func (m *machine) settle(id commit.ID, commits bool) {
	l := m.Local(id)
	switch {
	case l == nil:
	case !l.Prepared():
		m.Withdraw(id)
	case commits:
		m.Commit(l)
	default:
		m.Abort(l)
	}
}

// acked takes an acknowledgement.
func (m *machine) acked(from int, id commit.ID) {
	o := m.Opened(id.Seq)
	if o == nil || id.Node != m.self {
		return
	}
	if i := o.Index(from); i >= 0 && of(o).awaited[i] {
		of(o).awaited[i] = false
		m.finish(o)
	}
}

// finish forgets a transaction when no acknowledgement is missing.
func (m *machine) finish(o *commit.Open) {
	c := of(o)
	if c.fate == undecided || !c.durable {
		return
	}
	for _, a := range c.awaited {
		if a {
			return
		}
	}
	if c.logged {
		m.Append(recordEnd, commit.AppendID(nil, o.Txn.ID))
	}
	if c.again && m.Again(o) {
		return
	}
	m.Answer(o, c.err)
	m.Close(o)
}

// inquireCoordinator answers a participant in doubt. What this node knows nothing
// of was never decided, or everybody who wrote has acknowledged it: "aborted" is
// right in any case.
func (m *machine) inquireCoordinator(from int, id commit.ID) {
	o := m.Opened(id.Seq)
	if o == nil {
		m.Send(from, decision{ID: id}, commit.AboutSize)
		return
	}
	if c := of(o); c.durable {
		m.Send(from, decision{ID: id, Commit: c.fate == committed}, commit.AboutSize)
	}
}

// remind sends the decision again to those who have not acknowledged it.
func (m *machine) remind(o *commit.Open) {
	c := of(o)
	c.sent = m.Now()
	for i, node := range o.Txn.Participants {
		if c.awaited[i] {
			m.Send(node, decision{o.Txn.ID, c.fate == committed, c.again}, commit.AboutSize)
		}
	}
}
