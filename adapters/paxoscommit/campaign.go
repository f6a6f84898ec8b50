package paxoscommit

import (
	"nines/adapters/commit"
)

// campaigns are the ballots that this node leads beside ballot 0.
type campaigns struct {
	of    map[commit.ID]*campaign
	order []*campaign // the oldest first, and some that are over
}

// A campaign finishes a transaction whose coordinator does not, by a higher ballot
// in all its instances at once.
type campaign struct {
	txn    *commit.Txn
	ballot uint64
	high   uint64 // the highest ballot heard of
	retry  int    // tick
	over   bool

	promises nodeSet
	chosen   nodeSet // of those, the nodes that had accepted Prepared in every instance of ballot 0
	best     []vote  // by place: that with the highest ballot
	proposed bool
	prepared nodeSet // by place, what is proposed
	accepted nodeSet
}

// drop ends a campaign, if there is one.
func (cs *campaigns) drop(id commit.ID) {
	if c := cs.of[id]; c != nil {
		c.over = true
		delete(cs.of, id)
	}
}

// leader is who leads a ballot: ballot 0 the coordinator, ballot kn + i + 1 node
// i of n.
func (m *machine) leader(id commit.ID, ballot uint64) int {
	if ballot == 0 {
		return id.Node
	}
	return int((ballot - 1) % uint64(m.members))
}

// campaign begins one for a transaction, unless there is one.
func (m *machine) campaign(t *commit.Txn) {
	if m.campaigns.of[t.ID] != nil {
		return
	}
	c := &campaign{txn: t}
	m.campaigns.of[t.ID] = c
	m.campaigns.order = append(m.campaigns.order, c)
	m.run(c)
}

// run begins the next ballot of a campaign: phase 1 of all instances.
func (m *machine) run(c *campaign) {
	n := uint64(m.members)
	*c = campaign{
		txn: c.txn, high: c.high, ballot: max(c.high, c.ballot)/n*n + n + uint64(m.self) + 1,
		best:  make([]vote, len(c.txn.Participants)),
		retry: m.Now() + m.election/2 + m.rand.IntN(m.election/2+1),
	}
	for _, a := range m.acceptors(c.txn) {
		if !c.over {
			m.send(a, &phase1a{c.txn, c.ballot})
		}
	}
}

// current is the campaign for a transaction if it is at that ballot, else nil.
func (m *machine) current(id commit.ID, ballot uint64) *campaign {
	if c := m.campaigns.of[id]; c != nil && c.ballot == ballot {
		return c
	}
	return nil
}

// onPhase1b collects promises. When there are F+1 the values are known that may
// have been chosen; where none may, the leader is free, and aborts.
func (m *machine) onPhase1b(from int, b *phase1b) {
	c := m.current(b.id, b.ballot)
	if c == nil || c.proposed || c.promises.has(from) {
		return
	}
	c.promises.add(from)
	all := true
	for i, v := range b.votes {
		all = all && v.cast && v.ballot == 0 && v.prepared
		if v.cast && (!c.best[i].cast || v.ballot > c.best[i].ballot) {
			c.best[i] = v
		}
	}
	if all {
		c.chosen.add(from)
	}
	switch {
	case c.chosen.len() > m.f:
		m.finish(c, true) // it was chosen in ballot 0
	case c.promises.len() > m.f:
		m.propose(c)
	}
}

// propose begins phase 2.
func (m *machine) propose(c *campaign) {
	c.proposed = true
	for i, v := range c.best {
		if v.prepared {
			c.prepared.add(i)
		}
	}
	for _, a := range m.acceptors(c.txn) {
		if !c.over {
			m.send(a, &phase2a{c.txn, c.ballot, c.prepared})
		}
	}
}

func (m *machine) onPhase2b(from int, b *phase2b) {
	if b.ballot == 0 {
		m.onAllAccepted(from, b.id)
		return
	}
	c := m.current(b.id, b.ballot)
	if c == nil {
		return
	}
	c.accepted.add(from)
	if c.accepted.len() > m.f {
		m.finish(c, c.prepared.len() == len(c.txn.Participants))
	}
}

// onOutpaced leaves the field to another leader for a while.
func (m *machine) onOutpaced(b *outpaced) {
	c := m.campaigns.of[b.id]
	if c == nil || b.ballot <= c.high {
		return
	}
	c.high = b.ballot
	c.retry = m.Now() + m.election/2 + m.rand.IntN(m.election)
}

// finish is called when the fate is chosen, and tells everybody.
func (m *machine) finish(c *campaign, committed bool) {
	m.campaigns.drop(c.txn.ID)
	if c.txn.ID.Node == m.self {
		if o := m.Opened(c.txn.ID.Seq); o != nil {
			m.decided(o, committed)
			return
		}
	}
	for _, node := range witnesses(c.txn) {
		m.send(node, &outcome{id: c.txn.ID, commit: committed})
	}
}

// watchCampaigns begins again what has not come to an end, and gives up what is
// over.
func (m *machine) watchCampaigns() {
	order := m.campaigns.order[:0]
	for _, c := range m.campaigns.order {
		l := m.Local(c.txn.ID)
		wanted := l != nil && l.Prepared() || c.txn.ID.Node == m.self && m.Opened(c.txn.ID.Seq) != nil
		if !c.over && !wanted {
			m.campaigns.drop(c.txn.ID)
		}
		if c.over {
			continue
		}
		order = append(order, c)
	}
	clear(m.campaigns.order[len(order):])
	m.campaigns.order = order
	for _, c := range order {
		if !c.over && m.Now() >= c.retry {
			m.run(c)
		}
	}
}
