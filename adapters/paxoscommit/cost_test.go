package paxoscommit

import (
	"fmt"
	"testing"

	"nines/adapters/commit"
	"nines/adapters/replica"
	"nines/adapters/replica/sim"
	"nines/bench"
)

// cost is what one transaction takes, in an idle cluster without failures.
type cost struct {
	messages, forced int
	answered, over   int // message delays until the client is answered, and the last participant knows
}

// nobody waits for an answer.
type nobody struct{}

func (nobody) Complete(uint64, bench.Reply, error) {}

// measure has a transaction of n participants, among them its coordinator if
// partakes, committed in a cluster of that many nodes.
func measure(t *testing.T, f, n, nodes int, partakes bool) cost {
	t.Helper()
	c, err := sim.New(sim.ClusterConfig{Nodes: nodes, New: New(Config{F: f})})
	if err != nil {
		t.Fatal(err)
	}
	c.Exec("settle") // nodes announce themselves
	first := 0
	if !partakes {
		first = 1
	}
	txn := &bench.Txn{}
	for node := first; node < first+n; node++ {
		key := uint64(0)
		for commit.Owner(key, nodes) != node {
			key++
		}
		txn.Micros = append(txn.Micros, bench.Micro{Kind: bench.Write, Key: key, Arg: key + 1})
	}
	before := c.Cost()
	op := bench.Op{Kind: bench.Transact, Key: txn.Micros[0].Key, Arg: 1, Size: 8, Txn: txn}
	if err := c.Call(0, replica.Call{Session: 1, Seq: 1, Attempt: 1, Op: op, Done: nobody{}}); err != nil {
		t.Fatal(err)
	}
	var got cost
	answered := func() {
		if r := c.Replies(); len(r) > 0 {
			if r[0].Err != nil {
				t.Fatal(r[0].Err)
			}
			got.answered = got.over
		}
	}
	for len(c.Pending()) > 0 {
		forcing := false
		for _, a := range c.Pending() {
			if a.Kind != sim.Deliver {
				forcing = true
				c.Do(a)
			}
		}
		answered()
		if forcing {
			continue
		}
		got.over++ // all messages on their way arrive
		for _, a := range c.Pending() {
			c.Do(a)
		}
		answered()
	}
	spent := c.Cost().Less(before)
	got.messages, got.forced = int(spent.Messages), int(spent.Syncs)
	for i := range nodes {
		if s := c.Status(i); s.InDoubt != 0 || s.Locks != 0 {
			t.Errorf("n%d: %+v", i+1, s)
		}
	}
	return got
}

// TestCost holds the formulas of doc.go against what is sent and forced.
func TestCost(t *testing.T) {
	for f := range 3 {
		for n := 2; n <= 6; n++ {
			t.Run(fmt.Sprintf("f=%d/participants=%d", f, n), func(t *testing.T) {
				delays := 2
				if f > 0 {
					delays = 3 // from acceptor to coordinator
				}
				told := Config{F: f}.Cost(n)
				want := cost{messages: told.Messages, forced: told.Forced, answered: told.Delays, over: told.Delays + 1}
				if got := measure(t, f, n, max(n, 2*f+1), true); got != want {
					t.Errorf("the coordinator takes part: %+v, want %+v", got, want)
				}
				if gray := n*(f+3) - 3; f+1 <= n && want.messages != gray {
					t.Errorf("%d messages, and the paper has %d", want.messages, gray)
				}
				want.messages, want.answered, want.over = n*(f+3)+f-min(n, f), delays, delays+1
				if got := measure(t, f, n, max(n+1, 2*f+1), false); got != want {
					t.Errorf("the coordinator does not take part: %+v, want %+v", got, want)
				}
			})
		}
	}
}
