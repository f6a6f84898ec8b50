package chaos

import (
	"context"
	"strings"
	"time"

	"nines/bench"
)

// Caps is a set of abilities: what a fault needs, and what a host or a system
// declares. A host's declaration is held against the interfaces below by a test.
type Caps uint32

// The abilities, each with the interface that a cluster offers it through.
const (
	CanKill     Caps = 1 << iota // Killer
	CanLink                      // Linker
	CanLead                      // Linker; one node leads all the others
	CanDisk                      // Disker
	CanPoint                     // Pointer
	CanSkew                      // Clocker; nodes read the time
	CanDrift                     // Clocker; the ticks of nodes are the clock's
	CanTransfer                  // Leaderer
	CanMember                    // Memberer
)

var capNames = [...]struct {
	cap  Caps
	name string
}{
	{CanKill, "kill"},
	{CanLink, "link faults"},
	{CanLead, "link faults around a leader"},
	{CanDisk, "disk faults"},
	{CanPoint, "protocol points"},
	{CanSkew, "clock skew"},
	{CanDrift, "clock drift"},
	{CanTransfer, "leadership transfer"},
	{CanMember, "membership changes"},
}

// String lists the abilities, such as "kill, disk faults".
func (c Caps) String() string {
	var names []string
	for _, n := range capNames {
		if c&n.cap != 0 {
			names = append(names, n.name)
		}
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// Lacks returns those of need that are not in c.
func (c Caps) Lacks(need Caps) Caps { return need &^ c }

// A Declarer is a cluster that can suffer less than its type has methods for,
// since the same host runs systems that, say, send no messages.
type Declarer interface {
	Caps() Caps
}

// CapsOf returns what the cluster can suffer: what it has the interfaces for,
// less what it does not declare if it is a [Declarer].
func CapsOf(c bench.Cluster) Caps {
	var caps Caps
	if _, ok := c.(Killer); ok {
		caps |= CanKill
	}
	if _, ok := c.(Linker); ok {
		caps |= CanLink | CanLead
	}
	if _, ok := c.(Disker); ok {
		caps |= CanDisk
	}
	if _, ok := c.(Pointer); ok {
		caps |= CanPoint
	}
	if _, ok := c.(Clocker); ok {
		caps |= CanSkew | CanDrift
	}
	if _, ok := c.(Leaderer); ok {
		caps |= CanTransfer
	}
	if _, ok := c.(Memberer); ok {
		caps |= CanMember
	}
	if d, ok := c.(Declarer); ok {
		caps &= d.Caps()
	}
	return caps
}

// A Killer stops a node at once, losing what it had not synced, and starts it
// again from what it had.
type Killer interface {
	Kill(node string) error
	// Restart returns when the node runs again, which may be long before it has
	// caught up.
	Restart(ctx context.Context, node string) error
}

// LinkFault is what is done to every message in one direction between two
// nodes. The zero LinkFault does nothing.
type LinkFault struct {
	Cut    bool          // messages vanish
	Loss   float64       // probability in [0, 1] that a message vanishes
	Delay  time.Duration // added to the link's own delay
	Jitter time.Duration // the delay is uniform in Delay ± Jitter; order is kept

	Duplicate float64       // probability that a message arrives twice
	Reorder   float64       // probability that later messages may overtake it
	Late      time.Duration // by up to this, uniformly, comes what may be overtaken

	Rate  int64 // bandwidth, in bytes per second; 0: unlimited. See Backlog
	Clog  bool  // messages wait until the fault is healed
	Reset bool  // what is in flight is lost at once, and what is sent until the connection is up again; see Reconnect
}

const (
	// Backlog is how long a message may have to wait, on a link of limited
	// bandwidth, for those before it; a buffer that is longer drops it.
	Backlog = time.Second
	// Reconnect is how long it takes, beside a round trip of the link, until a
	// connection that was reset carries messages again.
	Reconnect = time.Millisecond
)

// LinkHarm counts what one LinkFault did.
type LinkHarm struct {
	Dropped    uint64 // messages that it made vanish
	Delayed    uint64 // messages that it held back
	Duplicated uint64 // messages that it let arrive twice
	Reordered  uint64 // messages that it held back until a later one had arrived
}

// A Linker hurts the link from one node to another, in that direction. Faults
// add up; heal takes this one away, whatever others there are, and tells what
// it did. Calling heal again changes nothing.
type Linker interface {
	HurtLink(from, to string, f LinkFault) (heal func() LinkHarm, err error)
}

// DiskFault is what is done to a node's stable storage.
type DiskFault struct {
	SyncDelay time.Duration // added to every forced write
	Fail      bool          // whatever would change the disk fails
	Full      bool          // writes that need more than Room fail, when they have filled it
	Room      int64         // in bytes, until the fault is healed
	// Tear, if it is not 0, cuts the power in the midst of the next forced write,
	// or when the node is killed before that, once. What the node has written and
	// not forced reaches the disk in part or damaged, as this seed decides; what it
	// has forced stays.
	Tear uint64
}

// DiskHarm counts what one DiskFault did.
type DiskHarm struct {
	Syncs  uint64        // forced writes that it slowed
	Added  time.Duration // in total
	Failed uint64        // operations that it made fail: the node that met them has stopped
	Torn   uint64        // bytes that a power cut left in doubt
	Kept   uint64        // and those that are in their place, right or wrong
}

// A Disker hurts a node's stable storage. Faults add up, as with [Linker]. A node
// whose disk fails it stops by itself.
type Disker interface {
	HurtDisk(node string, f DiskFault) (heal func() DiskHarm, err error)
}

// ClockFault is what is done to a node's clock.
type ClockFault struct {
	Offset time.Duration // it is set forward by this, or back
	// Rate is the share by which it runs faster, or slower: 0.2 is a fifth too
	// fast. More than -1.
	Rate float64
}

// ClockHarm tells what one ClockFault did.
type ClockHarm struct {
	// Readings is how often the node looked at a clock that was set wrong, or how
	// many of its tickers a wrong rate drove.
	Readings uint64
	// Ahead is by how much the clock ran away from the right time while the rate
	// was wrong; below 0 it fell behind.
	Ahead time.Duration
}

// A Clocker bends a node's clock. Faults add up, as with [Linker]. When an offset
// is healed the clock is set right again; when a rate is, the clock keeps what it
// has gained or lost, since one that measures intervals is never set back.
type Clocker interface {
	HurtClock(node string, f ClockFault) (heal func() ClockHarm, err error)
}

// A Sufferer is a cluster that tells which faults are in force upon its links, disks
// and clocks, each such as "link n1 -> n2 (loss 20%)". When all are healed there is
// none: else what healed one did nothing, and whatever is measured then is measured
// of a cluster that is hurt.
type Sufferer interface {
	Hurts() []string
}
