// Package chaos hurts a running cluster on a schedule: faults are values that
// print and parse, targets are resolved when a fault is injected, and every
// injection leaves an interval with evidence of what it did.
package chaos

import (
	"context"
	"time"
)

// Caps is a set of abilities: what a fault needs, and what a host or a system
// declares. A host's declaration is held against the interfaces below by a test.
type Caps uint32

// The abilities, each with the interface that a cluster offers it through.
const (
	CanKill Caps = 1 << iota // Killer
	CanLink                  // Linker
	CanDisk                  // Disker
)

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
}

// LinkHarm counts what one LinkFault did.
type LinkHarm struct {
	Dropped uint64 // messages that it made vanish
	Delayed uint64 // messages that it held back
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
}

// DiskHarm counts what one DiskFault did.
type DiskHarm struct {
	Syncs uint64        // forced writes that it slowed
	Added time.Duration // in total
}

// A Disker hurts a node's stable storage. Faults add up, as with [Linker].
type Disker interface {
	HurtDisk(node string, f DiskFault) (heal func() DiskHarm, err error)
}
