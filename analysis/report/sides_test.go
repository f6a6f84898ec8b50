package report

import (
	"slices"
	"testing"

	"nines/analysis/plot"
	"nines/analysis/plot/plottest"
)

// TestSides: the follower that is killed is out for its clients until it is healed, and nobody
// else is.
func TestSides(t *testing.T) {
	c := newCampaign(plottest.Campaign())
	i := slices.IndexFunc(c.classes, func(x plot.FaultClass) bool { return x.Fault == "kill(follower)" && !x.Virtual })
	tab := c.sides(c.classes[i])
	for name, want := range map[string]string{
		"node hit: out median ms": "3150 [3150, 3150]", "node hit: out p90 ms": "3150 [3150, 3150]", "other nodes: out median ms": "0 [0, 0]",
		"gap on injection median ms": "0 [0, 0]", "partial on injection median ms": "3150 [3150, 3150]", "partial on healing median ms": "0 [0, 0]",
		"writes out median ms": "0 [0, 0]", "back at 95 % after healing median ms": "0 [0, 0]",
	} {
		if got := tab.column(name); got == nil || got[0] != want {
			t.Errorf("%s: %q, want %s", name, got, want)
		}
	}
	if got := tab.column("node hit: out p90 ms"); got[1] != dash {
		t.Errorf("a p90 of 12 episodes: %q", got)
	}
}
