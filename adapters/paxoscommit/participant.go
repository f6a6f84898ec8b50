package paxoscommit

import (
	"fmt"

	"nines/adapters/commit"
	"nines/bench"
)

// What a participant keeps in [commit.Local.Protocol].
const (
	localWide  byte = 1 << iota // its vote goes to all acceptors
	localVoted                  // its record is durable, and its vote has been sent
)

// onRequest prepares a part, or votes again.
func (m *machine) onRequest(r *request) {
	id := r.Txn.ID
	m.learnLow(id.Node, r.Low, r.floor)
	l := m.Local(id)
	if l == nil {
		if over, committed := m.Over(id); over {
			m.refuseAgain(r, committed)
			return
		}
		m.Prepare(&r.Prepare)
		l = m.Local(id)
	}
	if l == nil || !r.wide {
		return
	}
	l.Protocol |= localWide
	if l.Protocol&localVoted != 0 {
		m.vote(l)
	}
}

var errBefore = fmt.Errorf("it was over before it was prepared: %w", bench.ErrAborted)

// refuseAgain answers a request for what is over here. If it is not so that it was
// committed, then it was refused or aborted, or is closed, which its coordinator
// knows.
func (m *machine) refuseAgain(r *request, committed bool) {
	if !committed && r.Txn.ID.Seq >= m.lows[r.Txn.ID.Node] {
		m.refuse(r.Txn, errBefore)
	}
}

// Granted implements [commit.Protocol].
func (m *machine) Granted(l *commit.Local) { m.WhenDurable(granted{l}) }

// granted says that l's record is durable.
type granted struct{ l *commit.Local }

func (m *machine) onGranted(l *commit.Local) {
	if !l.Prepared() {
		return // it was over before it could vote
	}
	m.Reached(Prepared, l.Txn)
	m.vote(l)
}

// vote sends phase 2a of ballot 0.
func (m *machine) vote(l *commit.Local) {
	l.Protocol |= localVoted
	to := m.acceptors(l.Txn)
	if l.Protocol&localWide == 0 {
		to = to[:m.f+1]
	}
	coordinator := l.Txn.ID.Node
	v := ballot0{txn: l.Txn, from: place(l.Txn, m.self), low: m.lows[coordinator], floor: m.floors[coordinator]}
	for _, a := range to {
		own := v
		if a == coordinator {
			own.found = l.Found
		}
		m.send(a, &own)
	}
}

// place is that of a node among the participants, -1 if it is none.
func place(t *commit.Txn, node int) int {
	for i, p := range t.Participants {
		if p == node {
			return i
		}
	}
	return -1
}

// Refused implements [commit.Protocol].
func (m *machine) Refused(t *commit.Txn, err error) {
	m.Renounce(t.ID)
	m.refuse(t, err)
}

// refuse tells the coordinator when it is certain that this node will not prepare.
func (m *machine) refuse(t *commit.Txn, err error) {
	r := &refusal{m.self, commit.Refusal(t.ID, err)}
	if t.ID.Node == m.self {
		m.onRefusal(r) // whose word is as good as the record: see doc.go
		return
	}
	m.SendWhenDurable(t.ID.Node, r, r.wireSize())
}

// onOutcome ends a transaction here.
func (m *machine) onOutcome(b *outcome) {
	if b.id.Node == m.self {
		if o := m.Opened(b.id.Seq); o != nil && !of(o).decided {
			m.decided(o, b.commit)
			return // which tells this node too
		}
	}
	m.campaigns.drop(b.id)
	l := m.Local(b.id)
	m.end(b.id, b.commit)
	if b.again {
		m.afterwards(b.id.Node, &ended{ids: []commit.ID{b.id}, told: l != nil && l.Recovered})
		return
	}
	m.owe(b.id.Node, b.id)
}

// end makes the fate stand here.
func (m *machine) end(id commit.ID, committed bool) {
	l := m.Local(id)
	over, _ := m.Over(id)
	switch {
	case l != nil && l.Prepared() && committed:
		m.Commit(l)
	case l != nil && l.Prepared():
		m.Abort(l)
	case l != nil || !over:
		m.Renounce(id)
	}
}

// watchDoubts asks for the fate of what has been in doubt for too long, as a
// leader. The participants are not equally patient, so that one of them is the
// first.
func (m *machine) watchDoubts() {
	for l := range m.InDoubt {
		patience := m.election + place(l.Txn, m.self)*m.heartbeat
		if l.Recovered {
			patience = m.heartbeat
		}
		if m.Now()-l.Asked >= patience {
			m.campaign(l.Txn)
		}
	}
}

// Recovered implements [commit.Keeper].
func (m *machine) Recovered() {
	for l := range m.InDoubt {
		l.Protocol |= localVoted // its record is durable
	}
}
