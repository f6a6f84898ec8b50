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
	var out []Check
	for _, q := range t.questions() {
		out = append(out, q.answer(r))
	}
	return out
}

// A question is a check that a history is held against.
type question struct {
	name   string
	answer func(registers) Check
}

// questions are those that make sense of what the keys hold, and of the system.
func (t *trial) questions() []question {
	of := func(check func() Check) func(registers) Check { return func(registers) Check { return check() } }
	all := []question{
		{"linearizable", t.linearizable}, {"durable", t.durable},
	}
	if t.Facts.Elsewhere == nil { // else there is nothing but the operations
		all = append(all, question{"agreement", of(func() Check { return agreement(t.Facts) })})
	}
	own := t.objectCheck()
	if own != nil {
		all = append(all, question{own.name, of(func() Check { return t.holds(own) })})
	}
	if t.Facts.Txns && own == nil {
		all = append(all, question{"isolated", of(t.isolated)})
	}
	if t.Facts.Bank != nil {
		all = append(all, question{"bank", of(t.bank)})
	}
	if t.Facts.Guarantees.Partitioned {
		all = append(all, question{"atomic", of(t.atomic)}, question{"settled", of(t.settled)})
	}
	return all
}

// undecided are the checks of a record from which nothing follows.
func (t *trial) undecided(why string) []Check {
	var out []Check
	for _, q := range t.questions() {
		out = append(out, Check{Name: q.name, Verdict: VerdictUnknown, Why: why})
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
	if own := t.objectCheck(); own != nil {
		return t.durableObjects(own, c)
	}
	return t.durableLists(c)
}

// durableLists adds to what is known of registers whether acknowledged appends
// are there.
func (t *trial) durableLists(c Check) Check {
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
