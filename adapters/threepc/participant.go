package threepc

import "nines/adapters/commit"

// Granted implements [commit.Protocol].
func (m *machine) Granted(l *commit.Local) { m.WhenDurable(preparedDurable{l}) }

// Refused implements [commit.Protocol].
func (m *machine) Refused(t *commit.Txn, err error) { m.sendVote(commit.Refusal(t.ID, err)) }

func (m *machine) sendVote(v *commit.Vote) {
	if v.ID.Node == m.self {
		m.vote(m.self, v)
		return
	}
	m.Send(v.ID.Node, v, v.WireSize())
}

// prepared goes on when the prepare record of l is durable.
func (m *machine) prepared(l *commit.Local) {
	if !l.Prepared() {
		return // it has been aborted meanwhile
	}
	l.Protocol, l.Asked = votes, m.Now()
	m.Reached(Prepared, l.Txn)
	m.sendVote(l.Vote())
}

// prepare takes a request to prepare, perhaps not for the first time.
func (m *machine) prepare(p *commit.Prepare) {
	id := p.Txn.ID
	if l := m.Local(id); l != nil {
		if l.Protocol >= votes && !l.Recovered { // else what it found is lost
			m.sendVote(l.Vote())
		}
		return
	}
	if over, committed := m.Over(id); over {
		if !committed {
			m.sendVote(commit.Refusal(id, errOver))
		}
		return
	}
	m.Prepare(p)
}

// precommit takes l into the second phase, for its coordinator or for whoever has
// taken over, and tells it so when that is durable.
func (m *machine) precommit(l *commit.Local, from int) {
	l.Asked = m.Now()
	if l.Protocol < precommits {
		l.Protocol = precommits
		m.Append(recordPrecommit, commit.AppendID(nil, l.Txn.ID))
	}
	m.WhenDurable(precommittedDurable{l, from})
}

// precommitted goes on when the precommit record of l is durable.
func (m *machine) precommitted(l *commit.Local, from int) {
	if !l.Prepared() {
		return
	}
	if l.Protocol == precommits {
		l.Protocol = precommitted
		m.Reached(Precommitted, l.Txn)
	}
	r := report{ID: l.Txn.ID, State: statePrecommit, Recovered: l.Recovered}
	if from == m.self {
		m.collect(m.self, r)
		return
	}
	m.Send(from, r, commit.AboutSize)
}

// learn takes a transaction's fate, from whoever has decided it.
func (m *machine) learn(d decision) {
	delete(m.ending, d.ID)
	if o := m.Opened(d.ID.Seq); o != nil && d.ID.Node == m.self {
		m.heard(m.self, o, fateState(d.Commit))
		return
	}
	l := m.Local(d.ID)
	switch {
	case l == nil || !l.Prepared():
		if !d.Commit {
			m.Withdraw(d.ID)
		}
	case d.Commit:
		m.Commit(l)
	default:
		m.Abort(l)
	}
	switch {
	case d.ID.Node == m.self || d.Free:
	case d.Again:
		m.Send(d.ID.Node, ack{d.ID}, commit.AboutSize)
	default:
		m.SendWhenDurable(d.ID.Node, ack{d.ID}, commit.AboutSize)
	}
}

func fateState(commits bool) state {
	if commits {
		return stateCommitted
	}
	return stateAborted
}

// answer tells another node how far this one is.
func (m *machine) answer(to int, q query) {
	r := report{ID: q.ID}
	if o := m.Opened(q.ID.Seq); o != nil && q.ID.Node == m.self {
		r.State = of(o).state()
		m.Send(to, r, commit.AboutSize)
		return
	}
	l := m.Local(q.ID)
	over, committed := m.Over(q.ID)
	switch {
	case !q.Part:
		r.State = stateNothing
	case l != nil && l.Prepared():
		r.State, r.Recovered = localState(l), l.Recovered
	case over:
		r.State = fateState(committed)
		m.SendWhenDurable(to, r, commit.AboutSize)
		return
	default:
		m.Renounce(q.ID) // without its vote nobody commits, and now nobody ever will
		r.State = stateAborted
		m.SendWhenDurable(to, r, commit.AboutSize)
		return
	}
	m.Send(to, r, commit.AboutSize)
}

// state is what a coordinator that is at work tells those who ask.
func (c *coordination) state() state {
	switch c.phase {
	case committing:
		return stateCommitted
	case aborting:
		return stateAborted
	default:
		return stateAtWork
	}
}

// localState is how far a part is, as far as that is durable.
func localState(l *commit.Local) state {
	if l.Protocol == precommitted {
		return statePrecommit
	}
	return stateWait
}
