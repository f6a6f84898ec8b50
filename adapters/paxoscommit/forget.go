package paxoscommit

import (
	"slices"

	"nines/adapters/commit"
)

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

// ends are what is over here, and who is owed to be told so when that is durable.
type ends struct {
	owed    [][]commit.ID // by node
	flushed int           // tick
}

func (m *machine) owe(node int, id commit.ID) { m.ends.owed[node] = append(m.ends.owed[node], id) }

// durableEnds says that these ends are durable.
type durableEnds struct{ owed [][]commit.ID }

// flushEnds has the ends of a heartbeat made durable by one forced write, and told
// in one message to each node.
func (m *machine) flushEnds() {
	if m.Now()-m.ends.flushed < m.heartbeat {
		return
	}
	m.ends.flushed = m.Now()
	for _, ids := range m.ends.owed {
		if len(ids) > 0 {
			m.WhenDurable(durableEnds{m.ends.owed})
			m.ends.owed = make([][]commit.ID, m.members)
			return
		}
	}
}

func (m *machine) tellEnds(b durableEnds) {
	for node, ids := range b.owed {
		if len(ids) > 0 {
			m.send(node, &ended{ids: ids})
		}
	}
}

func (m *machine) onEnded(from int, b *ended) {
	for _, id := range b.ids {
		m.overAt(from, id, b.told)
		m.acceptor.overAt(from, id)
	}
}
