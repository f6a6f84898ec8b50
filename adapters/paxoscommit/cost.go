package paxoscommit

import "nines/adapters/commit"

// Cost is that of a transaction of n participants, in messages and forced writes of
// its own: see the package's doc comment.
func (c Config) Cost(n int) commit.Cost {
	cost := commit.Cost{
		Messages: n*(c.F+3) + c.F - 2 - min(n, c.F+1),
		Forced:   n + c.F + 1,
		Delays:   3,
	}
	// The coordinator is the only acceptor; or the other acceptor is the other
	// participant, and has the coordinator's vote before its own.
	if c.F == 0 || c.F == 1 && n == 2 {
		cost.Delays = 2
	}
	return cost
}
