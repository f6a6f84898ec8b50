package saturation_test

import (
	"math"
	"testing"
	"time"

	"nines/analysis"
	"nines/analysis/saturation"
)

const tenth = 100 * time.Millisecond

func bins(n int, of func(i int) (due, done uint32)) (all []analysis.Bin) {
	for i := range n {
		due, done := of(i)
		all = append(all, analysis.Bin{Due: due, Done: done})
	}
	return all
}

func TestGrowth(t *testing.T) {
	for _, c := range []struct {
		name  string
		bins  []analysis.Bin
		want  float64
		grows bool
	}{
		// 100 due and 95 done in each tenth of a second: 5 more in each, 50 a second.
		{"overload", bins(30, func(int) (uint32, uint32) { return 100, 95 }), 50, true},
		{"keeps up", bins(30, func(int) (uint32, uint32) { return 100, 100 }), 0, false},
		{"catches up", bins(30, func(int) (uint32, uint32) { return 100, 103 }), -30, false},
		{"half a percent", bins(30, func(i int) (uint32, uint32) { return 200, 199 }), 10, false},
		// The first half is not asked: a system may take its time to warm up.
		{"early only", bins(30, func(i int) (uint32, uint32) {
			if i < 15 {
				return 100, 50
			}
			return 100, 100
		}), 0, false},
		// A stall in the last of 15 bins changes 14 of the 105 slopes: not the median.
		{"a stall at the end", bins(30, func(i int) (uint32, uint32) {
			if i == 29 {
				return 100, 0
			}
			return 100, 100
		}), 0, false},
		// 5 a second is more than 1 % of the rate, but 7 operations are no backlog.
		{"few", bins(30, func(i int) (uint32, uint32) {
			if i%2 == 1 {
				return 10, 9
			}
			return 10, 10
		}), 5, false},
	} {
		got := saturation.Growth(c.bins, tenth)
		if math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %g a second, want %g", c.name, got, c.want)
		}
		rate := float64(c.bins[0].Due) * 10
		if saturation.Grows(got, rate, 3*time.Second) != c.grows {
			t.Errorf("%s: grows is %t at %g a second of %g", c.name, !c.grows, got, rate)
		}
	}
	// An hour: the half of 36,000 bins is merged by 90. 1 more in every third bin is
	// 30 in each, of 9 s.
	hour := bins(36_000, func(i int) (uint32, uint32) { return 100, 100 - uint32(i%3/2) })
	if g := saturation.Growth(hour, tenth); math.Abs(g-30/9.0) > 1e-9 {
		t.Errorf("of an hour: %g a second, want %g", g, 30/9.0)
	}
	for n := range 9 {
		if g := saturation.Growth(bins(n, func(int) (uint32, uint32) { return 2, 1 }), tenth); !math.IsNaN(g) {
			t.Errorf("of %d bins: %g", n, g)
		}
	}
	if g := saturation.Growth(bins(9, func(int) (uint32, uint32) { return 2, 1 }), tenth); g != 10 {
		t.Errorf("of 9 bins: %g, want 10", g)
	}
}
