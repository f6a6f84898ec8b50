package saturation

import (
	"slices"
	"testing"
)

// The last bin is an end, and so are those that lie whole steps before it: however
// many there are, they are between 100 and 200 if there were that many.
func TestMerged(t *testing.T) {
	for n, want := range map[int]struct {
		step  int
		first float64 // the bin, from 0
		ends  int
	}{1: {1, 0, 1}, 5: {1, 0, 5}, 200: {1, 0, 200}, 201: {2, 0, 101}, 202: {2, 1, 101}, 401: {3, 1, 134}, 18_000: {90, 89, 200}} {
		backlog := make([]float64, n)
		for i := range backlog {
			backlog[i] = float64(i)
		}
		ends, step := merged(backlog)
		if step != want.step || len(ends) != want.ends || ends[0] != want.first || ends[len(ends)-1] != float64(n-1) || !slices.IsSorted(ends) {
			t.Errorf("%d bins: %d ends from %g to %g, of %d each, want %+v", n, len(ends), ends[0], ends[len(ends)-1], step, want)
		}
	}
}
