package bench

import (
	"context"
	"time"
)

// A Client is one session with one node. It performs one operation at a time;
// it is not for concurrent use.
type Client interface {
	// Do performs op and returns its reply. The error wraps [ErrRejected] if op
	// certainly had no effect; after any other error its effect is unknown and
	// the session must not be used again. ctx lives as long as the session: it
	// ends when the client gives up the operation in hand, and Do then returns
	// promptly, whatever became of the request. Do does not keep op.
	Do(ctx context.Context, op *Op) (Reply, error)
	Close() error
}

// A Cluster is a system under test that is already running.
type Cluster interface {
	// Nodes returns the names of the nodes in a fixed order; a Sample's Node is
	// an index into it.
	Nodes() []string
	// Dial opens a session with one node. Session ids are unique in a trial:
	// systems use them to apply a retried command once.
	Dial(ctx context.Context, node string, session uint64) (Client, error)
	// Close stops everything that the cluster started and waits for it.
	Close() error
}

// Status is what a node says about itself. The zero Status is that of a node
// that is down.
type Status struct {
	Up        bool   `json:"up"`
	Leader    string `json:"leader"` // whom the node takes for the leader; "" if nobody
	Term      uint64 `json:"term"`   // term, ballot or epoch; 0 where there is none
	Committed uint64 `json:"committed"`
	Applied   uint64 `json:"applied"` // index of the last applied log entry
	Digest    uint64 `json:"digest"`  // fold of all commands applied up to Applied

	// Of a node of a partitioned system:
	InDoubt int `json:"in_doubt,omitempty"` // transactions prepared here whose fate is not known here
	Locks   int `json:"locks,omitempty"`    // keys locked
}

// An Inspector is a [Cluster] whose nodes can be asked for their status.
type Inspector interface {
	Status(node string) Status
}

// Cost is what a cluster has spent since it was started.
type Cost struct {
	Messages  uint64 `json:"messages"`   // sent between nodes
	Bytes     uint64 `json:"bytes"`      // of those messages, as encoded on a wire
	Syncs     uint64 `json:"syncs"`      // forced writes to stable storage
	DiskBytes uint64 `json:"disk_bytes"` // written to stable storage
}

// Less is the cost since an earlier one.
func (c Cost) Less(earlier Cost) Cost {
	return Cost{
		Messages:  c.Messages - earlier.Messages,
		Bytes:     c.Bytes - earlier.Bytes,
		Syncs:     c.Syncs - earlier.Syncs,
		DiskBytes: c.DiskBytes - earlier.DiskBytes,
	}
}

// A Coster is a [Cluster] that counts its cost.
type Coster interface {
	Cost() Cost
}

// A Pacer waits for an instant on the base clock of a trial.
type Pacer interface {
	// Wait returns at until, or at once if that has passed, with the present
	// instant.
	Wait(until time.Duration) time.Duration
}
