package commit

import (
	"nines/adapters/machine"
	"nines/bench"
)

// once performs a transaction that no other node takes part in: a record of what
// it writes is all that it needs. Its locks are held until that is durable.
func (n *Node) once(l *Local) {
	found, writes, err := n.execute(l)
	if err != nil || len(writes) == 0 {
		l.Found = found
		n.drop(l, err == nil)
		n.answer(l, err)
		return
	}
	l.Found, l.Writes = found, writes
	n.hold(l)
	n.Append(recordOnce, appendOnce(nil, l))
	n.apply(l.Txn, l.Writes)
	n.WhenDurable(onceDurable{l})
}

// onceDurable tells the node that what l wrote is safe.
type onceDurable struct{ l *Local }

// execute is [machine.Execute], except that a CAS by itself answers what it met.
func (n *Node) execute(l *Local) ([]bench.Found, []machine.Write, error) {
	if m := &l.part.Micros[0]; l.part.plain && m.Kind == bench.CAS {
		found, err := machine.Execute(n.read, []bench.Micro{{Kind: bench.Read, Key: m.Key}}, 0)
		if err != nil || found.Found[0].Value != m.Expect {
			return found.Found, nil, err
		}
	}
	e, err := machine.Execute(n.read, l.part.Micros, l.part.Size)
	return e.Found, e.Writes, err
}

// answer tells the coordinator of a transaction of this node alone.
func (n *Node) answer(l *Local, err error) {
	d := done{ID: l.Txn.ID, Found: l.Found}
	if err != nil {
		d.Refused = err.Error()
	}
	if l.Txn.ID.Node == n.cfg.Self {
		n.done(d)
		return
	}
	n.Send(l.Txn.ID.Node, d, d.WireSize())
}
