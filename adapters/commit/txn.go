package commit

import (
	"errors"
	"fmt"

	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/bench"
)

// Owner is the node that holds a key: an index into the members.
func Owner(key uint64, nodes int) int {
	// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbouring keys go
	// to unrelated nodes.
	key ^= key >> 30
	key *= 0xbf58476d1ce4e5b9
	key ^= key >> 27
	key *= 0x94d049bb133111eb
	key ^= key >> 31
	return int(key % uint64(nodes))
}

// An ID names a transaction in the whole cluster, for ever.
type ID struct {
	Node int    // that coordinates it: an index into the members
	Seq  uint64 // rising at that node, also across its restarts
}

// String is the node, its epoch, and a number within that.
func (id ID) String() string {
	return fmt.Sprintf("%d.%d.%d", id.Node, id.Seq>>epochShift, id.Seq&(1<<epochShift-1))
}

// A Txn is what every participant knows of a transaction. It is not changed.
type Txn struct {
	ID    ID
	Label uint64 // Op.Arg: what clients and faults call it; 0: a read
	// Stamp is when it began, in Lamport's logical time: of two transactions the
	// one with the lower Stamp is older, the coordinator breaks ties.
	Stamp        uint64
	Participants []int // rising
}

// older reports whether t has precedence over u.
func (t *Txn) older(u *Txn) bool {
	if t.Stamp != u.Stamp {
		return t.Stamp < u.Stamp
	}
	return t.ID.Node < u.ID.Node
}

// A Part is what one participant is to do of a transaction.
type Part struct {
	Txn    *Txn
	Micros []bench.Micro
	Size   uint32 // bytes of each value written
	// plain says that this is a single operation outside any transaction: a CAS
	// that meets another value is answered, not aborted.
	plain bool
}

// A Prepare asks a participant to lock the keys of its part, to execute it and to
// vote on its fate.
type Prepare struct {
	Part
	Low uint64 // all transactions of this coordinator with a lower Seq are over
}

// The size of a message on a wire in bytes: fields in fixed width, and one for
// the type.
const (
	idSize  = 4 + 8
	txnSize = idSize + 8 + 8 + 1
	// AboutSize is that of a message that says one thing about one transaction.
	AboutSize = 1 + idSize + 1
)

// WireSize is what it would take on a wire, in bytes.
func (p *Prepare) WireSize() int {
	return 1 + txnSize + len(p.Txn.Participants) + 8 + 4 + machine.MicrosSize(p.Micros, p.Size)
}

// A Vote is a participant's answer to a [Prepare].
type Vote struct {
	ID    ID
	Found []bench.Found // of its part, in order
	// ReadOnly says that the part changes nothing, so that its participant does
	// not mind the transaction's fate and only wants to hear that it is over.
	ReadOnly bool
	Refused  string // not empty: a no, and why
	GaveWay  bool   // the reason is an older transaction
}

// WireSize is what it would take on a wire, in bytes.
func (v *Vote) WireSize() int {
	return AboutSize + 2 + machine.FoundSize(v.Found) + len(v.Refused)
}

// Refusal is a participant's no.
func Refusal(id ID, err error) *Vote {
	return &Vote{ID: id, Refused: err.Error(), GaveWay: errors.Is(err, errGaveWay)}
}

// Vote is the participant's yes.
func (l *Local) Vote() *Vote {
	return &Vote{ID: l.Txn.ID, Found: l.Found, ReadOnly: l.ReadOnly()}
}

// An Open is a transaction at the node that coordinates it.
type Open struct {
	Txn   *Txn
	Parts []Part          // one for each of Txn.Participants
	Found [][]bench.Found // likewise: what the participants found
	Began int             // tick
	First int             // tick when it began for the first time: see [Node.Again]
	// Protocol is for the protocol's own.
	Protocol any

	call     replica.Call
	answered bool
}

// Index is the place of a node among the participants, -1 if it is none.
func (o *Open) Index(node int) int {
	for i, p := range o.Txn.Participants {
		if p == node {
			return i
		}
	}
	return -1
}

// split finds out who takes part in op, and in what.
func split(op *bench.Op, nodes int) (participants []int, parts []Part) {
	if op.Kind != bench.Transact {
		micro := bench.Micro{Kind: op.Kind, Key: op.Key, Arg: op.Arg, Expect: op.Expect}
		return []int{Owner(op.Key, nodes)}, []Part{{Micros: []bench.Micro{micro}, Size: op.Size, plain: true}}
	}
	var count [64]int
	counts := count[:]
	if nodes > len(counts) {
		counts = make([]int, nodes)
	}
	for i := range op.Txn.Micros {
		counts[Owner(op.Txn.Micros[i].Key, nodes)]++
	}
	for node, n := range counts {
		if n == 0 {
			continue
		}
		participants = append(participants, node)
		micros := op.Txn.Micros
		if n < len(micros) {
			micros = make([]bench.Micro, 0, n)
			for _, m := range op.Txn.Micros {
				if Owner(m.Key, nodes) == node {
					micros = append(micros, m)
				}
			}
		}
		parts = append(parts, Part{Micros: micros, Size: op.Size})
	}
	return participants, parts
}

// merge puts what the participants found into the order of op's micro-operations.
func (o *Open) merge(nodes int) bench.Reply {
	op := &o.call.Op
	if op.Kind != bench.Transact {
		return bench.Reply{Value: o.Found[0][0].Value}
	}
	if len(o.Found) == 1 {
		return bench.Reply{Txn: &bench.TxnReply{Found: o.Found[0]}}
	}
	found := make([]bench.Found, len(op.Txn.Micros))
	next := make([]int, len(o.Found))
	for i := range found {
		p := o.Index(Owner(op.Txn.Micros[i].Key, nodes))
		found[i] = o.Found[p][next[p]]
		next[p]++
	}
	return bench.Reply{Txn: &bench.TxnReply{Found: found}}
}
