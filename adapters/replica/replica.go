// Package replica is what a protocol implements to become a system under test,
// and the code that all systems share around it: sessions, forwarding to the
// leader, retries and the answer to the client.
package replica

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"nines/adapters/disk"
	"nines/adapters/machine"
	"nines/bench"
)

// Open starts one node. It returns when the node serves its link, which may be
// before there is a leader. What a system can be told beyond Env is in the
// closure.
type Open func(env Env) (Replica, error)

// Env is everything that a node may touch.
type Env struct {
	ID      string
	Members []string // that the cluster begins with, in a fixed order
	Spares  []string // nodes that may join it later, in a fixed order
	// Life says which member this node is, with ID: see Member.
	Life uint64
	// Join says that the node is not one of Members and joins, or has joined, a
	// cluster that runs. On its first start it knows nothing but Members, and waits
	// to be told the rest. Otherwise ID is one of Members.
	Join   bool
	Link   Port
	Disk   *disk.Store
	Clock  Clock      // nil: package time
	Rand   *rand.Rand // seeded; for this node alone
	Timing Timing
	Batch  Batch
	Events func(bench.Event)           // never blocks; the host sets At and Node
	Points func(Point) <-chan struct{} // nil: no fault is asked to strike at any
	Log    *slog.Logger
}

// A Point is a moment in a protocol at which a fault can be asked to strike. A
// node tells Env.Points of it before it does what comes next, and goes on at once
// if the answer is nil; otherwise when the channel is closed, or when the node is
// stopped, which may be what the fault does.
type Point struct {
	Name         string // as the system declares it, such as prepared
	Txn          uint64 // the transaction's id, or the term of an election
	Coordinator  string // the node that coordinates it, or leads
	Participants []string
}

// A Port is a node's side of the message fabric. A payload is immutable once it
// is sent, since both nodes may live in one process.
type Port interface {
	// Send never blocks; the message may be lost, and under faults it may arrive
	// twice, or after later ones. size is what it would take on a wire, in bytes.
	Send(to string, payload any, size int)
	// Handle sets who takes messages; fn must not block. Messages that arrive
	// before Handle is called are lost.
	Handle(fn func(from string, payload any))
}

// A Clock is the time as a node knows it: package time, unless a fault bends it. A
// system that measures its times by it declares that its clock can be hurt. It may
// be set back, but what NewTicker returns keeps ticking.
type Clock interface {
	Now() time.Time
	// NewTicker is as time.NewTicker: a tick that nobody takes in time is lost.
	NewTicker(d time.Duration) (ticks <-chan time.Time, stop func())
}

// SystemClock is package time.
type SystemClock struct{}

// Now implements [Clock].
func (SystemClock) Now() time.Time { return time.Now() }

// NewTicker implements [Clock].
func (SystemClock) NewTicker(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTicker(d)
	return t.C, t.Stop
}

// ErrLost completes a call whose proposal may or may not take effect, because
// the node lost its leadership or stopped. The session may safely try the same
// command again: it carries the same Seq, and is applied once.
var ErrLost = errors.New("leadership lost: the outcome is unknown")

// Timing is the protocol's clockwork, the same for every system of a trial.
type Timing struct {
	Heartbeat time.Duration // interval between a leader's heartbeats
	Election  time.Duration // least silence after which a follower stands for election
}

// Validate tells what is wrong with the timing.
func (t Timing) Validate() error {
	if t.Heartbeat <= 0 || t.Election <= t.Heartbeat {
		return fmt.Errorf("heartbeat %v, election timeout %v: want a heartbeat of more than 0 and an election timeout of more than that", t.Heartbeat, t.Election)
	}
	return nil
}

// Batch bounds what a node does at once, the same for every system of a trial.
// The zero Batch bounds nothing.
type Batch struct {
	MaxBytes      int    // of entries in one message or one append; 0: no bound
	MaxEntries    int    // likewise
	SnapshotEvery uint64 // applied entries between snapshots; 0: there are none
	Trailing      uint64 // entries kept behind a snapshot for slow followers
}

// A Call is one attempt at one operation. It is a value: a replica may keep it
// although the session that made it has gone on.
type Call struct {
	Session uint64
	Seq     uint64 // of the session's commands, from 1; the same on every attempt
	Attempt uint64 // tells the completions of several attempts apart
	Op      bench.Op
	Done    Completer
}

// Command is the call as the state machine takes it; not for a Read.
func (c *Call) Command() *machine.Command {
	return &machine.Command{
		Session: c.Session, Seq: c.Seq,
		Kind: c.Op.Kind, Key: c.Op.Key, Arg: c.Op.Arg, Expect: c.Op.Expect, Size: c.Op.Size, Txn: c.Op.Txn,
	}
}

// Complete answers the call.
func (c *Call) Complete(r bench.Reply, err error) { c.Done.Complete(c.Attempt, r, err) }

// A Completer takes the answer to an attempt. It never blocks, and ignores
// attempts that are no longer waited for.
type Completer interface {
	Complete(attempt uint64, r bench.Reply, err error)
}

// A Replica is one running node of a protocol.
type Replica interface {
	// Submit starts the call, whose transaction, if it is one, is valid (see
	// [machine.ValidateTxn]). If it returns an error the call had no effect and
	// is not completed; a node that does not lead returns a
	// *bench.NotLeaderError. Otherwise the call is completed exactly once
	// unless its proposal vanishes in the protocol: completed with an error
	// that wraps ErrLost when the node loses its leadership or stops.
	Submit(c Call) error
	Status() bench.Status
	// Close stops the node at once, as a crash would, and waits for all that it
	// started. What was not synced is not synced now.
	Close() error
}
