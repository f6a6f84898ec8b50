package paxos

import (
	"slices"

	"nines/adapters/replica"
)

type call = replica.Call

// reads is the reads in progress on a leader. Those that come while a round is
// under way make up the next one.
type reads struct {
	queue []call
	batch []call // confirmed when round is
	round uint64
}

// rounds is a leader's heartbeats: each is a question whether the ballot is still
// the highest.
type rounds struct {
	last      uint64   // number of the last one sent
	sent      []uint64 // ticks at which the ones after confirmed were sent
	acked     []uint64 // by node: the last one answered
	confirmed uint64   // the last one that a phase-2 quorum has answered
	since     uint64   // tick at which it was sent
}

// beat sends a heartbeat.
func (n *node) beat() {
	l := &n.lead
	l.beatAt = n.now + uint64(n.env.HeartbeatTicks)
	l.rounds.last++
	l.rounds.sent = append(l.rounds.sent, n.now)
	n.sendAll(&beat{Ballot: l.ballot, Start: n.start, Commit: n.committed, Round: l.rounds.last}, numbers(4))
	n.onHeard(n.self, &heard{Ballot: l.ballot, Round: l.rounds.last})
}

// onHeard counts an answer. A phase-2 quorum shares a node with every phase-1
// quorum: one that had not promised more when it was asked rules out that a
// higher ballot was prepared before the round was sent.
func (n *node) onHeard(from int, m *heard) {
	if n.role != leading || m.Ballot != n.lead.ballot {
		return
	}
	r := &n.lead.rounds
	n.lead.heard[from] = n.now
	r.acked[from] = max(r.acked[from], m.Round)
	copy(n.lead.sorted, r.acked)
	slices.Sort(n.lead.sorted)
	c := n.lead.sorted[n.n-n.q.Phase2]
	if c <= r.confirmed {
		return
	}
	k := c - r.confirmed
	r.since, r.confirmed = r.sent[k-1], c
	r.sent = r.sent[k:]
}

// lease reports whether no other leader can have been elected.
//
// A node that answered the heartbeat of tick t refuses other candidates from
// then on for ElectionTicks (E) of its own, the first of which may be over at
// once: for more than (E-1) of its ticks. Here, less than now-t+1 ticks have
// passed since. With now-t < (E-1)*4/5 that is the shorter time as long as no
// tick is more than 5/4 of another. Those who answered are a phase-2 quorum, of
// which any new leader needs one. A node that restarts has forgotten what it
// heard, and refuses for as long (see heeds).
//
// What must hold beyond that: whoever runs the machine tells it of all ticks
// that have passed before it tells it of a call.
func (n *node) lease() bool {
	r := &n.lead.rounds
	return r.confirmed > 0 && n.now-r.since < uint64(n.env.ElectionTicks-1)*4/5
}

// serveReads answers what is confirmed, and has the rest confirmed. A new leader
// waits for the no-op that its ballot began with: until then it may not know of
// all that was acknowledged.
func (n *node) serveReads() {
	r := &n.reads
	if n.role != leading || n.cfg.Classic || n.committed < n.lead.ready {
		return
	}
	if n.cfg.Reads == ReadLease && n.lease() {
		n.readHere(r.queue)
		r.queue = r.queue[:0]
	}
	if len(r.batch) > 0 && n.lead.rounds.confirmed >= r.round {
		n.readHere(r.batch)
		r.batch = r.batch[:0]
	}
	if len(r.batch) > 0 || len(r.queue) == 0 {
		return
	}
	r.batch, r.queue = r.queue, r.batch
	n.beat()
	r.round = n.lead.rounds.last
	if n.lead.rounds.confirmed >= r.round { // alone
		n.readHere(r.batch)
		r.batch = r.batch[:0]
	}
}

// failReads sends readers elsewhere: none has had an effect.
func (n *node) failReads() {
	n.failAll(n.reads.queue, n.notLeader())
	n.failAll(n.reads.batch, n.notLeader())
	n.reads = reads{}
}
