package report

import (
	"math"
	"slices"
	"testing"

	"nines/analysis"
	"nines/analysis/plot/plottest"
)

// TestSteadyState: the band, its rate with an interval, and the cut, or that it was refused.
func TestSteadyState(t *testing.T) {
	all := plottest.Quickstart()
	all[1].Steady.Refused, all[1].Steady.Cut = true, analysis.MS(math.NaN())
	all[2].Steady.From, all[2].Steady.Cut = 250, 250
	all[2].Steady.Rate = analysis.Range{Mean: 2000, Lo: 1980, Hi: math.NaN()}
	tab := steadyState(totals(all))
	for name, want := range map[string][]string{
		"band s": {"0 – 5", "0 – 5", "0.25 – 5"}, "MSER-5 cut ms": {"-1500", "refused", "250"}, "95 % interval": {"1980 – 2020", "1980 – 2020", dash},
	} {
		if got := tab.column(name); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	several := plottest.Repeats(3)
	several[0].Steady.Refused = true
	tab = steadyState(totals(several))
	if got := tab.column("MSER-5 cut ms"); !slices.Equal(got, []string{"refused in 1 of 3", "-1500", "-1500"}) {
		t.Errorf("cuts %q", got)
	}
	if got := tab.column("95 % interval"); got[0] != dash {
		t.Errorf("an interval between three trials: %q", got)
	}
}
