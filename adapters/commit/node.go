package commit

import (
	"fmt"
	"slices"

	"nines/adapters/disk"
	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// A Node is one node of an atomic commit system, but for the protocol: a
// [step.Machine].
type Node struct {
	cfg      step.Config
	protocol Machine
	out      *step.Output // of the Step in progress
	now      int          // ticks since the start
	durable  []any        // what to tell the machine when the log has been forced
	fresh    bool         // has not announced its epoch yet
	ready    bool         // may name new transactions

	// As coordinator:
	epoch   uint64 // number of this start
	counter uint64 // of the last transaction of this epoch
	clock   uint64 // Lamport's
	open    map[uint64]*Open
	opened  []*Open // open ones in order, and some that are closed
	again   []*Open // that gave way
	lows    []uint64

	// As participant:
	values   map[uint64][]byte
	locks    locks
	locals   map[ID]*Local
	prepared []*Local // in order, and some that are over
	waiting  []*Local // likewise
	retry    []*Local // waited for a lock that has become free
	seen     []seen   // by coordinator
	inDoubt  int
	applied  uint64
	digest   uint64

	// The log:
	index    uint64 // of the last record
	snapped  uint64 // of the last snapshot
	snapping bool
}

// New makes the machine of a node; protocol makes the part of it that is special.
func New(cfg step.Config, protocol func(*Node) Machine) *Node {
	n := &Node{
		cfg: cfg, fresh: true,
		open:   make(map[uint64]*Open),
		values: make(map[uint64][]byte),
		locks:  locks{keys: make(map[uint64]*lock)},
		locals: make(map[ID]*Local),
		seen:   make([]seen, len(cfg.Members)),
	}
	n.protocol = protocol(n)
	return n
}

// Config is what the machine was made from.
func (n *Node) Config() *step.Config { return &n.cfg }

// Now is the number of ticks since the start.
func (n *Node) Now() int { return n.now }

// Step implements [step.Machine].
func (n *Node) Step(in step.Input, out *step.Output) {
	n.out = out
	n.announce()
	for i := range in.Messages {
		n.take(in.Messages[i].Peer, in.Messages[i].Body)
		n.retryAll()
	}
	for i := range in.Calls {
		n.call(in.Calls[i])
	}
	if in.Ticks > 0 {
		n.now += in.Ticks
		n.tick()
		n.retryAll()
	}
	if in.Saved > 0 {
		n.snapping = false
		out.Compact = &step.Compact{Index: in.Saved}
	}
	if len(n.durable) > 0 {
		out.After = append(out.After, step.Message{Peer: n.cfg.Self, Body: n.durable})
		n.durable = nil
	}
	n.snapshot()
	n.out = nil
}

// announce makes the number of this start durable before it is used.
func (n *Node) announce() {
	if n.fresh {
		n.fresh = false
		slices.Sort(n.lows)
		n.protocol.Recovered()
		n.epoch++
		n.Append(recordEpoch, appendUint64(nil, n.epoch))
		n.WhenDurable(announced{})
	}
}

type announced struct{}

func (n *Node) take(from int, body any) {
	switch m := body.(type) {
	case []any: // what has become durable
		for _, b := range m {
			n.take(from, b)
		}
	case announced:
		n.ready = true
	case onceDurable:
		n.free(m.l, true)
		n.answer(m.l, nil)
	case *Prepare:
		if len(m.Txn.Participants) == 1 {
			n.Prepare(m)
		} else {
			n.protocol.Message(from, body)
		}
	case done:
		n.done(m)
	default:
		n.protocol.Message(from, body)
	}
}

// retryAll tries again what waited for locks.
func (n *Node) retryAll() {
	for len(n.retry) > 0 {
		ls := n.retry
		n.retry = nil
		for _, l := range ls {
			if l.state == waiting {
				n.admit(l)
			}
		}
	}
}

// Append adds a record to the log. Kinds below [FirstKind] are the node's own.
func (n *Node) Append(kind byte, data []byte) {
	n.index++
	n.out.Records = append(n.out.Records, disk.Record{Kind: kind, Index: n.index, Data: data})
}

// WhenDurable has the log forced, and body given to [Protocol.Message] when all
// records appended so far are durable.
func (n *Node) WhenDurable(body any) { n.durable = append(n.durable, body) }

// Send sends a message to another node.
func (n *Node) Send(to int, body any, size int) {
	n.out.Send = append(n.out.Send, step.Message{Peer: to, Body: body, Size: size})
}

// SendWhenDurable sends a message to another node when all records appended so far
// are durable, and has the log forced for that.
func (n *Node) SendWhenDurable(to int, body any, size int) {
	n.out.After = append(n.out.After, step.Message{Peer: to, Body: body, Size: size})
}

// Reached tells of a protocol point.
func (n *Node) Reached(name string, t *Txn) {
	p := replica.Point{Name: name, Txn: t.Label, Coordinator: n.cfg.Members[t.ID.Node]}
	for _, i := range t.Participants {
		p.Participants = append(p.Participants, n.cfg.Members[i])
	}
	n.out.Points = append(n.out.Points, p)
}

// InDoubt yields what is prepared here, in the order of preparation.
func (n *Node) InDoubt(yield func(*Local) bool) {
	for _, l := range n.prepared {
		if l.state == prepared && !yield(l) {
			return
		}
	}
}

// tick ends what has waited too long.
func (n *Node) tick() {
	n.waiting = slices.DeleteFunc(n.waiting, func(l *Local) bool {
		if l.state != waiting {
			return true
		}
		if n.now-l.since < n.lockTicks() {
			return false
		}
		n.unlist(l)
		n.refuse(l, errTooLong)
		return true
	})
	n.prepared = slices.DeleteFunc(n.prepared, func(l *Local) bool { return l.state != prepared })
	n.opened = slices.DeleteFunc(n.opened, func(o *Open) bool {
		if n.open[o.Txn.ID.Seq] != o {
			return true
		}
		if len(o.Txn.Participants) == 1 && n.now-o.Began >= n.cfg.ElectionTicks {
			n.Answer(o, n.silent(o))
			n.Close(o)
		}
		return false
	})
	n.beginAgain()
	n.protocol.Tick()
}

// lockTicks is how long a transaction waits for locks: less than its coordinator
// waits for it.
func (n *Node) lockTicks() int { return max(1, n.cfg.ElectionTicks/2) }

func (n *Node) silent(o *Open) error {
	owner := n.cfg.Members[o.Txn.Participants[0]]
	if o.call.Op.Kind == bench.Read {
		return fmt.Errorf("node %s, which owns the key, does not answer: %w", owner, bench.ErrRejected)
	}
	return fmt.Errorf("node %s, which owns the key, does not answer: the outcome is unknown", owner)
}
