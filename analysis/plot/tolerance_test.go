package plot_test

import (
	"fmt"
	"strings"
	"testing"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/analysis/plot/plottest"
)

// told writes a row of a map down.
func told(pairs []plot.Pair) string {
	var words []string
	for _, p := range pairs {
		words = append(words, p.String())
	}
	return strings.Join(words, " ")
}

// TestToleranceMaps: a cell says what its clients got, and ! where that is not what theory
// says. The trials of one system in clusters of several sizes are one map.
func TestToleranceMaps(t *testing.T) {
	var got []string
	for _, m := range plot.ToleranceMaps(plottest.Tolerance()) {
		for _, r := range m.Rows {
			got = append(got, fmt.Sprintf("%s of %d, %d may die: %s; split %s", m.Name, r.Nodes, r.Theory, told(r.Killed), told(r.Split)))
		}
	}
	want := []string{
		"raft of 1, 0 may die: RW –; split ",
		"raft of 2, 0 may die: RW – –; split –",
		"raft of 3, 1 may die: RW RW R!/– –; split –/RW RW/–",
		"raft of 5, 2 may die: RW RW RW/? – – –; split –/RW –/RW RW/– RW/–",
		"owners of 1, 0 may die: RW –; split ",
		"owners of 2, 0 may die: RW ~! –; split 50",
		"owners of 3, 0 may die: RW 67 33 –; split 33/67 67/33",
		"owners of 5, 0 may die: RW 80 60 40 20 –; split 20/80 40/60 60/40 80/20",
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

// TestRepeatsOfACell: two trials that do not say the same leave a cell unclear, whatever
// their order, and what was judged counts before what was not.
func TestRepeatsOfACell(t *testing.T) {
	for _, order := range [][2]int{{0, 1}, {1, 0}} {
		two := []analysis.Summary{plottest.Tolerance()[4], plottest.Tolerance()[4]}
		two[order[0]].Tolerance[1].Sides[0].Writes = analysis.Service{Due: 9, Keys: 1, Theory: 1}
		two[order[0]].Tolerance[2].Unjudged = "x"
		row := plot.ToleranceMaps(two)[0].Rows[0]
		if got := told(row.Killed); got != "RW RW/~! R!/– –" {
			t.Errorf("%v: %s", order, got)
		}
	}
}

// TestLeaderOnSecondSide: a split is where its leader is, not as the fault names the sides.
func TestLeaderOnSecondSide(t *testing.T) {
	run := plottest.Tolerance()[4:5] // of 3: kills, and then splits 1|2 and 2|1
	split := &run[0].Tolerance[len(run[0].Tolerance)-1]
	split.Sides[0], split.Sides[1] = split.Sides[1], split.Sides[0]
	if got := told(plot.ToleranceMaps(run)[0].Rows[0].Split); got != "–/RW RW/–" {
		t.Errorf("%s", got)
	}
}

// TestToleranceCharts: a run that explores tolerance has its maps and nothing else; a
// difference is framed.
func TestToleranceCharts(t *testing.T) {
	run := plottest.Tolerance()
	charts := plot.All(run)
	if len(charts) != 2 {
		t.Fatalf("%d charts, want that of killed nodes and that of splits", len(charts))
	}
	const frame = "stroke:#B42318"
	for i, c := range charts {
		for _, f := range []plot.Format{plot.Page, plot.Wide, plot.Narrow} {
			svg, err := c.SVG(f)
			if err != nil {
				t.Fatal(err)
			}
			wellFormed(t, c.Name, svg)
			if framed := strings.Contains(string(svg), frame); framed != (i == 0) {
				t.Errorf("%s: a difference is framed: %t", c.Name, framed)
			}
		}
		if !strings.Contains(c.Alt, "raft: of ") {
			t.Errorf("%s: nothing for those who cannot see it: %s", c.Name, c.Alt)
		}
	}
	if *out != "" {
		keep(t, *out, charts)
	}
	if charts := plot.Tolerance(run[:1]); len(charts) != 1 {
		t.Errorf("%d charts of a single node, want none of splits", len(charts))
	}
	if charts := plot.Tolerance(plottest.Quickstart()); charts != nil {
		t.Errorf("%d maps of a run that explores no tolerance", len(charts))
	}
}
