package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/analysis/plot/plottest"
	"nines/results"
)

// A row's system stands without its fault, whatever else its label says.
func TestWithoutFault(t *testing.T) {
	fault := results.Variable{Name: "fault", Value: "loss(leader, 20%)"}
	for label, want := range map[string]string{
		"etcdraft":                                 "etcdraft",
		"etcdraft,fault=loss(leader-20%)":          "etcdraft",
		"etcdraft,fault#2":                         "etcdraft",
		"etcdraft,fault=a(b-c-d),nodes=3":          "etcdraft,nodes=3",
		"etcdraft,keys=9,fault=kill(any),nodes=":   "etcdraft,keys=9,nodes=",
		"etcdraft,fault=loss(leader-20%), 5 nodes": "etcdraft, 5 nodes", // as where clusters differ in size
	} {
		trial := analysis.Summary{Facts: results.Facts{System: label, Variant: []results.Variable{fault}}}
		r := outageRow{system: plot.System{Name: label, Trials: []*analysis.Summary{&trial}}}
		if got := r.withoutFault(); got != want {
			t.Errorf("%s: %s, want %s", label, got, want)
		}
	}
}

// A campaign over many cells is one table of their outages; the terminal shows
// nothing else but what failed.
func TestOverview(t *testing.T) {
	var all []analysis.Summary
	for i := range plot.ManySystems + 1 {
		for _, s := range plottest.Campaign()[:1] {
			label := fmt.Sprintf("%s,fault=x%d", s.Facts.System, i)
			s.Facts.System, s.Facts.Trial = label, label+"-1"
			s.Facts.Variant = []results.Variable{{Name: "fault", Value: fmt.Sprintf("x%d", i)}}
			s.Episodes = slices.Clone(s.Episodes)
			for k := range s.Episodes {
				s.Episodes[k].Fault = fmt.Sprintf("x%d", i)
			}
			all = append(all, s)
		}
	}
	rows := totals(all)
	tab := newCampaign(all).overview(rows)
	if len(tab.Rows) != len(rows) {
		t.Fatalf("%d rows for %d cells", len(tab.Rows), len(rows))
	}
	for i, r := range tab.Rows {
		if r[0] != fmt.Sprintf("x%d", i) || strings.Contains(r[2], "fault=") || !strings.Contains(r[5], "[") {
			t.Errorf("row %q", r)
		}
	}
	var b strings.Builder
	if err := Terminal(&b, all, Beside{}, 100); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), tab.Title) || strings.Contains(b.String(), "Availability") {
		t.Errorf("the terminal shows\n%s", b.String())
	}
	if tab := newCampaign(all[:3]).overview(rows[:3]); len(tab.Rows) != 0 {
		t.Error("three cells are not many")
	}
}
