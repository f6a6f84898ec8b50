package threepc

import (
	"fmt"

	"nines/adapters/commit"
	"nines/bench"
)

var (
	errOver   = fmt.Errorf("it was over before it was prepared: %w", bench.ErrAborted)
	errSilent = fmt.Errorf("not all participants have voted in time: %w", bench.ErrAborted)
	errEnded  = fmt.Errorf("the participants have agreed to abort it: %w", bench.ErrAborted)
)

// machine is three-phase commit at one node.
type machine struct {
	*commit.Node
	self    int
	members []string
	ending  map[commit.ID]*termination
	ticked  int // Now at the last Tick
}

// coordination is what a coordinator knows of a transaction beside its parts. It
// logs none of it: the participants can do without it.
type coordination struct {
	phase    phase
	err      error  // why it is aborted
	again    bool   // aborted because it gave way: it may begin again
	readOnly bool   // nobody writes
	asked    []bool // by participant, as Txn.Participants: was sent its part
	done     []bool // has answered in this phase
	began    int    // tick of this phase
	sent     int    // tick when anything was last sent to all who are waited for
}

type phase byte

const (
	voting phase = iota
	precommitting
	committing
	aborting
)

func of(o *commit.Open) *coordination { return o.Protocol.(*coordination) }

// Begin implements [commit.Protocol].
func (m *machine) Begin(o *commit.Open) {
	n := len(o.Parts)
	marks := make([]bool, 2*n)
	c := &coordination{readOnly: true, asked: marks[:n:n], done: marks[n:], began: m.Now()}
	o.Protocol = c
	// The own part comes first: if it is refused nobody else need be asked.
	if i := o.Index(m.self); i >= 0 {
		c.asked[i] = true
		m.Prepare(&commit.Prepare{Part: o.Parts[i], Low: m.Low()})
	}
	if c.phase == voting {
		m.push(o)
	}
}

// push sends what belongs to the phase to those who have not answered it.
func (m *machine) push(o *commit.Open) {
	c := of(o)
	c.sent = m.Now()
	for i, node := range o.Txn.Participants {
		if node == m.self || c.done[i] {
			continue
		}
		switch c.phase {
		case voting:
			c.asked[i] = true
			p := &commit.Prepare{Part: o.Parts[i], Low: m.Low()}
			m.Send(node, p, p.WireSize())
		case precommitting:
			m.Send(node, precommit{o.Txn.ID}, commit.AboutSize)
		default:
			d := decision{ID: o.Txn.ID, Commit: c.phase == committing, Again: c.again, Free: c.readOnly}
			m.Send(node, d, commit.AboutSize)
		}
	}
}

// enter begins the next phase.
func (m *machine) enter(o *commit.Open, p phase) {
	c := of(o)
	c.phase, c.began = p, m.Now()
	clear(c.done)
}

// complete reports whether all have answered.
func (c *coordination) complete() bool {
	for _, d := range c.done {
		if !d {
			return false
		}
	}
	return true
}

// vote takes a participant's answer to the first phase.
func (m *machine) vote(from int, v *commit.Vote) {
	o := m.Opened(v.ID.Seq)
	if o == nil || of(o).phase != voting {
		return
	}
	c, i := of(o), o.Index(from)
	if i < 0 || c.done[i] {
		return
	}
	if err := v.Err(); err != nil {
		c.again = v.GaveWay
		c.asked[i] = false // and need not be told
		m.abort(o, fmt.Errorf("at node %s: %w", m.members[from], err))
		return
	}
	c.done[i] = true
	c.readOnly = c.readOnly && v.ReadOnly
	o.Found[i] = v.Found
	if !c.complete() {
		return
	}
	m.Reached(Voted, o.Txn)
	if c.readOnly {
		m.commit(o)
		return
	}
	m.enter(o, precommitting)
	if l := m.Local(o.Txn.ID); l != nil {
		m.precommit(l, m.self)
	}
	m.push(o)
}

// acked takes a participant's answer to the second phase.
func (m *machine) acked(from int, o *commit.Open) {
	c, i := of(o), o.Index(from)
	if c.phase != precommitting || i < 0 || c.done[i] {
		return
	}
	c.done[i] = true
	if c.complete() {
		m.commit(o)
	}
}

// Tick implements [commit.Protocol].
func (m *machine) Tick() {
	heartbeat, election := m.Config().HeartbeatTicks, m.Config().ElectionTicks
	for o := range m.AllOpen {
		c := of(o)
		late := m.Now()-c.began >= election
		switch {
		case c.phase == voting && late:
			m.abort(o, errSilent)
		case c.phase == precommitting && late: // who has not answered is taken for dead
			m.commit(o)
		case c.phase == aborting && c.again && m.Now()-o.Began >= heartbeat: // somebody is out of reach
			c.again = false
			m.Answer(o, c.err)
		case m.Now()-c.sent >= heartbeat:
			m.push(o)
		}
	}
	m.terminate()
}

// Message implements [commit.Protocol].
func (m *machine) Message(from int, body any) {
	switch b := body.(type) {
	case *commit.Prepare:
		m.prepare(b)
	case *commit.Vote:
		if b.ID.Node == m.self {
			m.vote(from, b)
		}
	case precommit:
		if l := m.Local(b.ID); l != nil && l.Prepared() {
			m.precommit(l, from)
		} else {
			m.answer(from, query{b.ID, true})
		}
	case decision:
		m.learn(b)
	case ack:
		m.ended(from, b.ID)
	case query:
		m.answer(from, b)
	case report:
		m.collect(from, b)
	case preparedDurable:
		m.prepared(b.local)
	case precommittedDurable:
		m.precommitted(b.local, b.to)
	case endDurable:
		m.tellAll(b.txn, b.decision)
	case ownDurable:
		m.ended(m.self, b.id)
	}
}
