package twopc

import "nines/adapters/commit"

// Cost is that of a transaction of n participants, whatever is presumed: see the
// package's doc comment.
func Cost(n int) commit.Cost {
	return commit.Cost{Messages: 4 * (n - 1), Forced: 2*n - 1, Delays: 2}
}
