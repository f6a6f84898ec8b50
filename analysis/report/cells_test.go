package report

import (
	"strings"
	"testing"

	"nines/analysis/plot/plottest"
	"nines/analysis/project"
)

// yearsOf projects a year of the systems of a run, with a class of fault that was not
// measured.
func yearsOf(t *testing.T, name string) []*project.Projection {
	t.Helper()
	rate := func(x float64) project.Range { return project.Range{Low: x, Mid: x, High: x} }
	table := project.Table{Name: "rates.yaml", Entries: []project.Entry{
		{Name: "crash", Rate: rate(4), Faults: []string{"kill(leader)"}, Repair: project.Constant(600)},
		{Name: "meteor", Rate: rate(0.1), Faults: []string{"kill(all)"}, Repair: project.Constant(86400)},
	}}
	var out []*project.Projection
	for _, s := range project.Collect([]project.Run{{Dir: "run", Summaries: runs[name]()}}, project.SLOOutage) {
		p, err := project.Project(s, table, project.Options{SLO: 0.9999, Years: 1, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

// A campaign over six faults and two lengths of them has as many cells as it likes: the
// systems are three, and are answered for in three lines.
func TestCells(t *testing.T) {
	p, err := newPage(manifest(), runs["cells"](), Beside{Years: yearsOf(t, "cells")})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(p.Setting, "3 systems in 36 cells of a matrix · 36 trials") {
		t.Errorf("setting: %s", p.Setting)
	}
	if len(p.Answers) != 3 {
		t.Fatalf("%d tables in front", len(p.Answers))
	}
	short, out, all := p.Answers[0], p.Answers[1], p.Answers[2]
	if len(short.Rows) != 3 || len(out.Rows) != 12 || len(all.Rows) != 36 {
		t.Fatalf("%d systems, %d faults, %d cells", len(short.Rows), len(out.Rows), len(all.Rows))
	}
	for _, r := range short.Rows {
		if nines := r[len(r)-1]; strings.Contains(r[0], "fault=") || r[1] != "ok" || r[2] != "yes" || !strings.Contains(r[3], ", 2.5") || !strings.Contains(nines, "[") || !strings.HasSuffix(nines, " *") {
			t.Errorf("%q: want a system, correct, believed, p99 with an interval over 12 trials, and nines a year with theirs", r)
		}
	}
	if out.Columns[3].Name != "hashiraft: out ms" || out.Rows[2][0] != "kill(follower)" || out.Rows[2][3] != "none in 6" || !strings.Contains(out.Rows[4][3], "[") {
		t.Errorf("%v %q", out.Columns, out.Rows)
	}
	if len(p.Steps) != 6 {
		t.Fatalf("%d faults", len(p.Steps))
	}
	for _, s := range p.Steps {
		if len(s.Several) != 3 || !strings.HasPrefix(s.Several[1].Title, "hashiraft, ") || !strings.Contains(s.Several[1].Basis, "n = 6 of hashiraft,fault=") {
			t.Errorf("%s: %d charts of the episodes of a system", s.Heading, len(s.Several))
		}
	}
}

// What a run comes to in a year is on the terminal and in tables.md as it is on the page.
func TestYearIsEverywhere(t *testing.T) {
	b := Beside{Years: yearsOf(t, "cells")}
	var text strings.Builder
	if err := Terminal(&text, runs["cells"](), b, 100); err != nil {
		t.Fatal(err)
	}
	md, err := markdownReport(manifest(), runs["cells"](), b)
	if err != nil {
		t.Fatal(err)
	}
	html, err := htmlReport(manifest(), runs["cells"](), b)
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, string(html))
	for name, got := range map[string]string{"terminal": text.String(), "tables.md": string(md), "report.html": string(html)} {
		if strings.Count(got, "A YEAR, with rates") != 3 {
			t.Errorf("%s says %d times what a year comes to, of 3 systems", name, strings.Count(got, "A YEAR, with rates"))
		}
		if flat := strings.Join(strings.Fields(got), " "); !strings.Contains(flat, "without the 1 class of fault that nobody measured, with which it is 3.5 nines at worst") {
			t.Errorf("%s does not say what its nines leave out", name)
		}
	}
	if !strings.Contains(string(html), `<a href="#term-year">nines a year</a>`) {
		t.Error("the column has no definition")
	}
	if strings.Contains(tables(t, "cells"), "A YEAR") || strings.Contains(terminal(t, "cells", 100), "nines a year │") {
		t.Error("a year of a run that was not projected")
	}
}

// In virtual time the cells of a matrix, which have one seed, are one trial until the
// first fault: they tell nothing of how it varies.
func TestCellsOfOneSeed(t *testing.T) {
	for _, same := range []bool{false, true} {
		all := plottest.Cells([]string{"etcdraft"}, 1, 5)
		for i := range all {
			all[i].Facts.Virtual = true
			if same {
				all[i].Facts.Seed = 1
			}
		}
		if p99 := newCampaign(all).short().Rows[0][3]; strings.HasSuffix(p99, " [—]") != same {
			t.Errorf("the same seed %v: p99 is %s", same, p99)
		}
	}
}

// Where each cell has few episodes, and so no distribution of them, its system has its
// line all the same.
func TestCellsOfFewEpisodes(t *testing.T) {
	p, err := newPage(manifest(), plottest.Cells([]string{"etcdraft"}, 1, 2), Beside{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Answers) != 1 || len(p.Answers[0].Rows) != 1 || p.Answers[0].Rows[0][0] != "etcdraft" || len(p.Glance.Rows) != 12 {
		t.Errorf("in front: %+v, and %d cells at a glance", p.Answers, len(p.Glance.Rows))
	}
}

// The twelve cells of a single system have their charts over time, and more than
// that have none.
func TestCellsOverTime(t *testing.T) {
	for _, c := range []struct {
		systems []string
		charts  int
	}{{[]string{"etcdraft"}, 3}, {[]string{"etcdraft", "paxos"}, 0}} {
		p, err := newPage(manifest(), plottest.Cells(c.systems, 1, 2), Beside{})
		if err != nil {
			t.Fatal(err)
		}
		if part := p.Systems[0]; len(part.Several) != c.charts || len(part.Figures) != 0 {
			t.Errorf("%d systems: %d charts over time are folded, want %d; and %d are not", len(c.systems), len(part.Several), c.charts, len(part.Figures))
		}
	}
}

// However many trials there are, the page can be opened and sent: 96 cells are the most of
// which it shows episodes.
func TestPageOfManyTrials(t *testing.T) {
	if testing.Short() {
		t.Skip("draws all charts of a hundred trials")
	}
	html, err := htmlReport(manifest(), plottest.Cells([]string{"a", "b", "c", "d", "e", "f", "g", "h"}, 1, 6), Beside{})
	if err != nil {
		t.Fatal(err)
	}
	const most = 10 << 20
	if len(html) > most {
		t.Errorf("%d bytes for 96 trials, want %d at most", len(html), most)
	}
}
