package paxoscommit

import (
	"encoding/binary"
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

// learnLow takes a coordinator's word that all its transactions from floor to low
// are over everywhere, and forgets them.
func (m *machine) learnLow(node int, low, floor uint64) {
	if low <= m.lows[node] {
		return
	}
	before := m.lows[node]
	m.lows[node], m.floors[node] = low, floor
	if from := max(before, floor); low-from < uint64(len(m.acceptor.entries)) {
		for seq := from; seq < low; seq++ {
			if e := m.acceptor.entries[commit.ID{Node: node, Seq: seq}]; e != nil {
				m.acceptor.drop(e)
			}
		}
		return
	}
	for _, e := range m.acceptor.order {
		if id := e.txn.ID; !e.dropped && id.Node == node && id.Seq >= floor && id.Seq < low {
			m.acceptor.drop(e)
		}
	}
}

// watchEntries asks whether what has been remembered for long is over: its
// coordinator may have been restarted, or be idle.
func (m *machine) watchEntries() {
	a := &m.acceptor
	if m.Now()-a.looked < m.heartbeat {
		return
	}
	a.looked = m.Now()
	a.order = slices.DeleteFunc(a.order, func(e *entry) bool { return e.dropped })
	for _, e := range a.order {
		if e.dropped || m.Now()-e.asked < 4*m.election {
			continue
		}
		e.asked = m.Now()
		for _, node := range witnesses(e.txn) {
			if !e.over.has(node) {
				m.send(node, &inquiry{e.txn.ID})
			}
		}
	}
}

// witnesses are the nodes that must know that a transaction is over before it can
// be forgotten: its participants and its coordinator.
func witnesses(t *commit.Txn) []int {
	if place(t, t.ID.Node) >= 0 {
		return t.Participants
	}
	return append(slices.Clone(t.Participants), t.ID.Node)
}

// onInquiry answers when the transaction is over here. If it has never been here,
// it will never be.
func (m *machine) onInquiry(from int, q *inquiry) {
	if m.Local(q.id) != nil || q.id.Node == m.self && m.Opened(q.id.Seq) != nil {
		return
	}
	if over, _ := m.Over(q.id); !over {
		m.Renounce(q.id)
	}
	m.owe(from, q.id)
}

// overAt learns that a transaction is over at a node.
func (a *acceptor) overAt(node int, id commit.ID) {
	e := a.entries[id]
	if e == nil {
		return
	}
	e.over.add(node)
	for _, w := range witnesses(e.txn) {
		if !e.over.has(w) {
			return
		}
	}
	a.drop(e)
}

// recordEntry is the record of an entry, which takes the place of earlier ones:
// its transaction, promised ballot (8), and a vote (1, and its ballot 8) for each
// participant.
const recordEntry = commit.FirstKind

// What the first byte of a vote says.
const (
	noVote byte = iota
	abortedVote
	preparedVote
)

func (m *machine) log(e *entry) { m.Append(recordEntry, appendEntry(nil, e)) }

func appendEntry(b []byte, e *entry) []byte {
	b = commit.AppendTxn(b, e.txn)
	b = binary.LittleEndian.AppendUint64(b, e.promised)
	for _, v := range e.votes {
		kind := noVote
		if v.cast {
			kind = abortedVote
		}
		if v.prepared {
			kind = preparedVote
		}
		b = binary.LittleEndian.AppendUint64(append(b, kind), v.ballot)
	}
	return b
}

func (m *machine) readEntry(r *commit.Reader) (*entry, error) {
	e := &entry{txn: r.Txn(), promised: r.Uint64()}
	for range e.txn.Participants {
		kind := r.Byte()
		v := vote{cast: kind != noVote, prepared: kind == preparedVote, ballot: r.Uint64()}
		if kind > preparedVote || v.ballot > e.promised || !v.cast && v.ballot > 0 {
			return nil, fmt.Errorf("%w: no acceptor votes like that", commit.ErrDamaged)
		}
		e.votes = append(e.votes, v)
	}
	if len(e.votes) > m.members {
		return nil, fmt.Errorf("%w: %d participants of %d nodes", commit.ErrDamaged, len(e.votes), m.members)
	}
	e.durable = e.missing() == 0
	return e, nil
}

// Replay implements [commit.Keeper].
func (m *machine) Replay(kind byte, data []byte) error {
	if kind != recordEntry {
		return fmt.Errorf("%w: of no known kind", commit.ErrDamaged)
	}
	r := commit.NewReader(data, m.members)
	e, err := m.readEntry(r)
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		return err
	}
	m.replace(e)
	return nil
}

func (m *machine) replace(e *entry) {
	if old := m.acceptor.entries[e.txn.ID]; old != nil {
		*old = *e
		return
	}
	m.acceptor.add(e)
}

// AppendState implements [commit.Keeper]: low and floor of each coordinator (8
// each), number of entries (4), these as in their records.
func (m *machine) AppendState(b []byte) []byte {
	for i := range m.lows {
		b = binary.LittleEndian.AppendUint64(b, m.lows[i])
		b = binary.LittleEndian.AppendUint64(b, m.floors[i])
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(m.acceptor.entries)))
	for _, e := range m.acceptor.order {
		if !e.dropped {
			b = appendEntry(b, e)
		}
	}
	return b
}

// Restore implements [commit.Keeper].
func (m *machine) Restore(b []byte) error {
	r := commit.NewReader(b, m.members)
	for i := range m.lows {
		m.lows[i], m.floors[i] = r.Uint64(), r.Uint64()
	}
	for range r.Count(1) {
		e, err := m.readEntry(r)
		if err != nil {
			return err
		}
		m.replace(e)
	}
	return r.Err()
}
