package episodes

import (
	"testing"

	"nines/analysis"
	"nines/results"
)

// TestOfKnee: the share of the knee is told by the trial or, in older files, by its
// matrix; systems at the same share are of one class, whatever their rates.
func TestOfKnee(t *testing.T) {
	share := []results.Variable{{Name: "rate", Value: "60% of knee"}}
	for _, c := range []struct {
		facts results.Facts
		want  string
	}{
		{results.Facts{Rate: 960}, ""},
		{results.Facts{Rate: 960, Knee: 3200}, "30% of knee"},
		{results.Facts{Rate: 1000, Knee: 3200}, "31.2% of knee"},
		{results.Facts{Rate: 1920, Variant: share}, "60% of knee"},
		{results.Facts{Knee: 3200}, ""}, // a closed loop
	} {
		s := analysis.Summary{Facts: c.facts, Episodes: []analysis.Episode{{Fault: "kill(leader)"}}}
		if got := Observe([]analysis.Summary{s})[0].OfKnee; got != c.want {
			t.Errorf("%v of %v op/s is %q, want %q", c.facts.Rate, c.facts.Knee, got, c.want)
		}
	}
	a, b := results.Facts{Rate: 960, Knee: 3200}, results.Facts{Rate: 600, Knee: 2000}
	e := &analysis.Episode{Fault: "kill(leader)"}
	if keyOf(&analysis.Summary{Facts: a}, e).Class() != keyOf(&analysis.Summary{Facts: b}, e).Class() {
		t.Error("two systems at 30 % of their knee are of two classes")
	}
}
