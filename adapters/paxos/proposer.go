package paxos

import (
	"fmt"
	"iter"
	"slices"

	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// leadership is what a leader knows, all of it about its own ballot.
type leadership struct {
	ballot  Ballot
	last    uint64 // slot in which something was proposed
	ready   uint64 // once it is committed, so is all that was ever acknowledged
	waiting line   // calls in slots that are not yet committed

	// By node:
	match  []uint64 // it has accepted all slots from the ballot's start up to here, durably
	heard  []uint64 // tick at which it was last heard from
	resent []uint64 // tick at which slots were last sent again
	mended []uint64 // tick from which a hole is filled again

	beatAt uint64 // tick of the next heartbeat
	rounds rounds
	sorted []uint64 // scratch
}

// beginLead starts the leadership of ballot b, for which phase 1 is complete.
func (n *node) beginLead(b Ballot) {
	n.role, n.leader = leading, n.self
	n.ballot, n.start, n.upto = b, n.committed, n.committed
	n.lead = leadership{
		ballot: b, last: n.committed,
		match: make([]uint64, n.n), heard: make([]uint64, n.n), resent: make([]uint64, n.n), mended: make([]uint64, n.n),
		sorted: make([]uint64, n.n),
		rounds: rounds{acked: make([]uint64, n.n)},
	}
	for i := range n.n {
		n.lead.heard[i], n.lead.resent[i] = n.now, n.now
	}
}

// clockLeader steps down without a quorum, and sends what is due.
func (n *node) clockLeader() {
	l := &n.lead
	l.heard[n.self] = n.now
	if n.hearing() < n.q.Phase2 {
		n.resign(nobody)
		n.postpone()
		return
	}
	if n.now >= l.beatAt {
		n.beat()
	}
	for to := range n.n {
		if l.resent[to]+uint64(n.env.HeartbeatTicks) <= n.now {
			n.resend(to)
		}
	}
}

// hearing counts the nodes that were heard from within the election timeout.
func (n *node) hearing() int {
	k := 0
	for to := range n.n {
		if !n.silent(to) {
			k++
		}
	}
	return k
}

// silent reports whether a node is as good as dead: it gets heartbeats only.
func (n *node) silent(to int) bool {
	return n.lead.heard[to]+uint64(n.env.ElectionTicks) < n.now
}

// propose takes commands, as many as one message may hold at a time.
func (n *node) propose(calls []replica.Call) {
	for len(calls) > 0 {
		buf := make([]byte, 0, len(calls)*64)
		values := make([][]byte, 0, len(calls))
		slot, bytes := n.lead.last, 0
		for i := range calls {
			from := len(buf)
			buf = order.AppendUint64(buf, uint64(n.lead.ballot))
			buf = calls[i].Command().AppendTo(buf) // where it moves, earlier values keep the old array
			if n.full(len(values), bytes+len(buf)-from) {
				break
			}
			bytes += len(buf) - from
			values = append(values, buf[from:len(buf):len(buf)])
			slot++
			n.lead.waiting.push(pending{slot, calls[i]})
		}
		n.proposeValues(values)
		calls = calls[len(values):]
	}
}

// proposeAll proposes values that are of the leader's ballot already.
func (n *node) proposeAll(values [][]byte) {
	for len(values) > 0 {
		k := n.chunk(values)
		n.proposeValues(values[:k:k])
		values = values[k:]
	}
}

// chunk is how many of the values one message may hold, at least one.
func (n *node) chunk(values [][]byte) int {
	bytes := 0
	for k, v := range values {
		bytes += len(v)
		if n.full(k, bytes) {
			return k
		}
	}
	return len(values)
}

// proposeValues is phase 2a in the next free slots: one message, and one append.
func (n *node) proposeValues(values [][]byte) {
	m := &accept{Ballot: n.lead.ballot, Start: n.start, Commit: n.committed, First: n.lead.last + 1, Values: values}
	size := numbers(4) + sizeOfValues(values)
	for to := range n.n {
		if to != n.self && !n.silent(to) {
			n.send(to, m, size)
		}
		if n.lead.match[to] >= n.lead.last { // nothing was outstanding
			n.lead.resent[to] = n.now
		}
	}
	n.lead.last += uint64(len(values))
	n.accept(m.First, values)
	n.ackTo = n.self
}

// resend sends a node what it has not acknowledged, as far as it is not
// committed: what is, the node fetches.
func (n *node) resend(to int) {
	l := &n.lead
	from := max(l.match[to], n.committed) + 1
	if to == n.self || from > l.last || n.silent(to) {
		return
	}
	l.resent[to] = n.now
	values := n.log.in(from, l.last)
	for range 16 { // chunks; an answer or the next tick brings the rest
		if len(values) == 0 {
			return
		}
		k := n.chunk(values)
		m := &accept{Ballot: l.ballot, Start: n.start, Commit: n.committed, First: from, Values: slices.Clone(values[:k])}
		n.send(to, m, numbers(4)+sizeOfValues(m.Values))
		values, from = values[k:], from+uint64(k)
	}
}

// onAccepted counts an acceptor's word, the leader's own included.
func (n *node) onAccepted(from int, m *accepted) {
	l := &n.lead
	if n.role != leading || m.Ballot != l.ballot {
		return
	}
	l.heard[from] = n.now
	if m.Upto > l.match[from] {
		l.match[from] = m.Upto
		l.resent[from] = n.now
	}
}

// onHole sends again what an acceptor lacks.
func (n *node) onHole(from int, m *hole) {
	l := &n.lead
	if n.role != leading || m.Ballot != l.ballot {
		return
	}
	l.heard[from] = n.now
	if l.mended[from] <= n.now { // once a tick: the next message tells of the same hole
		l.mended[from] = n.now + 1
		n.resend(from)
	}
}

// commit takes for chosen what a phase-2 quorum has accepted.
func (n *node) commit() {
	if n.role != leading {
		return
	}
	copy(n.lead.sorted, n.lead.match)
	slices.Sort(n.lead.sorted)
	n.committed = max(n.committed, n.lead.sorted[n.n-n.q.Phase2])
}

// take takes calls.
func (n *node) take(calls []replica.Call) {
	k := 0
	for k < len(calls) && !n.diverted(&calls[k]) {
		k++
	}
	commands := calls[:k:k] // nearly always all of them; else a copy
	for i := k + 1; i < len(calls); i++ {
		if !n.diverted(&calls[i]) {
			commands = append(commands, calls[i])
		}
	}
	n.propose(commands)
	if n.cfg.Classic {
		n.tryPropose()
	}
}

// diverted handles a call that is not to be proposed now, and reports that.
func (n *node) diverted(c *replica.Call) bool {
	read := c.Op.Kind == bench.Read
	switch {
	case read && n.cfg.Reads == ReadLocal:
		n.reply(*c, n.kv.Read(c.Op.Key), nil)
		return true
	case n.role != leading && !n.cfg.Classic:
		n.reply(*c, bench.Reply{}, n.notLeader())
		return true
	}
	if !read {
		if err := c.Command().Validate(); err != nil {
			n.reply(*c, bench.Reply{}, fmt.Errorf("%w: %w", bench.ErrRejected, err))
			return true
		}
	}
	switch {
	case n.cfg.Classic:
		n.solo.queue = append(n.solo.queue, *c)
	case read:
		n.reads.queue = append(n.reads.queue, *c)
	default:
		return false
	}
	return true
}

func (n *node) notLeader() error {
	e := &bench.NotLeaderError{}
	if n.leader != nobody && n.leader != n.self {
		e.Leader = n.env.Members[n.leader]
	}
	return e
}

func (n *node) reply(c replica.Call, r bench.Reply, err error) {
	n.out.Replies = append(n.out.Replies, step.Reply{Call: c, Reply: r, Err: err})
}

// pending is a call whose command stands in a slot.
type pending struct {
	slot uint64
	call replica.Call
}

// line is the pending calls in the order of their slots.
type line struct {
	ps   []pending
	head int
}

func (l *line) push(p pending) {
	if l.head > 0 && len(l.ps) == cap(l.ps) && l.head >= len(l.ps)/2 {
		k := copy(l.ps, l.ps[l.head:])
		clear(l.ps[k:])
		l.ps, l.head = l.ps[:k], 0
	}
	l.ps = append(l.ps, p)
}

// pop takes the call in a slot, if it is the next.
func (l *line) pop(slot uint64) (c replica.Call, ok bool) {
	if l.head == len(l.ps) || l.ps[l.head].slot != slot {
		return replica.Call{}, false
	}
	c = l.ps[l.head].call
	l.ps[l.head] = pending{}
	if l.head++; l.head == len(l.ps) {
		l.ps, l.head = l.ps[:0], 0
	}
	return c, true
}

func (l *line) all() iter.Seq[pending] { return slices.Values(l.ps[l.head:]) }
