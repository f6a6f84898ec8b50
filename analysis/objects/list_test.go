package objects

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"nines/analysis/linear"
	"nines/analysis/txn"
	"nines/bench"
)

// Lists of one step are left to the check of transactions, which must be exact for
// them: an order by what the longest list shows is one for all.
func TestListsAgainstPorcupine(t *testing.T) {
	holdAgainstOracle(t, &object{
		draw: func(r *rand.Rand, id uint64) bench.Micro {
			if r.IntN(2) == 0 {
				return bench.Micro{Kind: bench.Append, Key: 1, Arg: id}
			}
			return bench.Micro{Kind: bench.List, Key: 1}
		},
		step: func(state []uint64, m bench.Micro) (bench.Found, []uint64) {
			if m.Kind == bench.Append {
				return bench.Found{}, append(slices.Clip(state), m.Arg)
			}
			return bench.Found{List: state}, state
		},
		ends: bench.Micro{Kind: bench.List, Key: 1},
		check: func(s []bench.Sample, r []bench.TxnRecord) (linear.Verdict, string, []int) {
			got := txn.Check(context.Background(), s, r, txn.Options{})
			var bad []int
			for _, a := range got.Anomalies {
				bad = append(bad, a.Bad...)
			}
			return linear.Verdict(got.Verdict), got.Why, bad
		},
	}, 10_000, 11)
}
