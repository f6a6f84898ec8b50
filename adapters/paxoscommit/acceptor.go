package paxoscommit

import (
	"fmt"
	"slices"

	"nines/adapters/commit"
)

// acceptor is what a node remembers of the votes on transactions.
type acceptor struct {
	entries map[commit.ID]*entry
	order   []*entry // as they came, and some that were dropped
	looked  int      // tick of the last watchEntries
}

// A vote is what an acceptor has accepted in the instance of one participant.
type vote struct {
	cast     bool
	ballot   uint64
	prepared bool
}

func (v vote) String() string {
	switch {
	case !v.cast:
		return "-"
	case v.prepared:
		return fmt.Sprintf("prepared@%d", v.ballot)
	}
	return fmt.Sprintf("aborted@%d", v.ballot)
}

// An entry is one transaction at an acceptor. All its instances share a ballot.
type entry struct {
	txn      *commit.Txn
	promised uint64 // no lower ballot is taken part in
	votes    []vote // by place
	durable  bool   // all votes of ballot 0 are there, and in the log
	dropped  bool
	asked    int     // tick when it was made, or when nodes were last asked whether it is over
	over     nodeSet // nodes at which it is over, of those that were asked
}

// missing is the number of votes that are not there.
func (e *entry) missing() int {
	n := 0
	for _, v := range e.votes {
		if !v.cast {
			n++
		}
	}
	return n
}

// entry returns what is remembered of a transaction; it begins if there is
// nothing.
func (m *machine) entry(t *commit.Txn) *entry {
	e := m.acceptor.entries[t.ID]
	if e == nil {
		e = &entry{txn: t, votes: make([]vote, len(t.Participants)), asked: m.Now()}
		m.acceptor.add(e)
	}
	return e
}

func (a *acceptor) add(e *entry) {
	a.entries[e.txn.ID] = e
	a.order = append(a.order, e)
}

func (a *acceptor) drop(e *entry) {
	e.dropped = true
	delete(a.entries, e.txn.ID)
}

// onBallot0 takes the vote of a participant. Votes are bundled: there is one record
// and one phase 2b for all of them.
func (m *machine) onBallot0(b *ballot0) {
	id := b.txn.ID
	m.learnLow(id.Node, b.low, b.floor)
	if id.Node == m.self && b.found != nil {
		if o := m.Opened(id.Seq); o != nil {
			o.Found[b.from] = b.found
			m.answerFound(o)
		}
	}
	e := m.acceptor.entries[id]
	if e == nil {
		if id.Seq < m.lows[id.Node] {
			return // it is over, or its coordinator has been down: no vote is taken any more
		}
		e = m.entry(b.txn)
	}
	switch {
	case e.durable && e.promised == 0:
		m.accept(e.txn, 0)
	case e.promised > 0 || e.votes[b.from].cast:
	default:
		e.votes[b.from] = vote{cast: true, prepared: true}
		if e.missing() == 0 {
			m.log(e)
			m.WhenDurable(accepted{e.txn, 0})
		}
	}
}

// accepted says that the acceptance of all values in a ballot is durable.
type accepted struct {
	txn    *commit.Txn
	ballot uint64
}

func (m *machine) onAcceptedHere(b accepted) {
	if e := m.acceptor.entries[b.txn.ID]; e != nil && b.ballot == 0 {
		e.durable = true
	}
	m.accept(b.txn, b.ballot)
}

// accept sends phase 2b to the leader of the ballot.
func (m *machine) accept(t *commit.Txn, ballot uint64) {
	m.send(m.leader(t.ID, ballot), &phase2b{t.ID, ballot})
}

// onPhase1a promises, and tells what was accepted. Votes of ballot 0 whose bundle
// is not complete become accepted by the record of the promise.
func (m *machine) onPhase1a(from int, b *phase1a) {
	// Who has committed it, and remembers, spares a node that comes back its ballot.
	// That it is over and was not committed says nothing: it may have been forgotten.
	if over, committed := m.Over(b.txn.ID); over && committed {
		m.send(from, &outcome{id: b.txn.ID, commit: true})
		return
	}
	e := m.entry(b.txn)
	if b.ballot < e.promised {
		m.send(from, &outpaced{b.txn.ID, e.promised})
		return
	}
	if b.ballot > e.promised {
		e.promised = b.ballot
		m.log(e)
	}
	m.afterwards(from, &phase1b{b.txn.ID, b.ballot, slices.Clone(e.votes)})
}

// onPhase2a accepts the values that a leader proposes.
func (m *machine) onPhase2a(from int, b *phase2a) {
	e := m.entry(b.txn)
	if b.ballot < e.promised {
		m.send(from, &outpaced{b.txn.ID, e.promised})
		return
	}
	e.promised = b.ballot
	for i := range e.votes {
		e.votes[i] = vote{true, b.ballot, b.prepared.has(i)}
	}
	m.log(e)
	m.afterwards(from, &phase2b{b.txn.ID, b.ballot})
}

// afterwards sends when all that was logged is durable.
func (m *machine) afterwards(to int, body message) {
	if to == m.self {
		m.WhenDurable(body)
		return
	}
	m.SendWhenDurable(to, body, body.wireSize())
}
