package threepc

import (
	"slices"

	"nines/adapters/commit"
)

// termination is the attempt of a participant to end a transaction without its
// coordinator.
type termination struct {
	began  int          // tick
	asked  int          // tick
	states []lastReport // by participant, as Txn.Participants
	leads  bool         // this node decides
}

type lastReport struct {
	report      // State 0: none has come since this attempt began
	counts bool // in the decision
}

// window is how long a participant collects states, in ticks: who has not answered
// by then is taken for dead.
func (m *machine) window() int { return max(2, m.Config().ElectionTicks/2) }

// terminate has parts in doubt ask their coordinator, every heartbeat, whether it is
// still at work, and goes on without it when it has been silent for an election
// timeout.
func (m *machine) terminate() {
	heartbeat, last := m.Config().HeartbeatTicks, m.ticked
	m.ticked = m.Now()
	for l := range m.InDoubt {
		t := m.ending[l.Txn.ID]
		switch {
		case l.Txn.ID.Node == m.self && m.Opened(l.Txn.ID.Seq) != nil: // it is being coordinated here
		case t == nil && m.Now()-l.Asked >= m.patience(l):
			m.startOver(l)
		case t == nil:
			if (m.Now()-l.Asked)/heartbeat > max(0, last-l.Asked)/heartbeat && l.Txn.ID.Node != m.self {
				m.Send(l.Txn.ID.Node, query{l.Txn.ID, takesPart(l.Txn, l.Txn.ID.Node)}, commit.AboutSize)
			}
		case m.Now()-t.began >= m.window():
			m.conclude(l, t)
		case m.Now()-t.asked >= heartbeat:
			m.ask(l, t)
		}
	}
}

// patience is how long a participant waits for its coordinator, in ticks. After a
// restart it asks soon: others have probably ended what it is in doubt about.
func (m *machine) patience(l *commit.Local) int {
	if l.Recovered {
		return m.Config().HeartbeatTicks
	}
	return m.Config().ElectionTicks
}

// startOver collects everybody's state anew.
func (m *machine) startOver(l *commit.Local) {
	t := &termination{began: m.Now(), states: make([]lastReport, len(l.Txn.Participants))}
	m.ending[l.Txn.ID] = t
	m.ask(l, t)
}

func (m *machine) ask(l *commit.Local, t *termination) {
	t.asked = m.Now()
	for _, p := range l.Txn.Participants {
		if p != m.self {
			m.Send(p, query{l.Txn.ID, true}, commit.AboutSize)
		}
	}
	if l.Txn.ID.Node != m.self && !takesPart(l.Txn, l.Txn.ID.Node) {
		m.Send(l.Txn.ID.Node, query{l.Txn.ID, false}, commit.AboutSize)
	}
}

// collect takes a state: the coordinator's for its second phase, and a participant's
// that tries to end the transaction.
func (m *machine) collect(from int, r report) {
	if o := m.Opened(r.ID.Seq); o != nil && r.ID.Node == m.self {
		m.heard(from, o, r.State)
		return
	}
	l := m.Local(r.ID)
	if l == nil || !l.Prepared() {
		return
	}
	t := m.ending[r.ID]
	switch r.State {
	case stateCommitted, stateAborted:
		m.learn(decision{ID: r.ID, Commit: r.State == stateCommitted})
		return
	case stateAtWork:
		l.Asked = m.Now()
		delete(m.ending, r.ID)
		return
	case stateNothing:
		return
	}
	if t == nil {
		return
	}
	for i, p := range l.Txn.Participants {
		if p == from {
			t.states[i].report = r
		}
	}
	if t.leads && m.allPrecommitted(t) {
		m.end(l, true)
	}
}

// conclude applies Skeen's rule to what has been collected, if it is this node who
// is to: the first of those that have not been down since they prepared. If all have
// been, nobody knows what the last one to fail has done, unless all of them are
// there.
func (m *machine) conclude(l *commit.Local, t *termination) {
	leader, operational, there := -1, false, 0
	for i, p := range l.Txn.Participants {
		s := &t.states[i]
		if p == m.self {
			s.report = report{ID: l.Txn.ID, State: localState(l), Recovered: l.Recovered}
		}
		if s.State == 0 {
			continue
		}
		there++
		if !s.Recovered && !operational {
			leader, operational = p, true
		}
	}
	if !operational && there == len(t.states) {
		leader = l.Txn.Participants[0]
	}
	if leader != m.self {
		m.startOver(l)
		return
	}
	some := false
	for i := range t.states {
		s := &t.states[i]
		// Whoever has been asked to precommit and has not, in a window, is dead.
		s.counts = s.State != 0 && (!operational || !s.Recovered) && !(t.leads && s.State == stateWait)
		some = some || s.counts && s.State == statePrecommit
	}
	if !some {
		m.end(l, false)
		return
	}
	if m.allPrecommitted(t) {
		m.end(l, true)
		return
	}
	t.leads, t.began = true, m.Now()
	for i, p := range l.Txn.Participants {
		switch s := &t.states[i]; {
		case !s.counts || s.State == statePrecommit:
		case p == m.self:
			m.precommit(l, m.self)
		default:
			m.Send(p, precommit{l.Txn.ID}, commit.AboutSize)
		}
	}
}

// allPrecommitted reports whether all who count have come to the second phase.
func (m *machine) allPrecommitted(t *termination) bool {
	for i := range t.states {
		if s := &t.states[i]; s.counts && s.State != statePrecommit {
			return false
		}
	}
	return true
}

// end decides a transaction in its coordinator's stead.
func (m *machine) end(l *commit.Local, commits bool) {
	delete(m.ending, l.Txn.ID)
	if commits {
		m.Commit(l)
	} else {
		m.Abort(l)
	}
	m.WhenDurable(endDurable{l.Txn, decision{ID: l.Txn.ID, Commit: commits}})
}

func takesPart(t *commit.Txn, node int) bool { return slices.Contains(t.Participants, node) }

// tellAll tells the other participants, and the coordinator.
func (m *machine) tellAll(t *commit.Txn, d decision) {
	for _, p := range t.Participants {
		if p != m.self {
			m.Send(p, d, commit.AboutSize)
		}
	}
	if t.ID.Node != m.self && !takesPart(t, t.ID.Node) {
		m.Send(t.ID.Node, d, commit.AboutSize)
	}
}
