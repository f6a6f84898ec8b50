package watch

import "nines/bench"

// A View is what is known of a trial at one instant.
type View struct {
	Warmup   Counts `json:"warmup"`   // of operations due before the base instant
	Measured Counts `json:"measured"` // of the others
	Nodes    []Node `json:"nodes,omitempty"`
	// Faults are those of the schedule, each once.
	Faults []Fault `json:"faults,omitempty"`
}

// Counts are of Main operations.
type Counts struct {
	Due      uint64    `json:"due"` // up to now: those that wait for their answer are in none of the following
	OK       uint64    `json:"ok"`
	Good     uint64    `json:"good"` // of those, answered by the deadline
	Rejected uint64    `json:"rejected"`
	Unknown  uint64    `json:"unknown"`
	Dropped  uint64    `json:"dropped"`
	Response Histogram `json:"response"` // from due to success; what never succeeded is beyond every bound
	Lag      Histogram `json:"lag"`      // from due to sent; of those that were sent
}

// ended is how many are no longer under way.
func (c *Counts) ended() uint64 { return c.OK + c.Rejected + c.Unknown + c.Dropped }

// A Node is one with its role.
type Node struct {
	Name string `json:"name"`
	bench.Role
}

// A Fault is one of the schedule, as written, and how many injections of it are
// in force.
type Fault struct {
	Name    string `json:"name"`
	InForce int    `json:"in_force"`
}
