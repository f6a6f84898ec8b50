package threepc_test

import (
	"testing"

	"nines/adapters/commit"
	"nines/adapters/commit/committest"
	"nines/adapters/threepc"
)

// The formulas of the package's doc comment.
func TestCost(t *testing.T) {
	machine := threepc.New(threepc.DefaultConfig())
	for n := 2; n <= 6; n++ {
		if got, want := committest.Measure(t, machine, n, n, 0), threepc.Cost(n); got != want {
			t.Errorf("%d participants, one coordinates: %+v, want %+v", n, got, want)
		}
		if got, want := committest.Measure(t, machine, n+1, n, n), (commit.Cost{Messages: 6 * n, Forced: 3 * n, Delays: 4}); got != want {
			t.Errorf("%d participants, another node coordinates: %+v, want %+v", n, got, want)
		}
	}
}
