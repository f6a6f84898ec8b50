package threepc

import (
	"fmt"

	"nines/adapters/commit"
	"nines/adapters/replica"
	"nines/adapters/replica/step"
)

// Config is what can be told to the system: nothing.
type Config struct{}

// DefaultConfig is the only one.
func DefaultConfig() Config { return Config{} }

// Validate tells what is wrong with the configuration for a cluster of that many
// nodes.
func (Config) Validate(nodes int) error {
	if nodes < 1 {
		return fmt.Errorf("3pc: %d nodes, want 1 or more", nodes)
	}
	return nil
}

// The protocol points.
const (
	Prepared     = "prepared"     // a participant's prepare record is durable; its vote has not left
	Voted        = "voted"        // the coordinator has all votes, and has not told anybody
	Precommitted = "precommitted" // a participant's precommit record is durable; its acknowledgement has not left
	Decided      = "decided"      // all participants have precommitted; nobody has been told to commit
)

// Points are the names of the protocol points.
func Points() []string { return []string{Prepared, Voted, Precommitted, Decided} }

// New makes the machines of a system.
func New(cfg Config) step.New {
	return func(sc step.Config) (step.Machine, error) {
		if err := cfg.Validate(len(sc.Members)); err != nil {
			return nil, err
		}
		return commit.New(sc, func(n *commit.Node) commit.Machine {
			return &machine{Node: n, self: sc.Self, members: sc.Members, ending: make(map[commit.ID]*termination)}
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
