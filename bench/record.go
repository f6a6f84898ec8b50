package bench

import "time"

// An Interval records one step of a fault schedule: one injection.
type Interval struct {
	Step     int           `json:"step"`               // index of the step in the scenario
	Fault    string        `json:"fault"`              // as written, such as "kill(leader)"
	Nodes    []string      `json:"nodes,omitempty"`    // whom it hit, resolved at injection
	Down     []string      `json:"down,omitempty"`     // of those, whom it stopped
	Sides    [][]string    `json:"sides,omitempty"`    // if it cut all links between groups of nodes: these
	Picked   string        `json:"picked,omitempty"`   // of a one-of: the faults that the seed picked, in their order
	For      time.Duration `json:"for_ns,omitempty"`   // from injection to healing, as the schedule wants it
	Start    time.Duration `json:"start_ns"`           // injection began
	Injected time.Duration `json:"injected_ns"`        // injection was complete
	HealFrom time.Duration `json:"heal_from_ns"`       // healing began
	End      time.Duration `json:"end_ns"`             // healing was complete
	Evidence string        `json:"evidence,omitempty"` // proof that it bit; empty: it did not
	NA       string        `json:"na,omitempty"`       // why the system cannot suffer it; nothing was injected
	Error    string        `json:"error,omitempty"`    // why injection or healing failed

	// Recovered is when the cluster was seen to be healthy again. 0: it was not, or
	// nobody looked.
	Recovered time.Duration `json:"recovered_ns,omitempty"`

	Cuts []Cut `json:"cuts,omitempty"` // the links that let nothing through because of it, and when; by From
}

// A Cut is links that let nothing through over the same stretch of time.
type Cut struct {
	From  time.Duration `json:"from_ns"` // they all were cut
	To    time.Duration `json:"to_ns"`   // the first of them was about to be restored
	Links [][2]string   `json:"links"`   // from a node to a node: the other direction is another link
}

// An Event is something that a node did and that explains a figure.
type Event struct {
	At     time.Duration `json:"at_ns"`
	Node   string        `json:"node"`
	Kind   EventKind     `json:"kind"`
	Term   uint64        `json:"term,omitempty"`
	Detail string        `json:"detail,omitempty"`

	// Of an EventInDoubt:
	Txn   uint64        `json:"txn,omitempty"`     // id of the transaction
	Took  time.Duration `json:"took_ns,omitempty"` // how long, up to At
	Locks int           `json:"locks,omitempty"`   // keys that it held locked
}

// EventKind names what happened.
type EventKind string

// The events that nodes and hosts report.
const (
	EventLeader    EventKind = "leader"    // the node became leader in Term
	EventFollows   EventKind = "follows"   // the node learnt that Detail leads in Term
	EventNoLeader  EventKind = "no-leader" // the node no longer knows a leader
	EventKilled    EventKind = "killed"
	EventRestarted EventKind = "restarted"
	EventLeft      EventKind = "left"      // left the configuration, as member Detail, and was stopped
	EventJoined    EventKind = "joined"    // joined it, empty, as member Detail
	EventSnapshot  EventKind = "snapshot"  // took a snapshot at index Detail
	EventInstalled EventKind = "installed" // installed a snapshot from another node
	EventFailed    EventKind = "failed"    // the node stopped by itself; Detail says why
	// EventInDoubt says that a participant has learnt the fate (Detail: committed
	// or aborted) of a transaction that it had prepared at least a heartbeat ago.
	EventInDoubt EventKind = "in-doubt"
)
