package scenario

import (
	"slices"
	"time"

	"nines/bench"
	"nines/chaos"
)

// A Scenario is what to run. [Parse] makes them, complete and consistent.
type Scenario struct {
	Name        string
	Description string
	Systems     []System
	Nodes       int
	Host        string
	Time        Time
	Links       Links
	Disk        Disk
	Timing      Timing
	Batch       Batch
	Duration    time.Duration // of the measured period, which begins at the base instant
	Warmup      time.Duration // under load before it
	Repeat      int           // trials of each system
	Seed        uint64
	Load        Load
	Workload    Workload
	Probes      Probes
	Faults      []chaos.Step
	Settle      time.Duration // for finding a leader at first, and for converging at last
	SLO         SLO
	Matrix      []Axis // fields in which the cells differ

	cells   []Cell
	derived []string // paths of fields that were not given and follow from others
}

// Cells are the combinations of the axes' values, the last axis turning fastest.
func (s *Scenario) Cells() []Cell {
	if len(s.Matrix) == 0 {
		return []Cell{{Scenario: s}}
	}
	return s.cells
}

// Cast are the systems that take part in a cluster of the scenario's size.
func (s *Scenario) Cast() []System {
	var cast []System
	for _, y := range s.Systems {
		if y.takesPart(s.Nodes) {
			cast = append(cast, y)
		}
	}
	return cast
}

func (y *System) takesPart(nodes int) bool { return y.Sizes == nil || slices.Contains(y.Sizes, nodes) }

// Time is how time passes in a trial.
type Time string

// The kinds of time.
const (
	Real Time = "real"
	// Virtual time stands still while anything computes and leaps to the next
	// instant at which something is due. It takes no processor into account.
	Virtual Time = "virtual"
)

// System is one system to run.
type System struct {
	Name     string
	Label    string            // unique in the scenario; the name unless given
	Settings map[string]string // the system's own; nil if none are given
	// Sizes are those of the clusters in which it takes part, of those that a matrix
	// goes through. nil: all.
	Sizes []int
}

// Links is how far apart the nodes are: a named profile or a table.
type Links struct {
	Profile string            // "" if there is a table
	RTT     [][]time.Duration // round-trip time between each two nodes
}

// Disk is what nodes keep their state on.
type Disk struct {
	Kind      DiskKind
	Sync      time.Duration // modelled time of a forced write; memory only
	Bandwidth int           // bytes a second of all forced writes, on top; 0: no bound; memory only
}

// DiskKind is real files, or memory.
type DiskKind string

// The kinds of disks.
const (
	Files  DiskKind = "files"
	Memory DiskKind = "memory"
)

// Timing is the protocols' clockwork.
type Timing struct {
	Heartbeat time.Duration // between a leader's heartbeats
	Election  time.Duration // least silence after which a follower stands for election
}

// Batch bounds what a node does at once.
type Batch struct {
	MaxBytes      int    // of entries in one message or append
	MaxEntries    int    // likewise
	SnapshotEvery uint64 // applied entries between snapshots
	Trailing      uint64 // entries kept behind a snapshot for slow followers
}

// Arrivals says when operations are due.
type Arrivals string

// The arrival processes.
const (
	Constant Arrivals = "constant" // evenly, at the rate
	Poisson  Arrivals = "poisson"  // at random, at the rate: many independent users
	Closed   Arrivals = "closed"   // each session sends when its last operation is done
)

// Load is the offered load.
type Load struct {
	Arrivals    Arrivals
	Rate        float64 // operations per second, at first; 0 if closed, or if OfKnee says it
	Ramp        *Ramp   // at most one of Ramp, Burst, Diurnal and Schedule is there
	Burst       *bench.Burst
	Diurnal     *bench.Diurnal
	Schedule    []Change
	Sessions    int           // closed only
	MaxInFlight int           // beyond it an operation is dropped; 0 if closed
	Deadline    time.Duration // a good operation succeeds within this of its due time
	Abandon     time.Duration // a client gives up this long after the due time
	Policy      string        // which node serves an operation
	OfKnee      float64       // share of each system's knee that is offered to it; 0: Rate is for all
	Knee        []Knee        // in the order of the file
	Forward     bool          // whether a node that does not lead forwards, or rejects with a hint
}

// Workload is what the operations are.
type Workload struct {
	Name         string
	Keys         uint64
	Distribution string
	Theta        float64 // exponent of the zipfian distributions
	HotKeys      float64 // of the hotspot distribution: share of keys that are hot; else 0
	HotOps       float64 // likewise: share of operations that these get
	ValueSize    int     // bytes
	Users        int
	Reads        float64 // share of reads
	CAS          float64 // share of compare-and-swaps among the others
	Preload      bool    // whether every key is written before the load

	// Of workloads with transactions; 0 where a workload has no such thing. Keys are
	// as many as Accounts where there are accounts.
	Accounts  uint64
	Initial   uint64 // what each account holds at first
	Span      int    // keys that a transaction touches
	Micros    int    // at most, in a transaction
	MaxWrites uint64 // elements that are appended to a key before a fresh one is used

	ScanLength int           // keys that a scan returns, at most; 0: there are no scans
	Lease      time.Duration // after which a lock is free again; 0: there are no locks
}

// Probes are the operations that measure outages.
type Probes struct {
	Rate float64 // per node and second; 0: none
}

// Period is the time between two probes of a node; 0: there are none.
func (p Probes) Period() time.Duration {
	if p.Rate == 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / p.Rate)
}

// SLO says when a bin of time counts as available: when at least Target of the
// operations that were due in it were good.
type SLO struct {
	Target float64 // share, in (0, 1]
	Bin    time.Duration
}

// defaults are those that depend on nothing else; complete fills in the others.
func defaults() *Scenario {
	return &Scenario{
		Nodes:    3,
		Host:     "inproc",
		Time:     Real,
		Links:    Links{Profile: "lan"},
		Disk:     Disk{Kind: Files},
		Timing:   Timing{Heartbeat: 100 * time.Millisecond, Election: time.Second},
		Batch:    Batch{MaxBytes: 1 << 20, MaxEntries: 1024, SnapshotEvery: 10_000, Trailing: 5_000},
		Duration: 20 * time.Second,
		Warmup:   2 * time.Second,
		Repeat:   1,
		Seed:     1,
		Load: Load{
			Arrivals: Poisson, Rate: 2000, Deadline: 100 * time.Millisecond, Abandon: 10 * time.Second,
			Policy: "round-robin", Forward: true,
		},
		Workload: Workload{
			Name: "ycsb-a", Keys: 1000, Distribution: "scrambled-zipfian", Theta: 0.99, ValueSize: 100, Users: 100,
			Preload: true,
		},
		Probes: Probes{Rate: 100},
		Settle: 30 * time.Second,
		SLO:    SLO{Target: 0.95, Bin: 100 * time.Millisecond},
	}
}
