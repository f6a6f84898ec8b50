package twopc

import (
	"errors"
	"fmt"

	"nines/adapters/commit"
	"nines/bench"
)

var errOver = fmt.Errorf("it was over before it was prepared: %w", bench.ErrAborted)

// machine is two-phase commit at one node.
type machine struct {
	*commit.Node
	presume Presume
	self    int
	members []string
}

// coordination is what a coordinator knows of a transaction beside its parts.
type coordination struct {
	fate    fate
	err     error  // why it is aborted
	again   bool   // aborted because it gave way: it may begin again
	asked   []bool // by participant, as Txn.Participants: was sent its part
	voted   []bool // has answered
	awaited []bool // has to acknowledge the decision
	logged  bool   // there is a record of the decision
	durable bool   // the decision may be told
	sent    int    // tick when anything was last sent to all who are waited for
}

type fate byte

const (
	undecided fate = iota
	committed
	aborted
)

func of(o *commit.Open) *coordination { return o.Protocol.(*coordination) }

// Begin implements [commit.Protocol].
func (m *machine) Begin(o *commit.Open) {
	n := len(o.Parts)
	marks := make([]bool, 3*n)
	c := &coordination{asked: marks[:n:n], voted: marks[n : 2*n : 2*n], awaited: marks[2*n:], sent: m.Now()}
	o.Protocol = c
	// The own part comes first: if it is refused nobody else need be asked.
	if i := o.Index(m.self); i >= 0 {
		m.Prepare(&commit.Prepare{Part: o.Parts[i], Low: m.Low()})
	}
	if c.fate == undecided {
		m.ask(o)
	}
}

// ask sends the parts of those who have not voted.
func (m *machine) ask(o *commit.Open) {
	c := of(o)
	c.sent = m.Now()
	low := m.Low()
	for i, node := range o.Txn.Participants {
		if node == m.self || c.voted[i] {
			continue
		}
		c.asked[i] = true
		p := &commit.Prepare{Part: o.Parts[i], Low: low}
		m.Send(node, p, p.WireSize())
	}
}

// vote takes a participant's answer.
func (m *machine) vote(from int, v *commit.Vote) {
	o := m.Opened(v.ID.Seq)
	if o == nil || of(o).fate != undecided {
		return
	}
	c, i := of(o), o.Index(from)
	if i < 0 || c.voted[i] {
		return
	}
	c.voted[i] = true
	c.awaited[i] = v.Refused == "" && !v.ReadOnly
	if err := v.Err(); err != nil {
		c.asked[i] = false // and need not be told
		c.again = v.GaveWay
		m.abort(o, fmt.Errorf("at node %s: %w", m.members[from], err))
		return
	}
	o.Found[i] = v.Found
	for _, yes := range c.voted {
		if !yes {
			return
		}
	}
	m.Reached(Voted, o.Txn)
	c.fate = committed
	m.decide(o)
}

// abort decides that o has no effect.
func (m *machine) abort(o *commit.Open, err error) {
	c := of(o)
	c.fate, c.err = aborted, err
	for i := range c.awaited {
		// Whoever has not answered may be prepared.
		c.awaited[i] = c.asked[i] && (c.again || m.presume == Nothing && (!c.voted[i] || c.awaited[i]))
	}
	m.decide(o)
}

var errSilent = errors.New("not all participants have voted in time")

// Tick implements [commit.Protocol].
func (m *machine) Tick() {
	heartbeat, election := m.Config().HeartbeatTicks, m.Config().ElectionTicks
	for o := range m.AllOpen {
		c := of(o)
		switch {
		case c.fate == undecided && m.Now()-o.Began >= election:
			m.abort(o, fmt.Errorf("%w: %w", errSilent, bench.ErrAborted))
		case c.again && m.Now()-o.Began >= heartbeat: // somebody is out of reach
			c.again = false
			clear(c.awaited)
			m.finish(o)
		case m.Now()-c.sent < heartbeat:
		case c.fate == undecided:
			m.ask(o)
		case c.durable:
			m.remind(o)
		}
	}
	m.askAround()
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
	case decision:
		m.learn(b)
	case ack:
		m.acked(from, b.ID)
	case inquiry:
		m.inquire(from, b.ID)
	case preparedDurable:
		m.prepared(b.local)
	case decidedDurable:
		m.tell(b.open)
	}
}
