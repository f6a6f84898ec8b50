package replica

import "nines/bench"

// Waiters is the calls that a leader has proposed and not yet answered, found
// again by the session and sequence number that the applied command carries. A
// session has one command in progress, so a later attempt at it takes the place
// of an earlier one, which is then never completed: nobody waits for it. The
// zero Waiters is empty; it is not for concurrent use.
type Waiters struct {
	bySession map[uint64]Call
}

// Add remembers a call that has been proposed.
func (w *Waiters) Add(c Call) {
	if w.bySession == nil {
		w.bySession = make(map[uint64]Call)
	}
	w.bySession[c.Session] = c
}

// Answer completes the call for the command (session, seq), if this node is the
// one that was asked.
func (w *Waiters) Answer(session, seq uint64, r bench.Reply, err error) {
	c, ok := w.bySession[session]
	if !ok || c.Seq != seq {
		return
	}
	delete(w.bySession, session)
	c.Complete(r, err)
}

// Fail completes every call with err.
func (w *Waiters) Fail(err error) {
	for session, c := range w.bySession {
		delete(w.bySession, session)
		c.Complete(bench.Reply{}, err)
	}
}

// Len is the number of calls that wait.
func (w *Waiters) Len() int { return len(w.bySession) }
