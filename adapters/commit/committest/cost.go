package committest

import (
	"testing"

	"nines/adapters/commit"
	"nines/adapters/replica"
	"nines/adapters/replica/sim"
	"nines/adapters/replica/step"
	"nines/bench"
)

// Measure performs one transaction that writes at the first n of the nodes, and
// counts. Delays are messages one after the other until the client has its answer.
func Measure(t *testing.T, machine step.New, nodes, n, coordinator int) (c commit.Cost) {
	t.Helper()
	s, err := sim.New(sim.ClusterConfig{Nodes: nodes, New: machine})
	if err != nil {
		t.Fatal(err)
	}
	s.Exec("settle")
	op := bench.Op{Kind: bench.Transact, Arg: 1, Size: 16, Txn: &bench.Txn{}}
	for key, next := uint64(0), 0; next < n; key++ {
		if commit.Owner(key, nodes) == next {
			op.Txn.Micros = append(op.Txn.Micros, bench.Micro{Kind: bench.Write, Key: key, Arg: 1})
			next++
		}
	}
	op.Key = op.Txn.Micros[0].Key
	before := s.Cost()
	if err := s.Call(coordinator, replica.Call{Session: 1, Seq: 1, Attempt: 1, Op: op, Done: nobody{}}); err != nil {
		t.Fatal(err)
	}
	for answered := false; len(s.Pending()) > 0; {
		messages := 0
		for _, a := range s.Pending() {
			if a.Kind == sim.Force {
				s.Do(a)
			}
		}
		answered = answered || len(s.Replies()) > 0
		for _, a := range s.Pending() {
			if a.Kind == sim.Deliver {
				s.Do(a)
				messages++
			}
		}
		if !answered && messages > 0 {
			c.Delays++
		}
	}
	spent := s.Cost().Less(before)
	c.Messages, c.Forced = int(spent.Messages), int(spent.Syncs)
	return c
}

type nobody struct{}

func (nobody) Complete(uint64, bench.Reply, error) {}
