package paxoscommit

import (
	"math/rand/v2"
	"strings"
	"testing"

	"nines/adapters/commit"
	"nines/adapters/replica/sim"
	"nines/adapters/replica/step"
)

// TestForgotten: when all is over nobody remembers anything of a transaction,
// whoever has crashed meanwhile and however little comes next.
func TestForgotten(t *testing.T) {
	for _, script := range []string{
		"call n1 1 txn 7 write(0,70) write(1,71) write(3,73)\nsettle",
		"at n1 voted crash n1\ncall n1 1 txn 7 write(0,70) write(1,71) write(3,73)\nsettle\ntick n2 12\nsettle\nrestart n1\nsettle",
		"at n1 prepared crash n1\ncall n1 1 txn 7 write(0,70) write(1,71) write(3,73)\nsettle\ntick n2 12\nsettle\nrestart n1\nsettle",
		"call n1 1 txn 7 write(0,70) write(1,71) write(3,73)\nsettle\ncrash n1\ncrash n2\ncrash n3\nrestart n1\nrestart n2\nrestart n3\nsettle",
		"call n2 1 txn 7 write(0,70) write(3,71)\nsettle\ncrash n2\ntick n1 20\nsettle\nrestart n2\nsettle",
	} {
		machines := make([]*machine, 3)
		c, err := sim.New(sim.ClusterConfig{Nodes: 3, HeartbeatTicks: 2, ElectionTicks: 10, New: func(sc step.Config) (step.Machine, error) {
			return commit.New(sc, func(n *commit.Node) commit.Machine {
				machines[sc.Self] = newMachine(1, n, &sc)
				return machines[sc.Self]
			}), nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		c.Exec("settle\n" + script)
		for range 100 {
			c.Exec("tick n1\ntick n2\ntick n3\nsettle")
		}
		for i, m := range machines {
			if len(m.acceptor.entries)+len(m.acceptor.order)+len(m.campaigns.of)+len(m.campaigns.order) > 0 || m.Opened(m.floor) != nil {
				t.Errorf("%s:\nn%d remembers %d transactions and %d campaigns", strings.ReplaceAll(script, "\n", "; "), i+1, len(m.acceptor.entries), len(m.campaigns.of))
			}
			if s := c.Status(i); s.InDoubt+s.Locks > 0 {
				t.Errorf("n%d: %+v", i+1, s)
			}
		}
	}
}

// TestAcceptors: the coordinator first, then participants, then others.
func TestAcceptors(t *testing.T) {
	sc := step.Config{Members: make([]string, 7), Rand: rand.New(rand.NewPCG(1, 1)), HeartbeatTicks: 2, ElectionTicks: 10}
	var m *machine
	commit.New(sc, func(n *commit.Node) commit.Machine { m = newMachine(2, n, &sc); return m })
	for _, c := range []struct {
		coordinator        int
		participants, want []int
	}{
		{0, []int{0, 1, 2}, []int{0, 1, 2, 3, 4}},
		{5, []int{1, 3}, []int{5, 1, 3, 6, 0}},
		{6, []int{0, 1, 2, 3, 4, 5, 6}, []int{6, 0, 1, 2, 3}},
	} {
		got := m.acceptors(&commit.Txn{ID: commit.ID{Node: c.coordinator}, Participants: c.participants})
		if len(got) != len(c.want) {
			t.Fatalf("%v", got)
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("coordinator %d, participants %v: acceptors %v, want %v", c.coordinator, c.participants, got, c.want)
				break
			}
		}
	}
}
