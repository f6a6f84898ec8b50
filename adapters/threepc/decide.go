package threepc

import (
	"nines/adapters/commit"
)

// commit decides to commit: all participants that are up have precommitted.
func (m *machine) commit(o *commit.Open) {
	c := of(o)
	if !c.readOnly {
		m.Reached(Decided, o.Txn)
	}
	m.enter(o, committing)
	m.Answer(o, nil)
	m.own(o, true)
	m.push(o)
	m.finish(o)
}

// abort decides to abort. Those who were not asked need not hear of it.
func (m *machine) abort(o *commit.Open, err error) {
	c := of(o)
	c.err, c.readOnly = err, false
	m.enter(o, aborting)
	for i, asked := range c.asked {
		c.done[i] = !asked
	}
	if !c.again {
		m.Answer(o, err)
	}
	m.own(o, false)
	m.push(o)
	m.finish(o)
}

// own ends the coordinator's own part.
func (m *machine) own(o *commit.Open, commits bool) {
	i := o.Index(m.self)
	if i < 0 {
		return
	}
	c, l := of(o), m.Local(o.Txn.ID)
	switch {
	case l == nil:
		c.done[i] = true
		return
	case !l.Prepared():
		m.Withdraw(o.Txn.ID)
		c.done[i] = true
		return
	case commits:
		m.Commit(l)
	default:
		m.Abort(l)
	}
	if c.done[i] = c.readOnly || c.again; !c.done[i] {
		m.WhenDurable(ownDurable{o.Txn.ID})
	}
}

// ended takes a participant's word that it will not ask any more.
func (m *machine) ended(from int, id commit.ID) {
	o := m.Opened(id.Seq)
	if o == nil || id.Node != m.self {
		return
	}
	if i := o.Index(from); i >= 0 && of(o).phase >= committing {
		of(o).done[i] = true
		m.finish(o)
	}
}

// finish forgets a transaction when everybody knows its fate.
func (m *machine) finish(o *commit.Open) {
	c := of(o)
	switch {
	case c.phase == committing && c.readOnly:
	case !c.complete():
		return
	case c.again && m.Again(o):
		return
	}
	m.Answer(o, c.err)
	m.Close(o)
}

// heard takes the state of a participant: its answer to the second phase, or the
// news that others have ended the transaction.
func (m *machine) heard(from int, o *commit.Open, s state) {
	c := of(o)
	switch {
	case s == statePrecommit:
		m.acked(from, o)
	case c.phase >= committing:
	case s == stateCommitted && c.phase == precommitting:
		m.commit(o)
	case s == stateAborted:
		m.abort(o, errEnded)
	}
}
