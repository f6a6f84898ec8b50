package bench

// A Role is what a node is to its cluster, as its events tell. The zero Role is
// that of a node that is up and knows no leader.
type Role struct {
	Down   bool   `json:"down,omitempty"`
	Leads  bool   `json:"leads,omitempty"`  // it takes itself for the leader; so may two at once
	Leader string `json:"leader,omitempty"` // whom it takes for the leader; "" nobody
	Term   uint64 `json:"term,omitempty"`   // of its last news about leaders
}

// After is the role after an event of the node.
func (r Role) After(e Event) Role {
	switch e.Kind {
	case EventLeader:
		return Role{Leads: true, Leader: e.Node, Term: e.Term}
	case EventFollows:
		return Role{Leader: e.Detail, Term: e.Term}
	case EventNoLeader:
		return Role{Term: e.Term}
	case EventKilled, EventFailed:
		return Role{Down: true, Term: r.Term}
	case EventRestarted: // the replica may have told of a leader before its host tells that it is back
		r.Down = false
	}
	return r
}
