// Package step is how the protocols of this project are written and run.
//
// A [Machine] is one node of a protocol as a pure step machine: what has
// happened goes in (messages, calls, ticks), what is to be done comes out
// (messages, records for the log, answers). It does no input or output, reads no
// clock, starts no goroutine, and draws random numbers only from the source that
// it was given. So the same inputs give the same outputs, and every order of
// events can be tried.
//
// [Open] runs a Machine in real time, as a node of a cluster; package sim runs a
// whole cluster of them in one goroutine, event by event.
package step

import (
	"math/rand/v2"
	"time"

	"nines/adapters/disk"
	"nines/adapters/replica"
	"nines/bench"
)

// A Machine is one node of a protocol. It is used by one goroutine, and by
// nobody else after that.
type Machine interface {
	// Recover gives the machine back what its node had on stable storage, once,
	// before anything else. An error means that this cannot be what such a
	// machine has written.
	Recover(s Stable) error
	// Step takes what has happened since the last Step, and adds what is to be
	// done to out. The first Step of a machine's life may have nothing to take.
	// The machine keeps no reference to in's slices or to out, but it may keep
	// what stands in them.
	Step(in Input, out *Output)
	// Status is that of a node that is up, and is asked for after every Step.
	// Calls come to a node that is its own Leader, and those that were on their
	// way may come when it no longer is: a machine refuses them with a
	// [bench.NotLeaderError]. When Leader changes, whoever runs the machine tells
	// the rest of the node, so a machine has no events for that. A node of a
	// partitioned system is its own Leader: it coordinates what it is asked for.
	Status() bench.Status
}

// Config is what every machine is made from.
type Config struct {
	Self    int      // index into Members
	Members []string // names of all nodes
	Rand    *rand.Rand
	// HeartbeatTicks and ElectionTicks are the protocol's clockwork: a leader is
	// heard of every HeartbeatTicks, and one that is silent for ElectionTicks is
	// taken for dead.
	HeartbeatTicks, ElectionTicks int
	Tick                          time.Duration // how long a tick lasts; to tell times in events, no more
	Batch                         replica.Batch
}

// New makes a machine; a system's own configuration is in the closure.
type New func(Config) (Machine, error)

// Stable is what a node finds on its disk: the newest snapshot, and the records
// of the log that were not compacted, oldest first.
type Stable struct {
	Index    uint64 // of the snapshot; 0: there is none
	Snapshot []byte
	Records  []disk.Record
}

// Input is what has happened. The machine takes the messages first, then the
// calls, then the rest, in any order that suits it.
type Input struct {
	Ticks    int            // of the clock
	Messages []Message      // that arrived, in order
	Calls    []replica.Call // of clients
	Saved    uint64         // index of the snapshot that has been saved; 0: none has
}

// A Message is sent between nodes, or by a node to itself.
type Message struct {
	Peer int // whom it is for, or whom it is from
	Body any // immutable once it is sent
	Size int // what it would take on a wire, in bytes
}

// Output is what a machine wants done. Whoever runs it does all of it, in the
// order of the fields, but may go on with other Steps while records are being
// forced: what a machine must not do before they are durable waits in After.
//
// A call that a machine has taken and not answered is completed by whoever runs
// it when the node stops: see [Open]. One that comes again, with the same
// session and a higher Attempt, takes the place of the earlier one.
type Output struct {
	// Failed, if not nil, says that the machine cannot go on: what was in its log
	// makes no sense, say. The node stops, and nothing else of the Output is done.
	Failed error
	// Points are protocol points that have been reached. A fault that waits for
	// one strikes before anything else of this Output is done.
	Points []replica.Point
	// Events are news, for explanation only.
	Events []bench.Event
	// Send is sent at once.
	Send []Message
	// Replies answer calls.
	Replies []Reply
	// Records are appended to the log. Their Data is not changed any more.
	Records []disk.Record
	// Force makes the log durable although no message waits for that. It is a
	// forced write that costs: a protocol asks for it only where it must.
	Force bool
	// After is sent when all records so far are durable. A message to the machine
	// itself is how it learns of that. If After is not empty, the log is forced
	// unless there is nothing in it to force.
	After []Message
	// Snapshot, if not nil, is saved while other Steps go on; there is one at a
	// time. Input.Saved tells when it is done.
	Snapshot *Snapshot
	// Compact, if not nil, cuts the log.
	Compact *Compact
}

// A Reply answers a call.
type Reply struct {
	Call  replica.Call
	Reply bench.Reply
	Err   error // as a [replica.Replica] completes a call
}

// A Snapshot is to be saved.
type Snapshot struct {
	Index uint64
	State []byte
}

// Compact drops from the log the records with an index from 1 to Index; Head
// carries on what else is still needed, as [disk.Store.Compact] says.
type Compact struct {
	Index uint64
	Head  []disk.Record
}

// Reset empties the output and keeps its memory.
func (o *Output) Reset() {
	clear(o.Send)
	clear(o.Replies)
	clear(o.Records)
	clear(o.After)
	clear(o.Events)
	clear(o.Points)
	*o = Output{
		Points: o.Points[:0], Events: o.Events[:0], Send: o.Send[:0], Replies: o.Replies[:0],
		Records: o.Records[:0], After: o.After[:0],
	}
}
