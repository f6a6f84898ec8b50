package analysis

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nines/analysis/linear"
	"nines/analysis/txn"
	"nines/results"
)

// checks judge the history, and the states in which it left the nodes. Nothing
// can be said of a record that was cut: a read of a value that nobody seems to
// have written is no proof, and that nothing is wrong is none either.
func (t *trial) checks() []Check {
	if t.Facts.Cut {
		return t.undecided("the trial was cut off: operations are missing from its record")
	}
	r, err := t.registers()
	if err != nil {
		return t.undecided("the record of transactions does not fit the operations: " + err.Error())
	}
	out := []Check{t.linearizable(r), t.durable(r), agreement(t.Facts)}
	if t.Facts.Elsewhere != nil { // there is nothing but the operations
		out = out[:2]
	}
	if t.Facts.Txns {
		out = append(out, t.isolated())
	}
	if t.Facts.Bank != nil {
		out = append(out, t.bank())
	}
	if t.Facts.Guarantees.Partitioned {
		out = append(out, t.atomic(), t.settled())
	}
	return out
}

// undecided are the checks of a record from which nothing follows.
func (t *trial) undecided(why string) []Check {
	names := []string{"linearizable", "durable", "agreement"}
	if t.Facts.Txns {
		names = append(names, "isolated")
	}
	if t.Facts.Bank != nil {
		names = append(names, "bank")
	}
	if t.Facts.Guarantees.Partitioned {
		names = append(names, "atomic", "settled")
	}
	var out []Check
	for _, name := range names {
		out = append(out, Check{Name: name, Verdict: VerdictUnknown, Why: why})
	}
	return out
}

// worst is the overall verdict: a system is held to what it promises, and to
// all of that.
func worst(checks []Check) Verdict {
	for _, v := range []Verdict{VerdictIllegal, VerdictUnknown, VerdictOK} {
		if slices.ContainsFunc(checks, func(c Check) bool { return c.Verdict == v }) {
			return v
		}
	}
	return VerdictNA
}

// holdsNothing is declared by a system, such as null, that answers without
// keeping anything.
const holdsNothing = "none"

// linearizable holds the history of registers against what the system claims.
func (t *trial) linearizable(r registers) Check {
	c := Check{Name: "linearizable"}
	switch g := t.Facts.Guarantees; {
	case g.Linearizable():
		got := linear.Check(context.Background(), r.ops, linear.Options{Nodes: t.Facts.Nodes})
		c.Verdict, c.Why = Verdict(got.Verdict), got.Why
		t.testify(&c, r, got.Bad)
	case g.Reads == "":
		c.Verdict, c.Why = VerdictUnknown, "the system does not declare what its reads guarantee"
	default:
		c.Verdict, c.Why = VerdictNA, fmt.Sprintf("not claimed: the system declares its reads %q", g.Reads)
	}
	return c
}

// durable holds the final reads against the acknowledged writes. It needs no
// linearizable reads: the final ones come after the nodes have converged.
func (t *trial) durable(r registers) Check {
	c := Check{Name: "durable"}
	if g := t.Facts.Guarantees; g.Durability == holdsNothing || g.Reads == holdsNothing {
		c.Verdict, c.Why = VerdictNA, "not claimed: the system keeps nothing"
		return c
	}
	if e := t.Facts.Elsewhere; e != nil && !e.Final {
		c.Verdict, c.Why = VerdictNA, "the history does not say which reads were the final ones"
		return c
	}
	got := linear.Durable(r.ops, linear.Options{Nodes: t.Facts.Nodes})
	c.Verdict, c.Why = Verdict(got.Verdict), got.Why
	t.testify(&c, r, got.Bad)
	if !t.Facts.Txns || c.Verdict == VerdictIllegal {
		return c
	}
	appended := txn.Durable(t.Samples, t.Txns, t.txnOptions())
	lists := t.judged("durable", appended)
	switch {
	case appended.Keys == 0 && lists.Verdict == VerdictOK: // there are no lists
	case lists.Verdict == VerdictOK && c.Verdict == VerdictOK:
		c.Why += "; " + lists.Why
	case lists.Verdict != VerdictOK:
		return lists
	}
	return c
}

// agreement holds the nodes' states against each other after the last heal:
// nodes that have applied the same commands must have the same digest.
func agreement(facts results.Facts) Check {
	c := Check{Name: "agreement"}
	if !facts.Guarantees.Replicated {
		c.Verdict, c.Why = VerdictNA, "not claimed: the nodes do not replicate each other"
		return c
	}
	first := map[uint64]results.Final{} // by applied index
	var down []string
	for _, s := range facts.Statuses {
		if !s.Up {
			down = append(down, s.Node)
			continue
		}
		other, ok := first[s.Applied]
		if !ok {
			first[s.Applied] = s
		} else if other.Digest != s.Digest {
			c.Verdict = VerdictIllegal
			c.Why = fmt.Sprintf("%s and %s differ at index %d: digests %016x and %016x", other.Node, s.Node, s.Applied, other.Digest, s.Digest)
			return c
		}
	}
	c.Verdict = VerdictUnknown
	switch {
	case len(facts.Statuses) < len(facts.Nodes) || len(facts.Nodes) == 0:
		c.Why = fmt.Sprintf("only %d of %d nodes told their final state", len(facts.Statuses), len(facts.Nodes))
	case len(down) > 0:
		c.Why = "not up after the last heal: " + strings.Join(down, ", ")
	case len(first) > 1:
		c.Why = "the nodes had not applied the same commands when the time to converge was over: " + applied(facts.Statuses)
	default:
		c.Verdict = VerdictOK
		c.Why = fmt.Sprintf("%d nodes agree at index %d", len(facts.Statuses), facts.Statuses[0].Applied)
	}
	return c
}

func applied(statuses []results.Final) string {
	var parts []string
	for _, s := range statuses {
		parts = append(parts, fmt.Sprintf("%s at %d", s.Node, s.Applied))
	}
	return strings.Join(parts, ", ")
}
