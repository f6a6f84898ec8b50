package commit

import (
	"fmt"
	"time"

	"nines/adapters/machine"
	"nines/bench"
)

// A Local is a transaction at one of its participants.
type Local struct {
	Txn    *Txn
	Found  []bench.Found   // what its micro-operations found; nil after a restart
	Writes []machine.Write // what it will leave behind if it commits
	// Protocol is for the protocol's own, 0 at first. It is kept in snapshots, but
	// what changes it between them is for the protocol to log.
	Protocol byte
	// Asked is the tick when the protocol last asked for its fate, or when it was
	// prepared.
	Asked int
	// Recovered says that the node has been down since it was prepared.
	Recovered bool

	state  localState
	alone  bool // no other node takes part
	part   Part
	keys   []lockKey
	listed bool // in Node.waiting
	since  int  // tick when it began to wait, and then when it was prepared
}

type localState uint8

const (
	waiting  localState = iota // for locks; holds none
	prepared                   // has its locks
	over                       // has none any more
)

// ReadOnly reports whether it changes nothing at this node.
func (l *Local) ReadOnly() bool { return len(l.Writes) == 0 }

// Prepared reports whether it holds its locks, and its fate is not known here.
func (l *Local) Prepared() bool { return l.state == prepared }

// Since is the tick when it was prepared, or when the node started if it was
// prepared before that.
func (l *Local) Since() int { return l.since }

var (
	errGaveWay = fmt.Errorf("it had to give way to an older transaction: %w", bench.ErrAborted)
	errTooLong = fmt.Errorf("it waited too long for its locks: %w", bench.ErrAborted)
)

// Prepare begins a part at this node, unless it has been seen before.
// [Protocol.Granted] or [Protocol.Refused] follows, now or later.
func (n *Node) Prepare(p *Prepare) {
	txn := p.Txn
	n.clock = max(n.clock, txn.Stamp)
	s := &n.seen[txn.ID.Node]
	s.raise(p.Low)
	if n.locals[txn.ID] != nil || s.has(txn.ID.Seq) {
		return
	}
	l := &Local{Txn: txn, part: p.Part, keys: lockKeys(p.Micros), since: n.now, alone: len(txn.Participants) == 1}
	n.locals[txn.ID] = l
	n.admit(l)
}

// Local is the transaction if it waits or is prepared here, nil otherwise.
func (n *Node) Local(id ID) *Local { return n.locals[id] }

// Over reports whether the transaction is over at this node, and whether it was
// committed here. Of one that its coordinator has closed since its last restart it
// says that it was not.
func (n *Node) Over(id ID) (over, committed bool) {
	s := &n.seen[id.Node]
	return s.has(id.Seq), s.over[id.Seq]
}

// admit gives l its locks, or makes it wait for them, or refuses it.
func (n *Node) admit(l *Local) {
	if lk := n.locks.inTheWay(l); lk != nil {
		if !mayWait(l, lk) {
			n.refuse(l, errGaveWay)
			return
		}
		lk.waiters = append(lk.waiters, l)
		if !l.listed {
			l.listed = true
			n.waiting = append(n.waiting, l)
		}
		return
	}
	if l.alone {
		n.once(l)
		return
	}
	e, err := machine.Execute(n.read, l.part.Micros, l.part.Size)
	if err != nil {
		n.refuse(l, err)
		return
	}
	l.Found, l.Writes = e.Found, e.Writes
	n.hold(l)
	n.Append(recordPrepared, appendLocal(nil, l))
	n.protocol.Granted(l)
}

// hold gives l its locks: from now on it is in doubt.
func (n *Node) hold(l *Local) {
	for _, w := range n.locks.take(l) {
		n.refuse(w, errGaveWay)
	}
	l.state, l.since, l.Asked = prepared, n.now, n.now
	if !l.alone {
		n.inDoubt++
		n.prepared = append(n.prepared, l)
	}
}

// refuse ends what holds no locks.
func (n *Node) refuse(l *Local, err error) {
	n.drop(l, false)
	if l.alone {
		n.answer(l, err)
		return
	}
	n.protocol.Refused(l.Txn, err)
}

// Withdraw ends what waits for its locks, and remembers that it is over also if it
// has never been here. A part that is prepared, or over, it leaves alone.
func (n *Node) Withdraw(id ID) {
	l := n.locals[id]
	switch {
	case l == nil && !n.seen[id.Node].has(id.Seq):
		n.seen[id.Node].add(id.Seq, false)
	case l != nil && l.state == waiting:
		n.unlist(l)
		n.drop(l, false)
	}
}

// Renounce is Withdraw with a record, so that this node will never prepare the
// part, whatever happens to it.
func (n *Node) Renounce(id ID) {
	n.Withdraw(id)
	n.Append(recordRenounced, AppendID(nil, id))
}

// Commit makes the writes of a prepared transaction stand and frees its locks.
// What was appended to the log says so, and must become durable before anybody
// who could tell again is told to forget it.
func (n *Node) Commit(l *Local) { n.end(l, recordCommitted) }

// Abort drops a prepared transaction and frees its locks.
func (n *Node) Abort(l *Local) { n.end(l, recordAborted) }

func (n *Node) end(l *Local, kind byte) {
	if l.state != prepared {
		return
	}
	n.Append(kind, append(AppendID(nil, l.Txn.ID), truth(l.ReadOnly())))
	n.tellDoubt(l, kind)
	if kind == recordCommitted {
		n.apply(l.Txn, l.Writes)
	}
	n.free(l, kind == recordCommitted)
}

// free takes a prepared transaction's locks.
func (n *Node) free(l *Local, committed bool) {
	n.drop(l, committed)
	n.retry = n.locks.release(l, n.retry)
	if !l.alone {
		n.inDoubt--
	}
}

// drop forgets l, but not that it has been here.
func (n *Node) drop(l *Local, committed bool) {
	l.state = over
	delete(n.locals, l.Txn.ID)
	n.seen[l.Txn.ID.Node].add(l.Txn.ID.Seq, committed)
}

// unlist takes a waiting transaction out of the queue of the lock it waits for.
func (n *Node) unlist(l *Local) {
	for _, k := range l.keys {
		if lk := n.locks.keys[k.key]; lk != nil {
			lk.waiters = without(lk.waiters, l)
		}
	}
}

// tellDoubt reports a fate that was not known here for a heartbeat or longer.
func (n *Node) tellDoubt(l *Local, kind byte) {
	if n.now-l.since < n.cfg.HeartbeatTicks && !l.Recovered || l.ReadOnly() {
		return
	}
	fate := "committed"
	if kind == recordAborted {
		fate = "aborted"
	}
	n.out.Events = append(n.out.Events, bench.Event{
		Kind: bench.EventInDoubt, Txn: l.Txn.Label, Took: time.Duration(n.now-l.since) * n.cfg.Tick, Locks: len(l.keys), Detail: fate,
	})
}

func without(ls []*Local, l *Local) []*Local {
	for i := range ls {
		if ls[i] == l {
			return append(ls[:i], ls[i+1:]...)
		}
	}
	return ls
}
