package results

import "time"

// Elsewhere says of a history that no trial of ours recorded where it comes from
// and what is known of it.
type Elsewhere struct {
	File    string        `json:"file"`
	Format  string        `json:"format"`
	Due     bool          `json:"due"`                 // it says when operations were due; else that is when they were sent
	Untimed bool          `json:"untimed,omitempty"`   // it has no times: positions stand for them
	Final   bool          `json:"final,omitempty"`     // it says which reads were the last
	Cutoff  time.Duration `json:"cutoff_ns,omitempty"` // of user-uptime; 0: the default
	Notes   []string      `json:"notes,omitempty"`     // what was inferred
}
