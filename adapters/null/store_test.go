package null

import (
	"math"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"nines/bench"
)

// One client's view is that of a map.
func TestStoreIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s store
		want := map[uint64]uint64{}
		keys := []uint64{0, 1, pageSize - 1, pageSize, pages*pageSize - 1, pages * pageSize, 1<<62 | 1, math.MaxUint64}
		for i := range rapid.IntRange(1, 60).Draw(t, "ops") {
			op := bench.Op{
				Kind:   bench.Kind(rapid.IntRange(1, 3).Draw(t, "kind")),
				Key:    rapid.SampledFrom(keys).Draw(t, "key"),
				Arg:    uint64(i + 1),
				Expect: uint64(rapid.IntRange(0, i).Draw(t, "expect")),
			}
			got, had := s.apply(&op).Value, want[op.Key]
			if op.Kind == bench.Write {
				had = 0 // a write answers nothing
			}
			if got != had {
				t.Fatalf("%+v returned %d, want %d", op, got, had)
			}
			if op.Kind == bench.Write || op.Kind == bench.CAS && op.Expect == had {
				want[op.Key] = op.Arg
			}
		}
	})
}

// Of compare-and-swaps that expect the same, one swaps: no update is lost.
func TestCompareAndSwapIsAtomic(t *testing.T) {
	var s store
	var swapped atomic.Uint64
	var wg sync.WaitGroup
	for i := range uint64(4) {
		wg.Go(func() {
			for n := range uint64(2000) {
				read := s.apply(&bench.Op{Kind: bench.Read, Key: 1 << 62})
				op := bench.Op{Kind: bench.CAS, Key: 1 << 62, Expect: read.Value, Arg: (i+1)<<32 | n}
				if s.apply(&op) == read {
					swapped.Add(1)
					s.apply(&bench.Op{Kind: bench.Write, Key: 5, Arg: op.Arg})
				}
			}
		})
	}
	wg.Wait()
	if swapped.Load() == 0 || s.apply(&bench.Op{Kind: bench.Read, Key: 5}).Value == 0 {
		t.Error("nothing was swapped")
	}
	// Adding up by compare-and-swap counts every success.
	for range 4 {
		wg.Go(func() {
			for range 1000 {
				for {
					v := s.apply(&bench.Op{Kind: bench.Read, Key: 7}).Value
					if s.apply(&bench.Op{Kind: bench.CAS, Key: 7, Expect: v, Arg: v + 1}).Value == v {
						break
					}
				}
			}
		})
	}
	wg.Wait()
	if v := s.apply(&bench.Op{Kind: bench.Read, Key: 7}).Value; v != 4000 {
		t.Errorf("4000 increments add up to %d", v)
	}
}
