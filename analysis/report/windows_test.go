package report

import (
	"slices"
	"strings"
	"testing"

	"nines/analysis"
	"nines/analysis/plot/plottest"
)

// TestInterval: of one trial its own; of several that of their median, where there
// are six.
func TestInterval(t *testing.T) {
	of := func(ratios ...float64) string {
		var all []analysis.Summary
		for i, r := range ratios {
			s := plottest.OneSample()[0]
			s.Facts.Repeat, s.SuccessRatio = i+1, r
			s.SuccessRange, s.SuccessBy = analysis.Range{Mean: r, Lo: r - 0.1, Hi: r + 0.05}, "batch means"
			all = append(all, s)
		}
		rows := totals(all)
		return rows[0].interval()
	}
	for _, c := range []struct {
		ratios []float64
		want   string
	}{
		{[]float64{0.9}, "80.0 – 95.0 %"},
		{[]float64{0.9, 0.8}, dash},
		{[]float64{0.5, 0.6, 0.7, 0.8, 0.9}, dash},
		{[]float64{0.6, 0.5, 0.7, 0.8, 0.95, 0.9}, "50.0 – 95.0 %"}, // of six, the least and the most
	} {
		if got := of(c.ratios...); got != c.want {
			t.Errorf("%v: %s, want %s", c.ratios, got, c.want)
		}
	}
	s := plottest.OneSample()
	s[0].SuccessBy = ""
	if got := totals(s)[0]; got.interval() != dash {
		t.Errorf("without a method: %s", got.interval())
	}
}

// TestWindowFiguresAreMarked: what cannot be trusted is marked here, too.
func TestWindowFiguresAreMarked(t *testing.T) {
	for name, mark := range map[string]string{"illegal": "‡", "gatefailed": "†", "censored": "§"} {
		rows := totals(runs[name]())
		for _, tab := range []table{overWindows(rows), overUserWindows(rows), byKind(rows), byPart(rows), burnAlerts(rows), steadyState(rows)} {
			marked := 0
			for _, r := range tab.Rows {
				i := slices.IndexFunc(rows, func(x total) bool { return x.Name == r[0] })
				for j, cell := range r[tab.Keys:] {
					if cell == dash || tab.Columns[tab.Keys+j].Kind != figure {
						continue
					}
					if has := strings.HasSuffix(cell, mark); has != (rows[i].mark != "") {
						t.Errorf("%s, %s: %s = %q", name, tab.Title, tab.Columns[tab.Keys+j].Name, cell)
					} else if has {
						marked++
					}
				}
			}
			if marked == 0 || !slices.ContainsFunc(tab.Notes, func(n string) bool { return strings.HasPrefix(n, mark) }) {
				t.Errorf("%s, %s: %d figures marked, notes %q", name, tab.Title, marked, tab.Notes)
			}
		}
	}
}

// TestNoWindows: summaries of before windows were looked at have no such tables.
func TestNoWindows(t *testing.T) {
	all := plottest.Quickstart()
	for i := range all {
		all[i].Windows, all[i].Shares, all[i].Alerts = analysis.Windows{}, nil, nil
		all[i].ByKind, all[i].Steady = nil, analysis.Steady{}
	}
	rows := totals(all)
	for _, tab := range []table{overWindows(rows), overUserWindows(rows), byKind(rows), byPart(rows), bySide(rows), burnAlerts(rows), steadyState(rows)} {
		if len(tab.Rows) > 0 {
			t.Errorf("%s has rows: %q", tab.Title, tab.Rows)
		}
	}
}

// TestUserWindows: users and operations beneath each other, at the lengths that there are.
func TestUserWindows(t *testing.T) {
	s := plottest.OneSample()
	s[0].UserUptime, s[0].SuccessRatio = 0.9, 0.95
	s[0].Windows = analysis.Windows{Users: []analysis.Worst{{Length: 1000, Ratio: 0.25}, {Length: 60_000, Ratio: 0.75}}, Ops: []analysis.Worst{{Length: 10_000, Ratio: 0.5}}}
	got := overUserWindows(totals(s)).Rows
	want := [][]string{{"null", "users' time", "90.0 %", "75.0 %", dash, "25.0 %"}, {"null", "operations", "95.0 %", dash, "50.0 %", dash}}
	if len(got) != 2 || !slices.Equal(got[0], want[0]) || !slices.Equal(got[1], want[1]) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestWeakPercentiles: a p99.9 that tells of few events says so; a p50 does not, nor
// does a percentile that is not there.
func TestWeakPercentiles(t *testing.T) {
	all := plottest.Quickstart()
	all[1].Independent = []analysis.Independent{{Of: "response", Q: 0.5, N: 300, Need: 6}, {Of: "response", Q: 0.999, N: 22, Need: 3688}, {Of: "service", Q: 0.99, N: 1, Need: 368}}
	tab := speed(totals(all))
	for i, r := range tab.Rows {
		for j, cell := range r {
			if weak := strings.HasPrefix(cell, weakMark); weak != (i == 1 && tab.Columns[j].Name == "p99.9 ms") {
				t.Errorf("%s, %s: %q", r[0], tab.Columns[j].Name, cell)
			}
		}
	}
	if !slices.Contains(tab.Notes, weakNote) {
		t.Errorf("notes %q", tab.Notes)
	}
	if tab := speed(totals(plottest.Quickstart())); slices.Contains(tab.Notes, weakNote) {
		t.Errorf("a note on what is not there: %q", tab.Notes)
	}
}

// TestWarnings: a gate that warns is listed, does not fail, and is named at the end.
func TestWarnings(t *testing.T) {
	all := plottest.Quickstart()
	for _, i := range []int{0, 2} {
		all[i].Gates = append(all[i].Gates,
			analysis.Gate{Name: "machine noise", Pass: true, Warn: true, Saw: "others: 12 %", Do: "stop them"},
			analysis.Gate{Name: "independent operations", Pass: true, Warn: true, Saw: "few", Do: "repeat"})
	}
	if got := warnings(all); len(got.Rows) != 4 || got.Rows[2][0] != "hashiraft #1" || got.Rows[0][3] != "stop them" {
		t.Errorf("%q", got.Rows)
	}
	if got := warned(all); !slices.Equal(got, []string{"Warning: machine noise, of single #1, hashiraft #1 (see tables.md)."}) {
		t.Errorf("%q", got)
	}
	if got := failedGates(all); len(got.Rows) != 0 {
		t.Errorf("they did not fail: %q", got.Rows)
	}
	if got := headline(all); len(got) != 1 || !strings.Contains(got[0], "every gate passed") {
		t.Errorf("%q", got)
	}
	rows := totals(all)
	if got := gates(&rows[0]); !slices.ContainsFunc(got.Rows, func(r []string) bool { return r[1] == "machine noise" && r[2] == "warns" }) {
		t.Errorf("%q", got.Rows)
	}
	if got := warned(plottest.Quickstart()); got != nil {
		t.Errorf("nothing warns: %q", got)
	}
}

// TestSoonest: of the faults that were injected, when the alert first fired.
func TestSoonest(t *testing.T) {
	s := analysis.Summary{Episodes: []analysis.Episode{{}, {NA: "no"}, {}, {}}}
	a := analysis.Alert{Fired: []analysis.Firing{{From: 1, Fault: 0}, {From: 10, Fault: 1, After: 130}, {From: 20, Fault: 1, After: 900}, {From: 50, Fault: 4, After: 8}}}
	if got, want := soonest(&s, a, func(s string) string { return s + "†" }), "1: 130†, 3: —, 4: 8.00†"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := soonest(&analysis.Summary{}, a, nil); got != dash {
		t.Errorf("without faults: %s", got)
	}
}
