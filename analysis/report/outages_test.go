package report

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"nines/analysis"
	"nines/analysis/episodes"
	"nines/analysis/plot/plottest"
)

// Episodes of a trial that is not to be believed are marked wherever they stand.
func TestMarksOfEpisodes(t *testing.T) {
	all := plottest.Campaign()
	all[0].Valid = false
	c := newCampaign(all)
	for _, compact := range []bool{false, true} {
		for _, tab := range c.tables(compact) {
			for _, r := range tab.Rows {
				for i, cell := range r {
					marked := strings.HasSuffix(cell, "†")
					want := r[0] == "etcdraft" && !strings.Contains(tab.Title, "modelled") && i > 1 && cell != dash
					if marked != want {
						t.Errorf("%s, %s: %s = %q", tab.Title, r[0], tab.Columns[i].Name, cell)
					}
				}
			}
		}
	}
	for _, r := range sideBySide(c.set).Rows {
		if !strings.HasSuffix(r[3], "†") || strings.HasSuffix(r[6], "†") {
			t.Errorf("measured %q, modelled %q: want a mark on the first", r[3], r[6])
		}
	}
}

// Too few episodes have no table; a system that has few beside one that has many
// has its row, with dashes.
func TestFewEpisodes(t *testing.T) {
	if c := newCampaign(plottest.Repeats(3)); len(c.tables(false)) != 0 || len(c.short().Rows) != 0 {
		t.Error("three episodes have a table of their distribution")
	}
	if c := newCampaign(nil); len(c.tables(false)) != 0 || len(sideBySide(c.set).Rows) != 0 {
		t.Error("there are tables of nothing")
	}
}

func TestEstimates(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		e    episodes.Estimate
		want string
	}{
		{episodes.Estimate{Value: 1142, Lo: 1078.4, Hi: 1276}, "1142 [1078, 1276]"},
		{episodes.Estimate{Value: 5, Lo: 1, Hi: inf}, "5.00 [1.00, ∞]"},
		{episodes.Estimate{Value: inf, Lo: 3, Hi: inf}, "> 7.00 [3.00, ∞]"},
		{episodes.Estimate{Value: nan, Lo: nan, Hi: nan}, dash},
	} {
		r := outageRow{Group: &episodes.Group{}}
		r.Out.Longest = 7
		if got := r.quantile(&r.Out, c.e); got != c.want {
			t.Errorf("%v: %q, want %q", c.e, got, c.want)
		}
	}
	for _, c := range []struct {
		s    episodes.Share
		want string
	}{
		{episodes.Share{}, dash},
		{episodes.Share{Of: 30, Hi: 0.1157, UpperIfNone: 0.0950}, "0 of 30: < 9.5 %"},
		{episodes.Share{Count: 5, Of: 6, Lo: 0.3588, Hi: 0.9958}, "5 of 6: 35.9 to 99.6 %"},
	} {
		if got := shareText(c.s); got != c.want {
			t.Errorf("%+v: %q, want %q", c.s, got, c.want)
		}
	}
}

// With six trials the undisturbed figures have an interval, the range of all six.
func TestShortHasIntervals(t *testing.T) {
	var all []analysis.Summary
	for i := range 6 {
		s := plottest.Campaign()[3]
		s.Facts.Trial, s.Facts.Repeat = fmt.Sprintf("single-%d", i+1), i+1
		s.Latency = []analysis.Latency{{Phase: "before", Response: analysis.Quantiles{P99: analysis.MS(10 * (i + 1))}}}
		all = append(all, s)
	}
	tab := newCampaign(all).short()
	if len(tab.Rows) != 1 || tab.Rows[0][3] != "35.0 [10.0, 60.0]" || !strings.Contains(tab.Rows[0][6], "[") {
		t.Errorf("%q, want a p99 of 35 from 10 to 60, and the outages of 18 episodes with an interval", tab.Rows)
	}
}

// What one run measured and another modelled is in the files of the first, until a report
// is made of it alone.
func TestAgainst(t *testing.T) {
	all := plottest.Campaign()
	measured, modelled := []analysis.Summary{all[0]}, []analysis.Summary{all[1]}
	files := func(b Beside) (md, html string) {
		x, err := markdownReport(manifest(), measured, b)
		if err != nil {
			t.Fatal(err)
		}
		y, err := htmlReport(manifest(), measured, b)
		if err != nil {
			t.Fatal(err)
		}
		return string(x), string(y)
	}
	md, html := files(Beside{})
	mdAgainst, htmlAgainst := files(Beside{Against: Other{Run: "virtual|run", Set: episodes.Of(modelled)}})
	for name, got := range map[string]string{"tables.md": mdAgainst, "report.html": htmlAgainst} {
		if !strings.Contains(got, "Measured and modelled") || !strings.Contains(got, "Held against the episodes of virtual") {
			t.Errorf("%s says nothing of the other run", name)
		}
	}
	wellFormed(t, htmlAgainst)
	if strings.Contains(md, "Measured and modelled") || strings.Contains(html, "Measured and modelled") {
		t.Error("a run alone is held against something")
	}
	if again, page := files(Beside{}); again != md || page != html {
		t.Error("a report without the other run is not what it was before")
	}
	// A run with an answer of its own, such as one of many cells, has it too.
	cells := plottest.Cells([]string{"etcdraft"}, 1, 6)
	virtual := plottest.Cells([]string{"etcdraft"}, 1, 6)
	for i := range virtual {
		virtual[i].Facts.Virtual = true
	}
	x, err := markdownReport(manifest(), cells, Beside{Against: Other{Run: "v", Set: episodes.Of(virtual)}})
	if err != nil || strings.Count(string(x), "## Measured and modelled") != 1 {
		t.Errorf("%v: of many cells nothing is held against the other run", err)
	}
}

func TestAgreementOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := Agreement(&b, episodes.Of(plottest.Quickstart()), 80); err != nil || !strings.HasPrefix(b.String(), "No fault was both") {
		t.Errorf("%q, %v", b.String(), err)
	}
	b.Reset()
	if err := Agreement(&b, episodes.Of(plottest.Campaign()), 80); err != nil || !strings.Contains(b.String(), "kill(leader)") {
		t.Errorf("%q, %v", b.String(), err)
	}
}
