package paxos

import (
	"math"

	"nines/adapters/machine"
	"nines/adapters/replica/step"
	"nines/bench"
)

// role is what a node is doing about leadership.
type role uint8

const (
	following role = iota // or waiting for a leader to follow
	asking                // whether an election could be won
	preparing             // phase 1 runs
	leading
)

// nobody leads.
const nobody = -1

// node is one member: acceptor, learner, and by turns candidate and leader.
type node struct {
	cfg Config
	env step.Config
	out *step.Output // of the Step that runs
	n   int          // members
	q   Quorums

	self int
	role role
	now  uint64 // ticks

	// The acceptor.
	promised Ballot // the highest; what is below is refused
	told     Ballot // the last promise whose protocol point was reached
	log      slots
	heardAt  uint64 // tick at which the leader was last heard from
	// What has been accepted in ballot: all slots of (start, upto].
	ballot      Ballot
	start, upto uint64
	ackTo       int // whom to tell of upto at the end of this Step; nobody: nobody

	// The learner.
	kv        *machine.KV
	committed uint64 // every slot up to it is chosen, and its value is in log or compacted
	recorded  uint64 // the last commit index that was put on disk
	leader    int    // whom the node follows, or nobody
	fetchAt   uint64 // tick before which nothing is fetched again

	// The candidate.
	standAt uint64 // tick at which the node stands for election
	highest Ballot // that was ever heard of
	votes   election

	lead  leadership
	reads reads
	snaps snapshots
	solo  classic
}

func newNode(cfg Config, env step.Config) *node {
	n := &node{
		cfg: cfg, env: env, n: len(env.Members), self: env.Self,
		q:  cfg.Quorums.on(len(env.Members)),
		kv: machine.New(), leader: nobody, ackTo: nobody,
	}
	n.postpone()
	if n.n == 1 {
		n.standAt = 0 // there is nobody to wait for
	}
	return n
}

// postpone sets when the node stands for election, if nothing happens before.
func (n *node) postpone() {
	e := n.env.ElectionTicks
	n.standAt = n.now + uint64(e) + uint64(n.env.Rand.IntN(e))
}

// Status implements [step.Machine].
func (n *node) Status() bench.Status {
	s := bench.Status{
		Up:        true,
		Term:      n.promised.Round(),
		Committed: n.committed,
		Applied:   n.kv.Applied(),
		Digest:    n.kv.Digest(),
	}
	switch {
	case n.cfg.Classic:
		s.Leader = n.env.Members[n.self]
	case n.leader != nobody:
		s.Leader = n.env.Members[n.leader]
	}
	return s
}

// Step implements [step.Machine].
func (n *node) Step(in step.Input, out *step.Output) {
	n.out = out
	n.now += uint64(in.Ticks) // first: what came is answered as of now, and no lease is older than it seems
	for i := range in.Messages {
		n.receive(in.Messages[i].Peer, in.Messages[i].Body)
	}
	if in.Saved > 0 {
		n.snapshotSaved(in.Saved)
	}
	n.clock()
	n.commit()
	n.apply()
	n.take(in.Calls)
	n.serveReads()
	n.finish()
	n.out = nil
}

// receive takes a message.
func (n *node) receive(from int, body any) {
	switch m := body.(type) {
	case *accept:
		n.onAccept(from, m)
	case *accepted:
		n.onAccepted(from, m)
	case *hole:
		n.onHole(from, m)
	case *beat:
		n.onBeat(from, m)
	case *heard:
		n.onHeard(from, m)
	case *refusal:
		n.onRefusal(m)
	case *ask:
		n.onAsk(from, m)
	case *answer:
		n.onAnswer(from, m)
	case *prepare:
		n.onPrepare(from, m)
	case *durable:
		n.onDurable(m)
	case *promise:
		n.onPromise(from, m)
	case *fetch:
		n.onFetch(from, m)
	case *learn:
		n.onLearn(from, m)
	case *install:
		n.onInstall(from, m)
	}
}

// clock does what is due.
func (n *node) clock() {
	switch {
	case n.cfg.Classic:
		n.clockClassic()
	case n.role == leading:
		n.clockLeader()
	case n.now >= n.standAt:
		n.stand()
	case n.role == asking:
		n.askOthers()
	case n.role == preparing:
		n.prepareOthers()
	}
}

// finish ends a Step: acknowledges what was accepted, and notes the commit index
// where there is a write anyway.
func (n *node) finish() {
	if len(n.out.Records) > 0 && n.committed > n.recorded && !n.snaps.installing() {
		n.recorded = n.committed
		n.out.Records = append(n.out.Records, numberRecord(recordCommit, n.committed))
	}
	if n.ackTo != nobody {
		n.sendAfter(n.ackTo, &accepted{Ballot: n.ballot, Upto: n.upto}, numbers(2))
		n.ackTo = nobody
	}
	n.maybeSnapshot()
	n.maybeCompact()
}

// whole is above every slot.
const whole = math.MaxUint64
