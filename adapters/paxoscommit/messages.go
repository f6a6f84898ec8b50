package paxoscommit

import (
	"fmt"

	"nines/adapters/commit"
	kv "nines/adapters/machine"
	"nines/bench"
)

// A message goes from node to node. Sizes are those of fields in fixed width, and
// one byte for the type.
type message interface {
	wireSize() int
}

// A request asks a participant to prepare its part and to vote.
type request struct {
	commit.Prepare
	floor uint64 // the first Seq of this start of the coordinator
	wide  bool   // the vote goes to all acceptors, not to the first F+1 only
}

// A refusal tells the coordinator that a participant will never prepare.
type refusal struct {
	from int
	vote *commit.Vote
}

// A ballot0 is phase 2a of the instance of the participant from, in ballot 0: it
// has prepared.
type ballot0 struct {
	txn        *commit.Txn
	from       int
	low, floor uint64        // of the coordinator
	found      []bench.Found // for the coordinator only
}

// A phase1a asks an acceptor for its promise, for all instances of a transaction.
type phase1a struct {
	txn    *commit.Txn
	ballot uint64
}

// A phase1b is the promise, with what the acceptor had accepted.
type phase1b struct {
	id     commit.ID
	ballot uint64
	votes  []vote
}

// A phase2a proposes the value of every instance, in a ballot of its leader.
type phase2a struct {
	txn      *commit.Txn
	ballot   uint64
	prepared nodeSet // by place; the others are aborted
}

// A phase2b says that an acceptor has accepted values for all instances.
type phase2b struct {
	id     commit.ID
	ballot uint64
}

// An outpaced tells a leader that an acceptor has promised a higher ballot.
type outpaced struct {
	id     commit.ID
	ballot uint64
}

// An outcome is the fate of a transaction.
type outcome struct {
	id     commit.ID
	commit bool
	again  bool // an abort, after which it begins again when it holds nothing any more
}

// An ended tells coordinators, and acceptors that asked, of transactions that are
// over at a node, durably.
type ended struct {
	ids  []commit.ID
	told bool // the node has reported that it was in doubt and aborted: it must not begin again
}

// An inquiry asks whether a transaction is over at a node.
type inquiry struct{ id commit.ID }

const (
	idSize     = 4 + 8
	typeSize   = 1
	ballotSize = 8
)

func txnSize(t *commit.Txn) int { return idSize + 8 + 8 + 1 + len(t.Participants) }

func (r *request) wireSize() int  { return r.Prepare.WireSize() + 8 + 1 }
func (r *refusal) wireSize() int  { return r.vote.WireSize() }
func (b *ballot0) wireSize() int  { return typeSize + txnSize(b.txn) + 16 + kv.FoundSize(b.found) }
func (p *phase1a) wireSize() int  { return typeSize + txnSize(p.txn) + ballotSize }
func (p *phase1b) wireSize() int  { return typeSize + idSize + ballotSize + len(p.votes)*(ballotSize+1) }
func (p *phase2a) wireSize() int  { return typeSize + txnSize(p.txn) + ballotSize + 8 }
func (p *phase2b) wireSize() int  { return typeSize + idSize + ballotSize }
func (p *outpaced) wireSize() int { return typeSize + idSize + ballotSize }
func (o *outcome) wireSize() int  { return typeSize + idSize + 1 }
func (e *ended) wireSize() int    { return typeSize + 1 + 4 + len(e.ids)*idSize }
func (q *inquiry) wireSize() int  { return typeSize + idSize }

// How golden scripts show them.

func (r *request) String() string {
	if r.wide {
		return r.Prepare.String() + " for all acceptors"
	}
	return r.Prepare.String()
}
func (r *refusal) String() string { return r.vote.String() }
func (b *ballot0) String() string {
	return fmt.Sprintf("2a %v ballot 0: n%d prepared", b.txn.ID, b.txn.Participants[b.from]+1)
}
func (p *phase1a) String() string { return fmt.Sprintf("1a %v ballot %d", p.txn.ID, p.ballot) }
func (p *phase1b) String() string { return fmt.Sprintf("1b %v ballot %d %v", p.id, p.ballot, p.votes) }
func (p *phase2a) String() string {
	return fmt.Sprintf("2a %v ballot %d: %s", p.txn.ID, p.ballot, fateName(p.prepared.len() == len(p.txn.Participants)))
}
func (p *phase2b) String() string  { return fmt.Sprintf("2b %v ballot %d", p.id, p.ballot) }
func (p *outpaced) String() string { return fmt.Sprintf("outpaced %v by ballot %d", p.id, p.ballot) }
func (o *outcome) String() string  { return fmt.Sprintf("%s %v", fateName(o.commit), o.id) }
func (e *ended) String() string    { return fmt.Sprintf("ended %v", e.ids) }
func (q *inquiry) String() string  { return fmt.Sprintf("over? %v", q.id) }

func fateName(committed bool) string {
	if committed {
		return "commit"
	}
	return "abort"
}
