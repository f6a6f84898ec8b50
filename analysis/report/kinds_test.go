package report

import (
	"math"
	"slices"
	"strings"
	"testing"

	"nines/analysis"
	"nines/analysis/plot/plottest"
)

// column finds the cells of a column by its name; nil if there is none.
func (t *table) column(name string) []string {
	i := slices.IndexFunc(t.Columns, func(c column) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	var out []string
	for _, r := range t.Rows {
		out = append(out, r[i])
	}
	return out
}

// TestReadsWentOn: episodes in which only writes were out say so; where both fare alike there is
// no column.
func TestReadsWentOn(t *testing.T) {
	all := plottest.Repeats(3)
	for _, s := range faultSteps(all) {
		for _, tab := range []table{s.Episodes, s.Medians} {
			if tab.column("reads out ms") != nil || len(tab.Rows) == 0 {
				t.Errorf("%s of %s: reads and writes fare alike, and are shown apart", tab.Title, s.Fault)
			}
		}
	}
	for i := range all {
		s := &all[i]
		if s.Facts.System != "etcdraft" {
			continue
		}
		e := &s.Episodes[0]
		e.OutReads = analysis.Stretches{}
		e.OutWrites = analysis.Stretches{Count: 1, Total: analysis.MS(3000 + 10*s.Facts.Repeat), Censored: s.Facts.Repeat == 3}
	}
	first, second := faultSteps(all)[0], faultSteps(all)[1]
	for _, c := range []struct {
		table *table
		name  string
		want  []string // of etcdraft, the second of three systems
	}{
		{&first.Medians, "reads out ms", []string{"none"}}, {&first.Medians, "writes out ms", []string{"3020"}},
		{&first.Episodes, "reads out ms", []string{"none", "none", "none"}}, {&first.Episodes, "writes out ms", []string{"3010", "3020", "≥ 3030"}},
	} {
		n := len(c.want)
		if got := c.table.column(c.name); len(got) != 3*n || !slices.Equal(got[n:2*n], c.want) || got[0] == "none" {
			t.Errorf("%s of %s: %q, want %q", c.name, c.table.Title, got, c.want)
		}
	}
	if !slices.Contains(first.Episodes.Notes, apartNote) || second.Episodes.column("reads out ms") != nil {
		t.Errorf("notes %q; the other fault: %v", first.Episodes.Notes, second.Episodes.Columns)
	}
}

// TestByKind: a kind that probes do not do has figures of the load only.
func TestByKind(t *testing.T) {
	s := plottest.OneSample()
	none := analysis.Outages{Total: analysis.MS(math.NaN()), Max: analysis.MS(math.NaN())}
	s[0].ByKind = []analysis.KindOut{
		{Kind: "read", IntervalAvailability: 1, UserUptime: 1, Gaps: analysis.Outages{Measured: true, Resolution: 20}},
		{Kind: "write", IntervalAvailability: 0.75, UserUptime: 0.7, Downtime: 3000,
			Gaps: analysis.Outages{Measured: true, Count: 1, Max: 3000, Total: 3000, Resolution: 20, List: []analysis.Outage{{Length: 3000, Censored: true}}}, SLO: analysis.Outages{Total: 2900}},
		{Kind: "cas", IntervalAvailability: 0.5, UserUptime: math.NaN(), Downtime: 1, Gaps: none, SLO: none},
	}
	tab := byKind(totals(s))
	want := []string{
		"null|reads|100 %|100 %|0|0|none|0",
		"null|writes|75.0 %|70.0 %|3000|1|≥ 3000|2900",
		"null|cass|50.0 %|—|1.00|—|—|—",
	}
	for i, r := range tab.Rows {
		if got := strings.Join(r, "|"); got != want[i] {
			t.Errorf("%s, want %s", got, want[i])
		}
	}
}
