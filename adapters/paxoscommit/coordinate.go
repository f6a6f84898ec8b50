package paxoscommit

import (
	"errors"
	"fmt"

	"nines/adapters/commit"
	"nines/bench"
)

// coordination is what a coordinator knows of a transaction beside its parts.
type coordination struct {
	asked    nodeSet // nodes that were sent their part
	accepted nodeSet // nodes that have accepted all votes in ballot 0
	decided  bool
	commit   bool
	again    bool    // it gave way, and is to begin again
	err      error   // of the answer
	over     nodeSet // nodes at which it is over
	sent     int     // tick when anything was last sent to all who are waited for
}

func of(o *commit.Open) *coordination { return o.Protocol.(*coordination) }

var (
	errUndecided = fmt.Errorf("it was given up before all participants had prepared: %w", bench.ErrAborted)
	errNotFound  = errors.New("it was committed, and what it found is lost: the outcome is unknown")
)

// Begin implements [commit.Protocol].
func (m *machine) Begin(o *commit.Open) {
	o.Protocol = &coordination{sent: m.Now()}
	if m.floor == 0 {
		m.floor = m.Low()
	}
	m.learnLow(m.self, m.Low(), m.floor)
	wide := m.suspicious(o.Txn)
	// The own part comes first: if it is refused nobody else need be asked.
	if i := o.Index(m.self); i >= 0 {
		m.ask(o, i, wide)
	}
	for i, p := range o.Txn.Participants {
		if p != m.self && !of(o).decided {
			m.ask(o, i, wide)
		}
	}
}

// ask asks the participant in place i to prepare.
func (m *machine) ask(o *commit.Open, i int, wide bool) {
	of(o).asked.add(o.Txn.Participants[i])
	m.send(o.Txn.Participants[i], &request{
		Prepare: commit.Prepare{Part: o.Parts[i], Low: m.lows[m.self]}, floor: m.floors[m.self], wide: wide,
	})
}

// suspicious reports whether one of the first F+1 acceptors is taken for dead.
func (m *machine) suspicious(t *commit.Txn) bool {
	for _, a := range m.acceptors(t)[:m.f+1] {
		if m.suspects[a] > m.Now() {
			return true
		}
	}
	return false
}

// onRefusal aborts: the participant will never have voted otherwise, in any
// ballot, since it proposes nothing in ballot 0 and only that could make its
// instance Prepared.
func (m *machine) onRefusal(r *refusal) {
	o := m.Opened(r.vote.ID.Seq)
	if o == nil || r.vote.ID.Node != m.self || of(o).decided {
		return
	}
	of(o).again = r.vote.GaveWay
	of(o).over.add(r.from)
	m.decide(o, false, fmt.Errorf("at node %s: %w", m.Config().Members[r.from], r.vote.Err()))
}

// onAllAccepted counts the acceptors that have all votes of ballot 0.
func (m *machine) onAllAccepted(from int, id commit.ID) {
	o := m.Opened(id.Seq)
	if o == nil || id.Node != m.self || of(o).decided {
		return
	}
	c := of(o)
	c.accepted.add(from)
	if c.accepted.len() > m.f {
		m.Reached(Voted, o.Txn)
		m.Reached(Decided, o.Txn)
		m.decide(o, true, nil)
	}
}

// decide is called when the fate stands, and tells everybody.
func (m *machine) decide(o *commit.Open, committed bool, err error) {
	c := of(o)
	if c.decided {
		return
	}
	c.decided, c.commit, c.sent = true, committed, m.Now()
	m.campaigns.drop(o.Txn.ID)
	c.err = err
	if committed {
		c.err = errNotFound // until all of it is there
		m.answerFound(o)
	} else if !c.again {
		m.Answer(o, err)
	}
	for _, p := range o.Txn.Participants {
		if !c.asked.has(p) {
			c.over.add(p)
		}
	}
	m.tell(o)
	m.conclude(o)
}

// decided is called when the fate was chosen in a higher ballot.
func (m *machine) decided(o *commit.Open, committed bool) {
	var err error
	if !committed {
		err = errUndecided
	}
	m.decide(o, committed, err)
}

// answerFound answers a transaction that was committed, if all is there that it
// found. Other acceptors may have all votes before this one.
func (m *machine) answerFound(o *commit.Open) {
	c := of(o)
	if !c.decided || !c.commit {
		return
	}
	for _, f := range o.Found {
		if f == nil {
			return
		}
	}
	c.err = nil
	m.Answer(o, nil)
}

// tell sends the fate to the participants at which the transaction is not over.
func (m *machine) tell(o *commit.Open) {
	c := of(o)
	for _, p := range o.Txn.Participants {
		if !c.over.has(p) {
			m.send(p, &outcome{o.Txn.ID, c.commit, c.again})
		}
	}
}

// overAt learns that a transaction of this coordinator is over at a node.
func (m *machine) overAt(node int, id commit.ID, told bool) {
	o := m.Opened(id.Seq)
	if o == nil || id.Node != m.self || len(o.Parts) < 2 {
		return
	}
	c := of(o)
	if !c.decided || o.Index(node) < 0 {
		return
	}
	c.over.add(node)
	c.again = c.again && !told
	m.conclude(o)
}

// conclude closes what is over at all participants.
func (m *machine) conclude(o *commit.Open) {
	c := of(o)
	switch {
	case c.over.len() < len(o.Parts) || m.Opened(o.Txn.ID.Seq) != o:
	case c.again && m.Again(o):
	default:
		m.Answer(o, c.err)
		m.Close(o)
	}
}

// watchOpen sends again what may have been lost, and starts a ballot of its own
// for what takes too long.
func (m *machine) watchOpen() {
	for o := range m.AllOpen {
		c := of(o)
		switch waited := m.Now() - c.sent; {
		case c.again && m.Now()-o.Began >= m.heartbeat: // somebody is out of reach
			c.again = false
			m.Answer(o, c.err)
		case c.decided:
			if waited >= m.election/2 {
				c.sent = m.Now()
				m.Answer(o, c.err)
				m.tell(o)
			}
		case m.Now()-o.Began >= m.election*3/4:
			m.campaign(o.Txn)
		case waited >= 2*m.heartbeat:
			c.sent = m.Now()
			m.askAgain(o)
		}
	}
}

// askAgain asks the participants whose votes this node has not seen, or all, if it
// is other acceptors that are silent.
func (m *machine) askAgain(o *commit.Open) {
	e := m.acceptor.entries[o.Txn.ID]
	all := e != nil && e.missing() == 0
	if all {
		for _, a := range m.acceptors(o.Txn)[:m.f+1] {
			if a != m.self && !of(o).accepted.has(a) {
				m.suspects[a] = m.Now() + 2*m.election
			}
		}
	}
	for i := range o.Parts {
		if all || e == nil || !e.votes[i].cast {
			m.ask(o, i, true)
		}
	}
}
