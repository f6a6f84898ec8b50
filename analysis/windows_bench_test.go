package analysis

import (
	"math/rand/v2"
	"testing"
	"time"
)

// BenchmarkWindows1M finds the worst window of every power of two of a million
// bins, and of ten.
func BenchmarkWindows1M(b *testing.B) {
	grid := binned{end: 1_000_000 * windowBin, bin: windowBin}
	r := rand.New(rand.NewPCG(1, 2))
	good, total := make([]int64, 1_000_001), make([]int64, 1_000_001)
	for i := range 1_000_000 {
		total[i] = r.Int64N(20)
		good[i] = r.Int64N(total[i] + 1)
	}
	s := newSums(grid, good, total)
	var lengths []time.Duration
	for n := windowBin; n < grid.end; n *= 2 {
		lengths = append(lengths, n)
	}
	for b.Loop() {
		if got := s.curve(lengths); len(got) != len(lengths)+1 {
			b.Fatal(len(got))
		}
	}
}
