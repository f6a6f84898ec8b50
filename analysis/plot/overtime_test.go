package plot_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/analysis/plot/plottest"
)

// chartNamed is the chart of a run with that name.
func chartNamed(t *testing.T, summaries []analysis.Summary, name string) plot.Chart {
	t.Helper()
	for _, c := range plot.All(summaries) {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no chart %s", name)
	return plot.Chart{}
}

func svg(t *testing.T, c plot.Chart, f plot.Format) string {
	t.Helper()
	b, err := c.SVG(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What failed has a row of its own, which is not there when nothing did.
func TestHeatTellsFailuresApart(t *testing.T) {
	run := plottest.Censored()
	failed := chartNamed(t, run, "heat-etcdraft")
	if s := svg(t, failed, plot.Page); !strings.Contains(s, ">failed<") || !strings.Contains(failed.Caption, "Failed: rejected, unknown or dropped") {
		t.Errorf("nothing of what failed: %s", failed.Caption)
	}
	var calm []analysis.Summary
	for _, s := range run {
		for i := range s.Heat.Columns {
			s.Heat.Columns[i].Due -= s.Heat.Columns[i].Failed
			s.Heat.Columns[i].Failed = 0
		}
		calm = append(calm, s)
	}
	if s := svg(t, chartNamed(t, calm, "heat-etcdraft"), plot.Page); strings.Contains(s, ">failed<") {
		t.Error("nothing failed, and there is a row for it")
	}
}

// A narrow chart puts columns together, and its legend counts what it draws.
func TestHeatLegendCountsWhatIsDrawn(t *testing.T) {
	s := plottest.Quickstart()[1:2]
	s[0].Heat = analysis.Heat{BinMS: 100, PerDecade: 8, Columns: make([]analysis.HeatColumn, 200)}
	for i := range 2 {
		s[0].Heat.Columns[i] = analysis.HeatColumn{Due: 7, Row: 20, Counts: []uint32{7}}
	}
	c := chartNamed(t, s, "heat-etcdraft")
	for want, f := range map[string]plot.Format{">1 to 7 operations<": plot.Wide, ">1 to 14 operations<": plot.Narrow} {
		if !strings.Contains(svg(t, c, f), want) {
			t.Errorf("the legend lacks %q", want)
		}
	}
}

// A map is as small for an hour as for a minute, in all formats.
func TestHeatIsSmall(t *testing.T) {
	for name, run := range map[string][]analysis.Summary{"hour": plottest.Hour(), "quickstart": plottest.Quickstart()} {
		for _, c := range plot.All(run) {
			if !strings.HasPrefix(c.Name, "heat-") {
				continue
			}
			for _, f := range []plot.Format{plot.Page, plot.Wide, plot.Narrow} {
				if n := len(svg(t, c, f)); n > 200_000 {
					t.Errorf("%s of %s: %d bytes", c.Name, name, n)
				}
			}
		}
	}
}

// A folder of an earlier version has neither maps nor roles, and has its other
// charts.
func TestOlderSummariesHaveTheirCharts(t *testing.T) {
	run := plottest.Quickstart()
	with := len(plot.All(run))
	for i := range run {
		run[i].Heat, run[i].Roles = analysis.Heat{}, nil
	}
	charts := plot.All(run)
	if len(charts) != with-3 {
		t.Errorf("%d charts, and %d with maps of three systems", len(charts), with)
	}
	for _, c := range charts {
		if strings.HasPrefix(c.Name, "throughput-") && strings.Contains(c.Caption, "Lanes") {
			t.Errorf("%s tells of lanes that are not there", c.Name)
		}
	}
}

// Each node has a lane, and the legend explains what is in it and nothing else.
func TestRoleLanes(t *testing.T) {
	run := plottest.Quickstart()
	s := svg(t, chartNamed(t, run, "throughput-etcdraft"), plot.Page)
	for _, want := range []string{">n1<", ">n2<", ">n3<", ">leads<", ">follows<", ">down<", ">cut off<", ">knows no leader<"} {
		if !strings.Contains(s, want) {
			t.Errorf("no %s", want)
		}
	}
	for i := range run {
		for j := range run[i].Roles {
			run[i].Roles[j].Cut = nil
		}
	}
	if s := svg(t, chartNamed(t, run, "throughput-etcdraft"), plot.Page); strings.Contains(s, "cut off<") || strings.Contains(s, ">up<") {
		t.Error("the legend explains what is not there")
	}
}

// How a chart shows what was cut off, wholly and partly.
var (
	ground = regexp.MustCompile(`fill:#B32217;fill-opacity:0.2196`)
	edge   = regexp.MustCompile(`stroke:#B42318;stroke-width:0.9"`)
	dashes = regexp.MustCompile(`stroke:#B42318;stroke-width:0.9;stroke-dasharray`)
)

// What was cut off has a ground and two edges, and what was partly cut off a dashed
// one; the legend and the caption tell of what there is.
func TestRoleLanesOfCuts(t *testing.T) {
	for _, c := range []struct {
		name        string
		cuts        []analysis.RoleCut
		off, partly int // times, in the lane
	}{
		{"none", nil, 0, 0},
		{"cut off", []analysis.RoleCut{{From: 1000, To: 3000}}, 1, 0},
		{"partly", []analysis.RoleCut{{From: 1000, To: 3000, Partly: true}}, 0, 1},
		{"one after the other", []analysis.RoleCut{{From: 1000, To: 2000, Partly: true}, {From: 2000, To: 3000}, {From: 5000, To: 6000, Partly: true}}, 1, 2},
		{"at once, as an earlier version has it", []analysis.RoleCut{{From: 1000, To: 3000}, {From: 2000, To: 4000}, {From: 2500, To: 3500}}, 2, 0},
	} {
		run := plottest.Quickstart()[1:2]
		run[0].Windows.Ops = nil // which have such grounds too
		run[0].Roles = []analysis.NodeRoles{{Node: "n1", Spans: []analysis.RoleSpan{{To: 20_000, Role: analysis.RoleFollows}}, Cut: c.cuts}}
		chart := chartNamed(t, run, "throughput-etcdraft")
		s := svg(t, chart, plot.Wide)
		count := func(r *regexp.Regexp) int { return len(r.FindAllString(s, -1)) }
		off, partly := c.off, c.partly
		if off > 0 {
			off++ // the legend has one
		}
		if partly > 0 {
			partly++
		}
		if count(ground) != off || count(edge) != 2*off || count(dashes) != partly {
			t.Errorf("%s: %d grounds, %d edges and %d that are dashed, want %d, %d and %d", c.name, count(ground), count(edge), count(dashes), off, 2*off, partly)
		}
		if strings.Contains(s, ">cut off<") != (off > 0) || strings.Contains(s, ">partly cut off<") != (partly > 0) ||
			strings.Contains(chart.Caption, "Cut off:") != (off > 0) || strings.Contains(chart.Caption, "Partly:") != (partly > 0) {
			t.Errorf("%s: the legend or the caption is wrong: %s", c.name, chart.Caption)
		}
	}
}

// Of links that are cut and restored without end, no more is drawn than can be seen,
// and what was cut off for a moment is still there.
func TestRoleLanesOfAFlakyLink(t *testing.T) {
	run := plottest.Quickstart()[1:2]
	var cuts []analysis.RoleCut
	for at := analysis.MS(0); at < 20_000; at++ {
		cuts = append(cuts, analysis.RoleCut{From: at, To: at + 0.5, Partly: at != 10_000})
	}
	run[0].Windows.Ops = nil
	for i := range run[0].Roles {
		run[0].Roles[i].Cut = cuts
	}
	s := svg(t, chartNamed(t, run, "throughput-etcdraft"), plot.Wide)
	if len(s) > 100_000 {
		t.Errorf("%d bytes", len(s))
	}
	if n, lanes := len(ground.FindAllString(s, -1)), len(run[0].Roles); n != lanes+1 {
		t.Errorf("the nodes that were cut off for a moment are drawn %d times, of %d", n, lanes)
	}
}

// Of a node that changes without end, no more is drawn than can be seen, and what is
// rare is still there.
func TestRoleLanesOfAFlappingNode(t *testing.T) {
	run := plottest.Quickstart()[1:2]
	spans := &run[0].Roles[0].Spans
	*spans = nil
	const n = 40_000
	for i := range n {
		role := analysis.RoleFollows
		switch {
		case i == n/2:
			role = analysis.RoleDown
		case i%2 == 1:
			role = analysis.RoleNoLeader
		}
		*spans = append(*spans, analysis.RoleSpan{From: analysis.MS(i) / 2, To: analysis.MS(i+1) / 2, Role: role})
	}
	b := []byte(svg(t, chartNamed(t, run, "throughput-etcdraft"), plot.Wide))
	if len(b) > 300_000 {
		t.Errorf("%d bytes", len(b))
	}
	run[0].Roles = run[0].Roles[:1]
	b = []byte(svg(t, chartNamed(t, run, "throughput-etcdraft"), plot.Wide))
	if n := bytes.Count(b, []byte("#B42318")); n < 2 { // the legend has one
		t.Errorf("the node that was down for a moment is drawn %d times", n)
	}
}
