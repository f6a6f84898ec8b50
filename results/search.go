package results

import "time"

// Search is how the trials of a run follow from one another, where they were not
// planned beforehand: the parameters of a search for the knee of each system.
type Search struct {
	SLO         time.Duration `json:"slo_p99_ns"`     // what p99 of the response time must not exceed
	Step        float64       `json:"step"`           // how far apart, as a share, what held and what failed may be in the end
	Confirm     int           `json:"confirm"`        // trials that confirm a knee, at most
	Hold        int           `json:"hold,omitempty"` // of these must hold; 0: an older search, which made all and let one fail
	MinRate     float64       `json:"min_rate_ops_s"` // open loop; enough operations for a p99
	MaxRate     float64       `json:"max_rate_ops_s"` // open loop
	MaxSessions int           `json:"max_sessions"`   // closed loop
}
