package twopc

import (
	"fmt"

	"nines/adapters/commit"
	"nines/adapters/replica"
	"nines/adapters/replica/step"
)

// Presume is what a participant may take for granted when its coordinator knows
// nothing of a transaction.
type Presume string

// The two that there are.
const (
	Nothing Presume = "nothing" // an abort is logged and acknowledged like a commit
	Abort   Presume = "abort"   // an abort costs neither a record nor an acknowledgement
)

// Config is what can be told to the system.
type Config struct {
	Presume Presume
}

// DefaultConfig presumes nothing.
func DefaultConfig() Config { return Config{Presume: Nothing} }

// Validate tells what is wrong with the configuration for a cluster of that many
// nodes.
func (c Config) Validate(nodes int) error {
	switch {
	case c.Presume != Nothing && c.Presume != Abort:
		return fmt.Errorf("2pc: presume %q, want %q or %q", c.Presume, Nothing, Abort)
	case nodes < 1:
		return fmt.Errorf("2pc: %d nodes, want 1 or more", nodes)
	}
	return nil
}

// The protocol points.
const (
	Prepared = "prepared" // a participant's prepare record is durable; its vote has not left
	Voted    = "voted"    // the coordinator has all votes, and has not decided
	Decided  = "decided"  // the coordinator's decision is durable; nobody has been told
)

// Points are the names of the protocol points.
func Points() []string { return []string{Prepared, Voted, Decided} }

// New makes the machines of a system.
func New(cfg Config) step.New {
	return func(sc step.Config) (step.Machine, error) {
		if err := cfg.Validate(len(sc.Members)); err != nil {
			return nil, err
		}
		return commit.New(sc, func(n *commit.Node) commit.Machine {
			return &machine{Node: n, presume: cfg.Presume, self: sc.Self, members: sc.Members}
		}), nil
	}
}

// Open returns the function that opens nodes of the system.
func Open(cfg Config) (replica.Open, error) {
	if err := cfg.Validate(1); err != nil {
		return nil, err
	}
	return step.Open(New(cfg), step.Partitioned()), nil
}
