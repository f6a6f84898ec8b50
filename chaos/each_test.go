package chaos

import (
	"slices"
	"testing"
)

// TestEachOf: of four faults at twelve injections each comes three times, once in
// every four; another seed draws another order, and the same one the same.
func TestEachOf(t *testing.T) {
	step := Step{At: s, Every: 2 * s, For: s, Fault: must(t, "each-of(kill(n1), kill(n2), isolate(n1), loss(all, 5%))")}
	order := func(seed uint64) (names []string) {
		for _, o := range Expand([]Step{step}, seed, 24*s) {
			names = append(names, o.Fault.String())
		}
		return names
	}
	first := order(1)
	if len(first) != 12 {
		t.Fatalf("%d injections, want 12: %v", len(first), first)
	}
	for round := range slices.Chunk(first, 4) {
		if got := slices.Compact(slices.Sorted(slices.Values(round))); len(got) != 4 {
			t.Errorf("a round of %v: want each of the four", round)
		}
	}
	if !slices.Equal(first, order(1)) || slices.Equal(first, order(2)) || slices.Equal(first[:4], first[4:8]) && slices.Equal(first[:4], first[8:]) {
		t.Errorf("orders: %v, then %v; of another seed %v", first, order(1), order(2))
	}
}

// TestEachOfNotForAll: an injection of a fault that the cluster cannot suffer is n/a,
// and the others strike.
func TestEachOfNotForAll(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.caps &^= CanDisk
		var na, bit int
		for _, v := range run(t, f, t.Context(), Step{At: s, Every: 2 * s, For: s, Fault: must(t, "each-of(kill(n1), slow-sync(n1, 1ms))")}) {
			switch {
			case v.NA != "" && v.Fault == "slow-sync(n1, 1ms)":
				na++
			case v.Evidence != "" && v.Fault == "kill(n1)":
				bit++
			default:
				t.Errorf("%+v", v)
			}
		}
		if na == 0 || na != bit {
			t.Errorf("%d n/a and %d that bit, want as many", na, bit)
		}
	})
}
