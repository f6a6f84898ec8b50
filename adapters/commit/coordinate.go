package commit

import (
	"errors"
	"fmt"
	"slices"

	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// done answers a transaction of one participant.
type done Vote

func (d *done) WireSize() int { return (*Vote)(d).WireSize() }

// call begins a transaction.
func (n *Node) call(c replica.Call) {
	if err := n.refusal(&c.Op); err != nil {
		n.reply(c, bench.Reply{}, err)
		return
	}
	participants, parts := split(&c.Op, len(n.cfg.Members))
	n.clock++
	t := &Txn{ID: n.name(), Stamp: n.clock, Participants: participants}
	if c.Op.Kind != bench.Read {
		t.Label = c.Op.Arg
	}
	for i := range parts {
		parts[i].Txn = t
	}
	o := &Open{Txn: t, Parts: parts, Found: make([][]bench.Found, len(parts)), Began: n.now, First: n.now, call: c}
	n.Reopen(o)
	if len(parts) > 1 {
		n.protocol.Begin(o)
		return
	}
	p := &Prepare{parts[0], n.Low()}
	if participants[0] == n.cfg.Self {
		n.Prepare(p)
		return
	}
	n.Send(participants[0], p, p.WireSize())
}

// name is that of a new transaction.
func (n *Node) name() ID {
	n.counter++
	return ID{n.cfg.Self, n.epoch<<epochShift | n.counter}
}

// Again has a transaction that gave way, and holds nothing any more at any
// participant, begin again at the next tick, under another ID but as old as it
// is: in the end it is the oldest. It reports whether it does: not if it has been
// trying for long, or if a participant may have been in doubt for so long that it
// has told. The transaction is closed.
func (n *Node) Again(o *Open) bool {
	n.Close(o)
	if o.answered || n.now-o.Began+1 >= n.cfg.HeartbeatTicks || n.now-o.First >= n.cfg.ElectionTicks {
		return false
	}
	n.again = append(n.again, o)
	return true
}

// beginAgain has those begin again that are to.
func (n *Node) beginAgain() {
	again := n.again
	n.again = nil
	for _, o := range again {
		t := *o.Txn
		t.ID = n.name()
		next := &Open{Txn: &t, Parts: o.Parts, Found: make([][]bench.Found, len(o.Parts)), Began: n.now, First: o.First, call: o.call}
		next.Parts = slices.Clone(o.Parts)
		for i := range next.Parts {
			next.Parts[i].Txn = &t
		}
		n.Reopen(next)
		n.protocol.Begin(next)
	}
}

// refusal tells why an operation cannot be performed.
func (n *Node) refusal(op *bench.Op) error {
	if !n.ready {
		return &bench.NotLeaderError{}
	}
	var err error
	switch op.Kind {
	case bench.Read:
	case bench.Write, bench.CAS:
		micro := bench.Micro{Kind: op.Kind, Key: op.Key, Arg: op.Arg}
		err = machine.ValidateTxn(&bench.Txn{Micros: []bench.Micro{micro}}, op.Size)
	case bench.Transact:
		err = machine.ValidateTxn(op.Txn, op.Size)
		if err == nil && op.Txn.Micros[0].Kind == bench.Scan {
			err = errors.New("a scan needs a node with all keys")
		}
	default:
		err = fmt.Errorf("%v is no operation", op.Kind)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", bench.ErrRejected, err)
	}
	return nil
}

// Reopen says that a transaction which this node coordinates is not over: one
// that a protocol found in its log.
func (n *Node) Reopen(o *Open) {
	seq := o.Txn.ID.Seq
	n.open[seq] = o
	n.opened = append(n.opened, o)
	n.lows = append(n.lows, seq)
}

// Opened is the transaction with that Seq if this node coordinates it and it is
// not over, nil otherwise.
func (n *Node) Opened(seq uint64) *Open { return n.open[seq] }

// AllOpen yields what this node coordinates and is not over, in order.
func (n *Node) AllOpen(yield func(*Open) bool) {
	for _, o := range n.opened {
		if n.open[o.Txn.ID.Seq] == o && len(o.Txn.Participants) > 1 && !yield(o) {
			return
		}
	}
}

// Answer tells the client, once. Without an error every element of o.Found is
// there.
func (n *Node) Answer(o *Open, err error) {
	if o.answered {
		return
	}
	o.answered = true
	if o.call.Done == nil { // of an earlier start
		return
	}
	if err != nil {
		n.reply(o.call, bench.Reply{}, err)
		return
	}
	n.reply(o.call, o.merge(len(n.cfg.Members)), nil)
}

// Close says that a transaction which this node coordinates is over: no
// participant will ask for its fate and need anything but "aborted" for an
// answer.
func (n *Node) Close(o *Open) { delete(n.open, o.Txn.ID.Seq) }

// Low is the least Seq that is not over.
func (n *Node) Low() uint64 {
	for len(n.lows) > 0 && n.open[n.lows[0]] == nil {
		n.lows = n.lows[1:]
	}
	if len(n.lows) > 0 {
		return n.lows[0]
	}
	return n.epoch<<epochShift | (n.counter + 1)
}

// done takes the answer to a transaction of one participant.
func (n *Node) done(d done) {
	o := n.open[d.ID.Seq]
	if o == nil || d.ID.Node != n.cfg.Self {
		return
	}
	o.Found[0] = d.Found
	n.Answer(o, d.err())
	n.Close(o)
}

func (d *done) err() error { return (*Vote)(d).Err() }

// Err is why a participant refused, nil if it did not. It wraps
// [bench.ErrAborted].
func (v *Vote) Err() error {
	if v.Refused == "" {
		return nil
	}
	return refusedError(v.Refused)
}

// refusedError is a participant's error as told over the link.
type refusedError string

func (e refusedError) Error() string { return string(e) }
func (e refusedError) Unwrap() error { return bench.ErrAborted }

func (n *Node) reply(c replica.Call, r bench.Reply, err error) {
	n.out.Replies = append(n.out.Replies, step.Reply{Call: c, Reply: r, Err: err})
}

// Status implements [step.Machine].
func (n *Node) Status() bench.Status {
	s := bench.Status{
		Up: true, Term: n.epoch, Committed: n.applied, Applied: n.applied, Digest: n.digest,
		InDoubt: n.inDoubt, Locks: len(n.locks.keys),
	}
	if n.ready {
		s.Leader = n.cfg.Members[n.cfg.Self]
	}
	return s
}
