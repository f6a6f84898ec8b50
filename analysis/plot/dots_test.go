package plot

import (
	"slices"
	"strings"
	"testing"
)

// TestDots: up to a hundred episodes are a dot each; of 991, every tenth is one.
func TestDots(t *testing.T) {
	spread := func(n int) Spread {
		var s Spread
		for i := range n {
			s.Values = append(s.Values, float64(i))
		}
		return s
	}
	if got := spread(100).dots(); len(got) != 100 || got[99] != 99 {
		t.Errorf("of 100: %v", got)
	}
	var want []float64
	for i := range 100 {
		want = append(want, float64(10*i))
	}
	if got := spread(991).dots(); !slices.Equal(got, want) {
		t.Errorf("of 991: %v", got)
	}
	for n, word := range map[int]string{100: "an episode", 101: "quantiles"} {
		if got := dotMeans([]gapRow{{}, {inject: spread(n)}}); !strings.HasSuffix(got, word) {
			t.Errorf("of %d a dot is %s", n, got)
		}
	}
}
