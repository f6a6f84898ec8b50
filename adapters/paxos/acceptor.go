package paxos

import (
	"nines/adapters/disk"
	"nines/adapters/replica"
)

// reach is how far above the commit index a value is accepted. One that is
// further behind is to catch up first, and need not hold what follows.
const reach = 1 << 17

// heeds reports whether the node must refuse other candidates: it leads with a
// quorum, or has heard from a leader within the election timeout. A node that has
// just started may have heard from one before: newNode's heardAt is its start.
func (n *node) heeds() bool {
	if n.cfg.Classic {
		return false
	}
	return n.role == leading || n.heardAt+uint64(n.env.ElectionTicks) > n.now
}

// onPrepare is phase 1b, up to its forced write. In classic mode, and among
// nodes that heed nobody, it is the paper's.
func (n *node) onPrepare(from int, m *prepare) {
	n.highest = max(n.highest, m.Ballot)
	switch {
	case m.Ballot < n.promised:
		n.refuse(from, m.Ballot)
		return
	case m.Ballot > n.promised && n.heeds():
		return // it will ask again, or hear from the leader
	case m.Ballot > n.promised:
		if n.role != following && n.cfg.Classic {
			n.backOff()
		}
		n.resign(nobody)
		n.postpone()
		n.promise(m.Ballot)
	}
	n.sendAfter(n.self, &durable{Ballot: m.Ballot, To: from, After: m.After}, 0)
}

// promise refuses all ballots below b from now on. It counts when it is durable.
func (n *node) promise(b Ballot) {
	n.promised = b
	n.highest = max(n.highest, b)
	n.out.Records = append(n.out.Records, numberRecord(recordPromise, uint64(b)))
}

func (n *node) refuse(to int, b Ballot) {
	n.send(to, &refusal{Ballot: b, Promised: n.promised}, numbers(2))
}

// onDurable sends a promise that is on the disk: to another candidate, or to
// itself, in which case the others may be asked. Were they asked before, a node
// that crashes could prepare the same ballot twice.
func (n *node) onDurable(m *durable) {
	switch {
	case n.promised != m.Ballot: // a higher one has come between
		return
	case m.To == n.self:
		n.selfPromised(m.Ballot)
		return
	}
	if n.told != m.Ballot {
		n.told = m.Ballot
		n.out.Points = append(n.out.Points, replica.Point{
			Name: PointPromised, Txn: m.Ballot.Round(), Coordinator: n.env.Members[m.To], Participants: n.env.Members,
		})
	}
	n.sendPromise(m.To, m.After)
}

// sendPromise tells a candidate all that was accepted above after, in messages of
// bounded size. What it says stays true as long as the promise stands, so parts of
// two answers to one candidate fit together.
func (n *node) sendPromise(to int, after uint64) {
	part := &promise{Ballot: n.promised, After: after, To: whole, Commit: n.committed}
	if after < n.log.base { // the slots themselves are gone
		part.Index, part.Snapshot = n.snaps.index, n.snaps.state
		after = part.Index
	}
	bytes := len(part.Snapshot)
	for s := after + 1; s <= n.log.last(); s++ {
		v := n.log.at(s)
		if v == nil {
			continue
		}
		if n.full(len(part.Values), bytes+len(v)) {
			part.To = s - 1
			n.send(to, part, part.size())
			part = &promise{Ballot: n.promised, After: s - 1, To: whole, Commit: n.committed}
			bytes = 0
		}
		part.Values = append(part.Values, slotted{s, v})
		bytes += len(v)
	}
	n.send(to, part, part.size())
}

// full reports whether a message of count values and, with the next one, that
// many bytes is to be closed.
func (n *node) full(count, bytes int) bool {
	b := n.env.Batch
	return count > 0 && (b.MaxEntries > 0 && count >= b.MaxEntries || b.MaxBytes > 0 && bytes > b.MaxBytes)
}

// onAccept is phase 2b, up to its forced write.
func (n *node) onAccept(from int, m *accept) {
	if !n.follow(from, m.Ballot, m.Start) {
		return
	}
	if last := m.First + uint64(len(m.Values)) - 1; last <= n.committed+reach {
		n.accept(m.First, m.Values)
		n.ackTo = from
		if m.First > n.upto+1 && m.First > m.Commit+1 {
			n.send(from, &hole{n.ballot}, numbers(1))
		}
	}
	n.learnCommit(from, m.Commit)
}

// accept takes values of the ballot that the node follows, or leads.
func (n *node) accept(first uint64, values [][]byte) {
	for i, v := range values {
		slot := first + uint64(i)
		if slot <= n.committed {
			continue // it is the same value
		}
		if old := n.log.at(slot); old != nil && ballotOf(old) >= n.ballot {
			continue // it came twice; the acknowledgement waits for the disk all the same
		}
		n.put(slot, v)
	}
	n.extend()
}

// put writes an accepted value to the log.
func (n *node) put(slot uint64, value []byte) {
	n.log.put(slot, value)
	n.out.Records = append(n.out.Records, disk.Record{Kind: recordValue, Index: slot, Data: value})
}

// extend moves upto. What is chosen counts as accepted: the leader that counts it
// will at most find chosen what is.
func (n *node) extend() {
	n.upto = max(n.upto, n.committed)
	for v := n.log.at(n.upto + 1); v != nil && ballotOf(v) == n.ballot; v = n.log.at(n.upto + 1) {
		n.upto++
	}
}

// onBeat answers at once: it is about ballots, not about what is on disk.
func (n *node) onBeat(from int, m *beat) {
	if n.cfg.Classic {
		n.onGossip(from, m)
		return
	}
	if !n.follow(from, m.Ballot, m.Start) {
		return
	}
	n.send(from, &heard{Ballot: m.Ballot, Round: m.Round}, numbers(2))
	n.learnCommit(from, m.Commit)
}

// follow takes word from whoever leads in ballot b. It reports false if b is out
// of date.
//
// A ballot above the promise was prepared by a quorum without this node; to
// promise it here without a forced write only refuses more. With a value
// accepted in it, the value's record says the same.
func (n *node) follow(from int, b Ballot, start uint64) bool {
	if b < n.promised {
		n.refuse(from, b)
		return false
	}
	n.heardAt = n.now
	n.postpone()
	if b > n.promised || n.leader != from && !n.cfg.Classic {
		n.resign(from)
		n.promised = b
		n.highest = max(n.highest, b)
	}
	if n.ballot != b {
		n.ballot, n.start, n.upto = b, start, start
		n.extend()
	}
	return true
}
