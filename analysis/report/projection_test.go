package report

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"nines/analysis/project"
)

// projections have all that a table can hold: a system that was measured well, one
// of which little is known, one that was never down, and one with names from outside.
func projections(t *testing.T) []*project.Projection {
	t.Helper()
	rate := func(low, mid, high float64) project.Range { return project.Range{Low: low, Mid: mid, High: high} }
	table := project.Table{Name: "rates.yaml", Entries: []project.Entry{
		{Name: "crash", Rate: rate(1, 2, 4), PerNode: true, Leader: []string{"kill(leader)"}, Follower: []string{"kill(follower)"}, NodeDown: true,
			Repair: project.Exponential(600), Source: "a paper, section 2", Assumption: "per node"},
		{Name: "slow disk", Rate: rate(0.1, 0.1, 0.1), Faults: []string{"slow-sync(*)"}, Repair: project.Constant(3600)},
		{Name: "isolated", Rate: rate(0.5, 1, 2), Faults: []string{"isolate(leader)"}, Repair: project.Constant(1800), Source: "a guess"},
	}}
	e := func(fault string, lasted, outage float64, censored bool) project.Episode {
		return project.Episode{Fault: fault, Duration: lasted, Outage: outage, Censored: censored}
	}
	systems := []project.System{
		{Name: "etcdraft (3 nodes)", Nodes: 3, Quorum: true, NA: []string{"isolate(leader)"}, LeftOut: []string{"r1: etcdraft-3: not valid (finished)"}, Episodes: []project.Episode{
			e("kill(leader)", 2, 1.1, false), e("kill(leader)", 2, 1.3, false), e("kill(leader)", 4, 1.2, false), e("kill(leader)", 4, 1.25, false), e("kill(leader)", 8, 1.2, false),
			e("kill(follower)", 2, 0, false), e("kill(follower)", 4, 0, false),
			e("slow-sync(leader, 20ms)", 2, 2, false), e("slow-sync(leader, 20ms)", 3, 3.1, false), e("slow-sync(leader, 20ms)", 5, 5, false),
			e("loss(all, 5%)", 2, 0.5, false)}},
		{Name: "other (3 nodes), modelled", Nodes: 3, Modelled: true, Episodes: []project.Episode{
			e("kill(leader)", 2, 2, true), e("kill(leader)", 2, 1, false), e("kill(follower)", 3, 0.4, false)}},
		{Name: "calm (5 nodes)", Nodes: 5, Episodes: []project.Episode{e("kill(leader)", 2, 0, false), e("kill(follower)", 2, 0, false)}},
		{Name: "<b>|`_*\x00 (3 nodes)", Nodes: 3, Episodes: []project.Episode{e("slow-sync(<script>alert(1)</script>)", 1, 0.5, false), e("<i>x</i>", 1, 1, false)},
			LeftOut: []string{"<script>alert(2)</script>"}},
	}
	var out []*project.Projection
	for _, s := range systems {
		p, err := project.Project(s, table, project.Options{SLO: 0.9999, Years: 5000, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

func TestProjectionGolden(t *testing.T) {
	ps := projections(t)
	var text, md bytes.Buffer
	if err := ProjectionTerminal(&text, ps, 100); err != nil {
		t.Fatal(err)
	}
	if err := ProjectionMarkdown(&md, ps); err != nil {
		t.Fatal(err)
	}
	golden(t, "projection.txt", text.String())
	golden(t, "projection.md", md.String())
	var narrow bytes.Buffer
	if err := ProjectionTerminal(&narrow, ps, 80); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(narrow.String()) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
			t.Errorf("%d characters: %s", n, line)
		}
	}
}

func TestProjectionPage(t *testing.T) {
	ps := projections(t)
	dir := t.TempDir()
	path, err := WriteProjection(dir, ps)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, ProjectionFile))
	if err != nil || path != filepath.Join(dir, ProjectionFile) {
		t.Fatalf("%s: %v", path, err)
	}
	html := string(data)
	wellFormed(t, html)
	selfContained(t, html)
	for _, no := range []string{"<script", "<i>x", "<b>|"} {
		if strings.Contains(html, no) {
			t.Errorf("a name became markup: %s", no)
		}
	}
	for _, yes := range []string{`id="system-4"`, "a paper, section 2", "What to measure next", "overlapping crashes", "not valid (finished)", `class="narrow"`} {
		if !strings.Contains(html, yes) {
			t.Errorf("the page says nothing of %q", yes)
		}
	}
	again, err := projectionHTMLOf(projections(t))
	if err != nil || html != string(again) {
		t.Errorf("the same projections gave another page: %v", err)
	}
	if *out != "" {
		keep(t, filepath.Join(*out, "projection.html"), html)
	}
}

func TestProjectionHeadlines(t *testing.T) {
	for i, want := range [][]string{
		{"etcdraft (3 nodes): 99.99", " of downtime a year (95 % interval ", " from 10 episodes; "},
		{"other (3 nodes), modelled: at best ", ": at least ", "leaves out 2 classes"},
		{"calm (5 nodes): no downtime. None of 2 injected faults caused an outage; with 95 % confidence that leaves at most "},
		{"no interval: there is only one episode of slow disk that tells", "leaves out 3 classes"},
	} {
		got := projectedHeadline(projections(t)[i])
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("nothing of %q in: %s", w, got)
			}
		}
	}
}

// TestProjectedHeadlineOfQuorum: with 2 crashes a year and node, of 1/200 of a year each, a quorum
// of three is lost for 301/1030301 of the year, which is 2.56 h (project.TestOverlap); 12 faults
// without an outage leave 0.220926 of 6 a year, 58.06 h, and both together 60.6 h = 2.53 d.
func TestProjectedHeadlineOfQuorum(t *testing.T) {
	e := project.Entry{Name: "crash", Rate: project.Range{Low: 2, Mid: 2, High: 2}, PerNode: true, Faults: []string{"kill(any)"},
		NodeDown: true, Repair: project.Constant(project.Year / 200)}
	s := project.System{Name: "x", Nodes: 3, Quorum: true}
	for range 12 {
		s.Episodes = append(s.Episodes, project.Episode{Fault: "kill(any)", Duration: 2})
	}
	p, err := project.Project(s, project.Table{Name: "t", Entries: []project.Entry{e}}, project.Options{SLO: 0.9999, Years: 100, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := "x: none of 12 injected faults caused an outage; with 95 % confidence that leaves at most 2.53 d a year." +
		" Of that, 2.56 h a year (rates taken as exact) are computed, for crashes that overlap."
	if got := projectedHeadline(p); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestNinesText(t *testing.T) {
	for x, want := range map[float64]string{4.99: "4.9", 5: "5.0", 0: "0.0", math.Inf(1): "∞", math.NaN(): dash} {
		if got := ninesText(project.Figure(x)); got != want {
			t.Errorf("%v nines: %s, want %s", x, got, want)
		}
	}
	for x, want := range map[float64]string{0: "0 %", 1: "100 %", 0.0001: "< 0.1 %", 0.99999: "> 99.9 %", 0.5: "50 %"} {
		if got := chance(project.Figure(x)); got != want {
			t.Errorf("%v: %s, want %s", x, got, want)
		}
	}
}

// The page of a run leads with its years, and says whose rates they are with.
func TestPageLeadsWithYears(t *testing.T) {
	ps := projections(t)[:1]
	html, err := htmlReport(manifest(), runs["one"](), Beside{Years: ps})
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, string(html))
	_, lead, _ := strings.Cut(string(html), `<ul class="lead">`)
	lead, _, _ = strings.Cut(lead, "</ul>")
	if !strings.Contains(lead, "A YEAR, with rates of faults from the literature, not yours") || !strings.Contains(lead, "etcdraft (3 nodes): ") || !strings.Contains(lead, "nines") {
		t.Errorf("the lead is %s", lead)
	}
	if strings.Contains(pageOf(t, "one"), "A YEAR") {
		t.Error("a year of a run that was not projected")
	}
}
