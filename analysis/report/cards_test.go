package report

import (
	"strings"
	"testing"

	"nines/analysis"
	"nines/analysis/plot/plottest"
)

// A card's figures have the intervals that there are, and else a dash: a single trial
// tells only how sure its success ratio is.
func TestCardsHaveIntervals(t *testing.T) {
	for _, c := range []struct {
		trials   int
		interval []bool // of throughput, in time, p50, p99, p99.9, max gap
	}{{1, []bool{false, true, false, false, false, false}}, {2, make([]bool, 6)}, {6, []bool{true, true, true, true, true, true}}} {
		rows := totals(plottest.Repeats(c.trials))
		for i, s := range cards(rows, nil)[1].Stats {
			if got := strings.Contains(s.Range, " – "); got != c.interval[i] || !got && s.Range != dash {
				t.Errorf("%d trials, %s: interval %q", c.trials, s.Name, s.Range)
			}
		}
		tab := glance(rows, nil)
		if p99, share := tab.Rows[1][6], tab.Rows[1][4]; strings.Contains(p99, ", ") != (c.trials == 6) || strings.Contains(p99, "[—]") != (c.trials == 2) || !strings.Contains(share, "[") {
			t.Errorf("%d trials, at a glance: %q", c.trials, tab.Rows[1])
		}
	}
}

// Where the scenario says what a system's knee is, the load is held against it.
func TestShareOfKnee(t *testing.T) {
	all := plottest.Campaign()[:3]
	all[0].Facts.Knee = 125 // of which the 50 op/s that are offered are 40 %
	tab := newCampaign(all).short()
	if tab.Columns[5].Name != "of knee" || tab.Rows[0][5] != "40 %" || tab.Rows[1][5] != dash {
		t.Errorf("%v %q", tab.Columns, tab.Rows)
	}
	if says := cards(totals(all[:1]), nil)[0].Says; !strings.HasPrefix(says, "Asked for: 50.0 op/s, 40 % of its knee") {
		t.Errorf("the card says %s", says)
	}
	all[0].Facts.Knee = 0
	for _, c := range newCampaign(all).short().Columns {
		if c.Name == "of knee" {
			t.Error("a share of what is not known")
		}
	}
	var f analysis.Summary
	if f.Facts.Knee = 10; ofKnee(&f.Facts) != "" {
		t.Error("a closed loop has no rate to hold against a knee")
	}
}
