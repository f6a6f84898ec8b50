package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"
)

// A Source makes the operations of a load. It serves one goroutine.
type Source interface {
	// Next sets every field of op to the next operation. It returns false when
	// there are no more.
	Next(op *Op) bool
}

// An Observer is a [Source] that wants to know how its operations ended. The
// engine calls Observe for every operation that was answered, before its session
// is free again, from many goroutines at once.
type Observer interface {
	Observe(op *Op, reply Reply)
}

// A Picker chooses the node for each operation: an index into
// [Cluster.Nodes]. It serves one goroutine.
type Picker interface {
	Pick(op *Op) int
}

// A Tracker is a [Picker] that follows how many operations are outstanding at each
// node. The engine calls Sent for one that goes to a session with the node, from the
// goroutine that picks, and Done when that is done, from many goroutines at once.
type Tracker interface {
	Picker
	Sent(node int)
	Done(node int)
}

// A Dialer opens sessions. A [Cluster] is one; one that stands between may ask other
// nodes than the one that was dialled: see [Router].
type Dialer interface {
	Dial(ctx context.Context, node string, session uint64) (Client, error)
}

// A Router is a [Client] that may ask several nodes for one operation, and more than
// once: what it returns is what became of the operation as a whole.
type Router interface {
	Client
	// Route tells of the last operation, when Do has returned.
	Route() Route
}

// A Route is how an operation came to its reply.
type Route struct {
	Node   int   // who served it, or was asked last
	Tries  uint8 // how often a node was asked, hedges included
	Hedges uint8 // of those, requests that were sent while another was still out
}

// Pinned is the Picker that always picks one node.
type Pinned int

// Pick returns the node.
func (p Pinned) Pick(*Op) int { return int(p) }

// Config is one load: streams of operations against one cluster. The streams
// run at the same time.
type Config struct {
	Cluster Cluster
	// Base is the instant that all durations count from, as time.Now gives it
	// (with its monotonic reading). It lies in the future if there is a warm-up.
	Base time.Time
	// Abandon is how long after its due time a client gives an operation up;
	// 0 means DefaultAbandon.
	Abandon time.Duration
	Open    []Open
	Closed  []Closed
	// Recorder gets the sample of every operation. Its first error stops the load.
	Recorder Recorder
	// Txns gets the record of every transaction, before its sample. Its first error
	// stops the load. It may be nil if there are no transactions.
	Txns TxnRecorder
	// Pacer waits for the due times of open streams; nil means Precise(Base).
	// In virtual time it must be Sleeping(Base).
	Pacer Pacer
	// Sessions is the last session id given out in the trial; the engine counts
	// it on. nil starts at 0: right only if the trial has a single load.
	Sessions *atomic.Uint64
}

// DefaultAbandon is when clients give up if nothing is said.
const DefaultAbandon = 10 * time.Second

// DefaultBackoff is the pause of a closed-loop session after a failure if
// nothing is said.
const DefaultBackoff = 10 * time.Millisecond

// Open is an open-loop stream: its operations are due when Arrivals says,
// whatever the system does. It ends with its arrivals or its source.
type Open struct {
	Class    Class
	Arrivals Arrivals
	Source   Source
	Picker   Picker
	Dialer   Dialer // opens the sessions; nil: the cluster
	// MaxInFlight bounds the operations that are sent and not done. One that is
	// due beyond it is dropped. Usually from the function MaxInFlight.
	MaxInFlight int
}

// MaxInFlight is the number of operations that are in flight if none is
// answered and each is given up after abandon: what a population of users that
// does not know of an outage would have outstanding.
func MaxInFlight(rate float64, abandon time.Duration) int {
	return max(1, int(math.Ceil(rate*abandon.Seconds())))
}

// Closed is a closed-loop stream: each session sends its next operation when
// the last one is done, so an operation is due when it is sent. It measures what
// the system can take, not what its users see.
type Closed struct {
	Class    Class
	Sessions int
	// Until is when no session sends any more; Never means that the sources end.
	Until time.Duration
	// Source and Picker make what session i uses, 0 <= i < Sessions.
	Source func(i int) Source
	Picker func(i int) Picker
	Dialer Dialer // opens the sessions; nil: the cluster
	// Backoff is how long a session waits after an operation that did not
	// succeed, so that a node that refuses at once is not asked a million times
	// a second; 0 means DefaultBackoff.
	Backoff time.Duration
}

// Stats is what the engine itself counted: the samples must agree with it.
type Stats struct {
	Open   []StreamStats `json:"open"`   // in the order of Config.Open
	Closed []StreamStats `json:"closed"` // in the order of Config.Closed
}

// StreamStats is the count of one stream.
type StreamStats struct {
	Class       Class  `json:"class"`
	Warmup      Count  `json:"warmup"`   // due before the base instant
	Measured    Count  `json:"measured"` // due at or after it
	MaxInFlight int    `json:"max_in_flight"`
	Sessions    uint64 `json:"sessions"`     // dialled, failures included
	DialsFailed uint64 `json:"dials_failed"` // of those, never opened
	Abandoned   uint64 `json:"abandoned"`    // operations given up by the engine
}

// Count is how many operations were due, and how many of those were dropped;
// the others were sent.
type Count struct {
	Due     uint64 `json:"due"`
	Dropped uint64 `json:"dropped"`
}

func (c *Config) validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Cluster == nil {
		bad("no cluster")
	} else if n := len(c.Cluster.Nodes()); n == 0 || n > math.MaxUint16 {
		bad("a cluster of %d nodes: want 1 to %d", n, math.MaxUint16)
	}
	if c.Base.IsZero() {
		bad("no base instant")
	}
	if c.Recorder == nil {
		bad("no recorder")
	}
	if c.Abandon < 0 {
		bad("abandon after %v: want more than 0", c.Abandon)
	}
	for i, s := range c.Open {
		switch {
		case s.Class == 0:
			bad("open stream %d: no class", i)
		case s.Arrivals == nil || s.Source == nil || s.Picker == nil:
			bad("open stream %d: want arrivals, a source and a picker", i)
		case s.MaxInFlight < 1:
			bad("open stream %d: at most %d in flight: want at least 1", i, s.MaxInFlight)
		}
	}
	for i, s := range c.Closed {
		switch {
		case s.Class == 0:
			bad("closed stream %d: no class", i)
		case s.Source == nil || s.Picker == nil:
			bad("closed stream %d: want a source and a picker", i)
		case s.Sessions < 1:
			bad("closed stream %d: %d sessions: want at least 1", i, s.Sessions)
		case s.Backoff < 0:
			bad("closed stream %d: a backoff of %v: want 0 or more", i, s.Backoff)
		}
	}
	return errors.Join(errs...)
}
