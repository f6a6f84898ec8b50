package analysis

import (
	"cmp"
	"fmt"
	"slices"

	"nines/analysis/linear"
	"nines/analysis/objects"
	"nines/analysis/txn"
	"nines/bench"
)

// An objectCheck is what histories of one kind of object are held against,
// beside registers.
type objectCheck struct {
	name string
	// holds decides whether a history is correct, and durable whether what was
	// acknowledged was there at the end; nil: registers tell.
	holds   func(*trial) Check
	durable func(*trial) Check
	reads   bool // whether plain reads are part of it
}

// objectChecks are those of the objects that have one of their own.
var objectChecks = map[bench.Object]objectCheck{
	bench.Counters: {name: "counters", holds: steps(objects.Counters), durable: steps(objects.DurableCounters), reads: true},
	bench.Queues:   {name: "queues", holds: steps(objects.Queues), durable: steps(objects.DurableQueues)},
	bench.Locks: {name: "exclusive", holds: func(t *trial) Check {
		return t.found(objects.Locks(t.Samples, t.Facts.Lease, linear.Options{Nodes: t.Facts.Nodes}))
	}},
	bench.Ranges: {name: "scans", reads: true, holds: func(t *trial) Check {
		return t.judged("scans", objects.Scans(t.Samples, t.Txns, t.txnOptions()))
	}},
}

// steps is a check of transactions of one step.
func steps(check func([]bench.Sample, []bench.TxnRecord, linear.Options) linear.Result) func(*trial) Check {
	return func(t *trial) Check { return t.found(check(t.Samples, t.Txns, linear.Options{Nodes: t.Facts.Nodes})) }
}

// objectCheck is that of what the keys of the trial hold, or nil.
func (t *trial) objectCheck() *objectCheck {
	c, ok := objectChecks[t.Facts.Object]
	if !ok {
		return nil
	}
	return &c
}

// holds holds the history of the objects against what the system claims.
func (t *trial) holds(own *objectCheck) Check {
	c := Check{Name: own.name}
	g := t.Facts.Guarantees
	switch level := t.level(); {
	case g.Durability == holdsNothing:
		c.Verdict, c.Why = VerdictNA, "not claimed: the system keeps nothing"
	case t.Facts.Txns && level == "", own.reads && g.Reads == "":
		c.Verdict, c.Why = VerdictUnknown, "the system does not declare what it guarantees"
	case t.Facts.Txns && level != txn.StrictSerializable:
		c.Verdict, c.Why = VerdictNA, fmt.Sprintf("not claimed: the system declares its transactions %q", level)
	case own.reads && !g.Linearizable():
		c.Verdict, c.Why = VerdictNA, fmt.Sprintf("not claimed: the system declares its reads %q", g.Reads)
	default:
		c = own.holds(t)
		c.Name = own.name
	}
	return c
}

// durableObjects adds to what is known of registers whether what was
// acknowledged of objects is there.
func (t *trial) durableObjects(own *objectCheck, c Check) Check {
	if own.durable == nil {
		return c
	}
	d := own.durable(t)
	d.Name = c.Name
	if d.Verdict == VerdictOK && c.Verdict == VerdictOK {
		c.Why += "; " + d.Why
		return c
	}
	if d.Verdict == VerdictOK {
		return c
	}
	return d
}

// found is a check with its witness, and without its name.
func (t *trial) found(r linear.Result) Check {
	c := Check{Verdict: Verdict(r.Verdict), Why: r.Why}
	if len(r.Bad) == 0 {
		return c
	}
	ids := map[uint64]*bench.TxnRecord{}
	for i := range t.Txns {
		ids[t.Txns[i].ID] = &t.Txns[i]
	}
	for _, i := range r.Bad {
		w := t.witness(i)
		if s := &t.Samples[i]; s.Kind == bench.Transact && ids[s.Arg] != nil {
			w.What = stepped(ids[s.Arg])
		}
		c.Witness = append(c.Witness, w)
	}
	slices.SortStableFunc(c.Witness, func(a, b Witness) int { return cmp.Compare(a.Sent, b.Sent) })
	c.Under = t.under(r.Bad)
	return c
}

// stepped puts a transaction of one step into words.
func stepped(r *bench.TxnRecord) string {
	m := &r.Txn.Micros[0]
	var found bench.Found
	answered := r.Reply != nil && len(r.Reply.Found) > 0
	if answered {
		found = r.Reply.Found[0]
	}
	switch {
	case m.Kind == bench.Append:
		return fmt.Sprintf("append %d to key %d", m.Arg, m.Key)
	case m.Kind == bench.Add && answered:
		return fmt.Sprintf("add %d to key %d, which was %d", int64(m.Arg), m.Key, int64(found.Value))
	case m.Kind == bench.Add:
		return fmt.Sprintf("add %d to key %d", int64(m.Arg), m.Key)
	case m.Kind == bench.Pop && answered && found.Value == bench.IdleValue:
		return fmt.Sprintf("take from key %d, which was empty", m.Key)
	case m.Kind == bench.Pop && answered:
		return fmt.Sprintf("take %d from key %d", found.Value, m.Key)
	case m.Kind == bench.Pop:
		return fmt.Sprintf("take from key %d", m.Key)
	case m.Kind == bench.List && answered:
		return fmt.Sprintf("key %d had %d elements", m.Key, len(found.List))
	}
	return fmt.Sprintf("transaction %d", r.ID)
}
