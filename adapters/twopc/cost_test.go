package twopc_test

import (
	"testing"

	"nines/adapters/commit"
	"nines/adapters/commit/committest"
	"nines/adapters/twopc"
)

// The formulas of the package's doc comment.
func TestCost(t *testing.T) {
	for _, p := range []twopc.Presume{twopc.Nothing, twopc.Abort} {
		machine := twopc.New(twopc.Config{Presume: p})
		for n := 2; n <= 6; n++ {
			if got, want := committest.Measure(t, machine, n, n, 0), twopc.Cost(n); got != want {
				t.Errorf("presume %s, %d participants, one coordinates: %+v, want %+v", p, n, got, want)
			}
			if got, want := committest.Measure(t, machine, n+1, n, n), (commit.Cost{Messages: 4 * n, Forced: 2*n + 1, Delays: 2}); got != want {
				t.Errorf("presume %s, %d participants, another node coordinates: %+v, want %+v", p, n, got, want)
			}
		}
	}
}
