package analysis

import (
	"context"
	"fmt"

	"nines/analysis/txn"
	"nines/bench"
)

// registers are the operations on single registers that a history comes to, and
// for each the sample that it is of.
type registers struct {
	ops  []bench.Sample
	from []int // nil: the same
}

// sample is the index of the sample that operation i is of.
func (r registers) sample(i int) int {
	if r.from == nil {
		return i
	}
	return r.from[i]
}

// registers of a history without transactions is all of it. Those that
// transactions use count if transactions are promised to keep to real time.
func (t *trial) registers() (registers, error) {
	if !t.Facts.Txns {
		return registers{ops: t.Samples}, nil
	}
	if t.objectCheck() != nil {
		var plain registers
		for i, s := range t.Samples {
			if s.Kind != bench.Transact {
				plain.ops, plain.from = append(plain.ops, s), append(plain.from, i)
			}
		}
		return plain.without(t.usedKeys()), nil
	}
	ops, from, err := txn.Registers(t.Samples, t.Txns)
	if err != nil || t.level() == txn.StrictSerializable {
		return registers{ops, from}, err
	}
	return registers{ops, from}.without(t.usedKeys()), nil
}

// usedKeys are those that transactions use, but for what they only scan.
func (t *trial) usedKeys() map[uint64]bool {
	used := map[uint64]bool{}
	for _, r := range t.Txns {
		for _, m := range r.Txn.Micros {
			if m.Kind != bench.Scan {
				used[m.Key] = true
			}
		}
	}
	return used
}

// without leaves the operations on some keys out.
func (r registers) without(keys map[uint64]bool) (left registers) {
	for i, s := range r.ops {
		if !keys[s.Key] {
			left.ops, left.from = append(left.ops, s), append(left.from, r.sample(i))
		}
	}
	return left
}

func (t *trial) level() txn.Level { return txn.Level(t.Facts.Guarantees.Txns) }

func (t *trial) txnOptions() txn.Options {
	return txn.Options{Nodes: t.Facts.Nodes, Level: t.level()}
}

// judged is a check of transactions with its witness.
func (t *trial) judged(name string, r txn.Result) Check {
	c := Check{Name: name, Verdict: Verdict(r.Verdict), Why: r.Why}
	if len(r.Anomalies) == 0 {
		return c
	}
	a := r.Anomalies[0]
	c.Anomaly = a.Name
	for _, n := range a.Picture.Nodes {
		w := t.witness(n.Index)
		w.Name, w.What = n.Name, lines(n.What)
		c.Witness = append(c.Witness, w)
	}
	if len(a.Picture.Nodes) > 0 {
		c.Picture = &a.Picture
	} else {
		for _, i := range a.Bad {
			c.Witness = append(c.Witness, t.witness(i))
		}
	}
	c.Under = t.under(a.Bad)
	return c
}

// isolated holds the transactions against the isolation that is promised.
func (t *trial) isolated() Check {
	switch level := t.level(); level {
	case txn.StrictSerializable, txn.Serializable:
		r := txn.Check(context.Background(), t.Samples, t.Txns, t.txnOptions())
		if r.Verdict == txn.OK && r.Keys == 0 {
			return Check{Name: "isolated", Verdict: VerdictNA, Why: "no key shows the order of its writes"}
		}
		c := t.judged("isolated", r)
		if c.Verdict == VerdictOK {
			c.Why = string(level) + ": " + c.Why
		}
		return c
	case "":
		return Check{Name: "isolated", Verdict: VerdictUnknown, Why: "the system does not declare how its transactions are isolated"}
	case holdsNothing:
		return Check{Name: "isolated", Verdict: VerdictNA, Why: "not claimed: the system keeps nothing"}
	default:
		return Check{Name: "isolated", Verdict: VerdictUnknown, Why: fmt.Sprintf("the system declares its transactions %q, which no check is for", level)}
	}
}

// bank holds the reads of accounts against the total.
func (t *trial) bank() Check {
	if g := t.Facts.Guarantees; g.Txns == holdsNothing || g.Durability == holdsNothing {
		return Check{Name: "bank", Verdict: VerdictNA, Why: "not claimed: the system keeps nothing"}
	}
	b := t.Facts.Bank
	return t.judged("bank", txn.Bank(t.Samples, t.Txns, txn.Accounts{N: b.Accounts, Total: b.Total}, t.txnOptions()))
}

// atomic holds what participants learnt of transactions against each other and
// against what clients were told.
func (t *trial) atomic() Check {
	return t.judged("atomic", txn.OneFate(t.Samples, t.Events, t.txnOptions()))
}

// settled looks for transactions in doubt and locks that were left.
func (t *trial) settled() Check {
	by := map[string]bench.Status{}
	for _, f := range t.Facts.Statuses {
		by[f.Node] = f.Status
	}
	if missing := len(t.Facts.Nodes) - len(by); missing > 0 {
		return Check{Name: "settled", Verdict: VerdictUnknown, Why: fmt.Sprintf("only %d of %d nodes told their final state", len(by), len(t.Facts.Nodes))}
	}
	return t.judged("settled", txn.Settled(t.Facts.Nodes, func(node string) bench.Status { return by[node] }))
}
