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
	if c := newCampaign(plottest.Repeats(3)); len(c.tables(false)) != 0 || len(c.short(totals(c.all)).Rows) != 0 {
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
	tab := newCampaign(all).short(totals(all))
	if len(tab.Rows) != 1 || tab.Rows[0][3] != "35.0 [10.0, 60.0]" || !strings.Contains(tab.Rows[0][6], "[") {
		t.Errorf("%q, want a p99 of 35 from 10 to 60, and the outages of 18 episodes with an interval", tab.Rows)
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
