package txn

import (
	"fmt"
	"strings"

	"nines/bench"
)

// Settled decides whether atomic commit left nothing open: after the last heal
// no node may have a transaction in doubt, or a key locked. A node that is down
// makes the verdict [Unknown]. Ask only when the load is over and the time for
// the nodes to converge too.
func Settled(nodes []string, status func(node string) bench.Status) Result {
	var open, down []string
	for _, node := range nodes {
		s := status(node)
		switch {
		case !s.Up:
			down = append(down, node)
		case s.InDoubt != 0 || s.Locks != 0:
			open = append(open, fmt.Sprintf("%s has %d in doubt and %d locked", node, s.InDoubt, s.Locks))
		}
	}
	switch {
	case len(open) > 0:
		return Result{Verdict: Illegal, Why: "after the last heal transactions or locks were left: " + strings.Join(open, ", ")}
	case len(down) > 0:
		return Result{Verdict: Unknown, Why: "not up after the last heal: " + strings.Join(down, ", ")}
	case len(nodes) == 0:
		return Result{Verdict: Unknown, Why: "no node told its final state"}
	}
	return Result{Verdict: OK, Why: fmt.Sprintf("no transaction in doubt and no key locked on %d nodes", len(nodes))}
}

// A fate is what participants and the client were told of a transaction.
type fate struct {
	committed, aborted string // the node that learnt it
}

// The details of an EventInDoubt.
const (
	committed = "committed"
	aborted   = "aborted"
)

// OneFate decides whether participants that had been in doubt learnt the same of
// each transaction, and the same as its client, from their EventInDoubt events.
// Txns of the result counts the transactions that somebody was in doubt about.
func OneFate(samples []bench.Sample, events []bench.Event, opts Options) Result {
	fates := map[uint64]*fate{}
	r := Result{Verdict: OK}
	for _, e := range events {
		if e.Kind != bench.EventInDoubt || e.Txn == 0 {
			continue
		}
		f := fates[e.Txn]
		if f == nil {
			f = &fate{}
			fates[e.Txn] = f
		}
		switch e.Detail {
		case committed:
			f.committed = e.Node
		case aborted:
			f.aborted = e.Node
		}
		if f.committed != "" && f.aborted != "" && r.Verdict == OK {
			r = split(samples, e.Txn, opts, fmt.Sprintf("was committed by %s and aborted by %s", f.committed, f.aborted))
		}
	}
	for i := range samples {
		s := &samples[i]
		if r.Verdict != OK || s.Kind == bench.Read {
			continue
		}
		switch f := fates[s.Arg]; {
		case f == nil:
		case s.Outcome == bench.OK && f.aborted != "":
			r = split(samples, s.Arg, opts, fmt.Sprintf("was acknowledged to its client, but aborted by %s", f.aborted))
		case s.Outcome == bench.Rejected && f.committed != "":
			r = split(samples, s.Arg, opts, fmt.Sprintf("was rejected to its client as without effect, but committed by %s", f.committed))
		}
	}
	r.Txns = len(fates)
	if r.Verdict == OK {
		r.Why = fmt.Sprintf("participants learnt one fate of each of %d transactions that they were in doubt about", r.Txns)
	}
	return r
}

// split tells of a transaction with two fates.
func split(samples []bench.Sample, id uint64, opts Options, why string) Result {
	h := &history{samples: samples, nodes: opts.Nodes}
	why = fmt.Sprintf("transaction %d %s", id, why)
	a := Anomaly{Name: SplitFate, Why: why, Count: 1}
	for i := range samples {
		s := &samples[i]
		if s.Kind == bench.Read || s.Arg != id {
			continue
		}
		a.Why = fmt.Sprintf("transaction %d (%v, %s, %s)%s", id, s.Outcome, h.who(s), span(s), why[len(fmt.Sprintf("transaction %d", id)):])
		a.Bad = []int{i}
		break
	}
	return Result{Verdict: Illegal, Why: a.Why, Anomalies: []Anomaly{a}}
}
