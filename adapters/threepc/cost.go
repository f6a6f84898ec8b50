package threepc

import "nines/adapters/commit"

// Cost is that of a transaction of n participants: see the package's doc comment.
func Cost(n int) commit.Cost {
	return commit.Cost{Messages: 6 * (n - 1), Forced: 3 * n, Delays: 4}
}
