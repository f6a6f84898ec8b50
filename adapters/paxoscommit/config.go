package paxoscommit

import (
	"fmt"

	"nines/adapters/commit"
	"nines/adapters/replica"
	"nines/adapters/replica/step"
)

// Config is what can be told to the system.
type Config struct {
	// F is how many acceptors may fail without blocking a transaction; each has
	// 2F+1.
	F int
}

// DefaultConfig survives the failure of one acceptor.
func DefaultConfig() Config { return Config{F: 1} }

// maxNodes bounds a cluster, so that a set of nodes fits into a word.
const maxNodes = 64

// Validate tells what is wrong with the configuration for a cluster of that many
// nodes.
func (c Config) Validate(nodes int) error {
	switch {
	case c.F < 0:
		return fmt.Errorf("paxoscommit: F is %d, want 0 or more failures to survive", c.F)
	case c.F >= maxNodes/2 || nodes < 2*c.F+1:
		return fmt.Errorf("paxoscommit: F = %d takes 2F+1 = %d acceptors, and there are %s: want more nodes, or F of at most %d",
			c.F, 2*c.F+1, plural(nodes, "node"), (nodes-1)/2)
	case nodes > maxNodes:
		return fmt.Errorf("paxoscommit: %d nodes, want at most %d", nodes, maxNodes)
	}
	return nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// The protocol points.
const (
	Prepared = "prepared" // a participant's prepare record is durable; its vote has not left
	Voted    = "voted"    // the coordinator knows that F+1 acceptors have all votes, and has not decided
	Decided  = "decided"  // the decision stands, since they have; nobody has been told
)

// Points are the names of the protocol points.
func Points() []string { return []string{Prepared, Voted, Decided} }

// New makes the machines of a system.
func New(cfg Config) step.New {
	return func(sc step.Config) (step.Machine, error) {
		if err := cfg.Validate(len(sc.Members)); err != nil {
			return nil, err
		}
		return commit.New(sc, func(n *commit.Node) commit.Machine { return newMachine(cfg.F, n, &sc) }), nil
	}
}

// Open returns the function that opens nodes of the system.
func Open(cfg Config) (replica.Open, error) {
	if err := cfg.Validate(max(1, 2*cfg.F+1)); err != nil {
		return nil, err
	}
	return step.Open(New(cfg), step.Partitioned()), nil
}
