// Package results is the folder of a run: what is in it, and how it is written
// and read back. Files are written whole or not at all, and each carries a
// schema version.
package results

import (
	"time"

	"nines/bench"
)

// Schema is the version of the files of a run folder. A reader refuses others.
const Schema = 1

// Facts is what a trial knows and its samples do not: trial.json.
type Facts struct {
	Schema     int               `json:"schema"`
	Trial      string            `json:"trial"`  // name of the trial's folder, unique in the run
	System     string            `json:"system"` // label, unique among the scenario's systems
	Adapter    string            `json:"adapter"`
	Settings   map[string]string `json:"settings,omitempty"` // the system's own, as effective
	Guarantees Guarantees        `json:"guarantees"`
	Variant    []Variable        `json:"variant,omitempty"` // what sets this trial apart in a matrix
	Repeat     int               `json:"repeat"`            // from 1
	Seed       uint64            `json:"seed"`
	Host       string            `json:"host"`
	Virtual    bool              `json:"virtual,omitempty"` // modelled: time was virtual, and no processor was charged for
	Nodes      []string          `json:"nodes"`
	Started    time.Time         `json:"started"` // wall clock at the base instant

	Duration time.Duration `json:"duration_ns"` // of the measured period
	Warmup   time.Duration `json:"warmup_ns"`   // before the base instant
	Deadline time.Duration `json:"deadline_ns"` // good: done within this of due
	Abandon  time.Duration `json:"abandon_ns"`  // a client gives up this long after due
	Probe    time.Duration `json:"probe_ns"`    // period of one node's probes; 0: none
	Arrivals string        `json:"arrivals"`    // constant, poisson or closed
	Rate     float64       `json:"rate"`        // ops/s intended, on average if it changes; 0 for closed
	// Knee is what the scenario says that the system was measured to hold, in ops/s; 0: it does not.
	Knee float64 `json:"knee,omitempty"`
	// Profile is how the intended rate changes; nil: it does not.
	Profile  *bench.Profile `json:"profile,omitempty"`
	Policy   string         `json:"policy,omitempty"` // which node serves an operation; empty in files of before it was noted
	Workload string         `json:"workload"`
	Object   bench.Object   `json:"object,omitempty"`   // what its keys hold; empty in files of before there was more than one to tell
	Lease    time.Duration  `json:"lease_ns,omitempty"` // of its locks: after so long a holder no longer takes itself for one
	CAS      bool           `json:"cas"`                // whether the workload has compare-and-swap
	Txns     bool           `json:"txns"`               // whether it has transactions: there is a txns.parquet
	Bank     *Bank          `json:"bank,omitempty"`     // if it moves money
	Expected *Expected      `json:"expected,omitempty"` // cost of a transaction, if all are alike

	// Tolerance is what the system should survive, in a trial that explores it.
	Tolerance *Tolerance `json:"tolerance,omitempty"`

	// A bin of SLOBin counts as available if the good ratio of the operations due
	// in it is at least SLOTarget.
	SLOTarget float64       `json:"slo_target"`
	SLOBin    time.Duration `json:"slo_bin_ns"`

	Offered  uint64            `json:"offered"`         // Main ops due in the measured period, as counted by the engine
	CPU      time.Duration     `json:"cpu_ns"`          // of the whole process, over the measured period
	Usage    *Usage            `json:"usage,omitempty"` // what process and machine did; nil in virtual time, and in files of before it was measured
	Cost     bench.Cost        `json:"cost"`            // of the cluster, over the measured period
	Statuses []Final           `json:"statuses,omitempty"`
	Failure  string            `json:"failure,omitempty"` // why the trial ended early; stacks are in stacks.txt
	Cut      bool              `json:"cut,omitempty"`     // with Failure: operations are missing from the record, so it proves nothing about the history
	Notes    map[string]string `json:"notes,omitempty"`   // such as how long convergence took

	Episodes *Episodes `json:"episodes,omitempty"` // if the schedule repeats a fault until it was had so often

	Elsewhere *Elsewhere `json:"elsewhere,omitempty"` // if it is no trial of ours, but a history that was recorded elsewhere

	// Of a trial that calibrates the checkers:
	Expect  string `json:"expect,omitempty"`  // the verdict that it must get: illegal or ok
	Planted string `json:"planted,omitempty"` // what is wrong with the system, in words; empty for the right one
}

// Episodes says which of the episodes of a schedule a trial had. A cluster that
// does not recover ends its trial; the others are left to a further part of it, on a
// fresh cluster, with the same repeat and seed.
type Episodes struct {
	Planned int `json:"planned"` // of all parts together
	Part    int `json:"part"`    // from 1
	First   int `json:"first"`   // as many were had in the parts before
	Left    int `json:"left"`    // for the next part; 0: there is none
}

// A Variable is a field of the scenario that the trials of a run differ in.
type Variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Guarantees is what an adapter declares of its system, and the conformance
// suite proves.
type Guarantees struct {
	Reads      string `json:"reads"`      // linearizable, lease or local
	Durability string `json:"durability"` // what an acknowledged write survives
	Replicated bool   `json:"replicated"` // every node holds everything: digests must agree
	// Leaderless says that it is replicated without a leader: each node takes itself
	// for one, and they never agree on another.
	Leaderless bool `json:"leaderless,omitempty"`
	// Partitioned says that each node owns a part of the keys: in the end no lock
	// and no transaction in doubt may be left. At most one of the two holds.
	Partitioned bool `json:"partitioned,omitempty"`
	// Txns is how strongly transactions are isolated: strict-serializable or
	// serializable; empty if there are none.
	Txns string `json:"txns,omitempty"`
}

// Bank is the accounts that transactions move money between: keys 0 to
// Accounts-1, whose sum never changes once they are filled.
type Bank struct {
	Accounts uint64 `json:"accounts"`
	Total    int64  `json:"total"`
}

// ShareOfKnee is the offered rate as a share of the system's knee; 0 if that is not
// known, or no rate was offered.
func (f *Facts) ShareOfKnee() float64 {
	if f.Knee <= 0 {
		return 0
	}
	return max(0, f.Rate) / f.Knee
}

// Linearizable reports whether the history must be linearizable.
func (g Guarantees) Linearizable() bool { return g.Reads == "linearizable" || g.Reads == "lease" }

// Final is a node's status after the last heal, when the cluster had converged
// or the time for it was over.
type Final struct {
	Node string `json:"node"`
	bench.Status
}
