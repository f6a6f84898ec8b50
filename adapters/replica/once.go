package replica

import "sync"

// attempts remembers the newest attempt of each session that was forwarded here,
// so that each is considered once, however often and late the network delivers
// it. Otherwise one copy might be refused, of which the session learns that it
// had no effect, and another one take effect. Which attempt it was tells the
// copies apart: a session numbers them, and does not go back. The zero attempts is
// empty; it is safe for concurrent use.
type attempts struct {
	mu         sync.Mutex
	young, old map[uint64]uint64 // by session
}

// attemptsKept is of how many sessions the newest attempt is remembered at least:
// as many as messages can be in flight on one link. A copy that comes when so many
// other sessions have been heard of since is taken for new.
const attemptsKept = 1 << 16

// first reports whether the attempt is newer than all that were seen of its
// session.
func (a *attempts) first(session, attempt uint64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	last, young := a.young[session]
	if !young {
		last = a.old[session]
	}
	if attempt <= last {
		return false
	}
	if a.young == nil || !young && len(a.young) == attemptsKept {
		a.old, a.young = a.young, make(map[uint64]uint64)
	}
	a.young[session] = attempt
	return true
}
