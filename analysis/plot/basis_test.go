package plot_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/analysis/plot/plottest"
	"nines/analysis/project"
	"nines/analysis/saturation"
	"nines/results"
)

// Every chart says how many of what it shows, at what level its interval is or that
// there is none, and how finely time is resolved; and the file of a chart says so too.
func TestEveryChartSaysWhatItRestsOn(t *testing.T) {
	n := regexp.MustCompile(`^n = \d+ `)
	// Two charts are not of a run's summaries.
	beside := []plot.Chart{plot.Saturation(saturation.Report{
		Search:  results.Search{SLO: 100 * time.Millisecond},
		Systems: []saturation.System{{Name: "etcdraft", Open: []saturation.Open{openTrial(500, 500, 1, 2, saturation.Held)}}},
	})}
	for _, resolution := range []project.Figure{0.01, 0} {
		beside = append(beside, plot.Downtime([]*project.Projection{{System: "etcdraft", Episodes: 12, Resolution: resolution}}))
	}
	for name, run := range map[string]func() []analysis.Summary{
		"repeats": func() []analysis.Summary { return plottest.Repeats(3) }, "campaign": plottest.Campaign,
		"blocking": plottest.Blocking, "tolerance": plottest.Tolerance, "empty": plottest.Empty, "censored": plottest.Censored,
	} {
		for _, c := range append(plot.All(run()), beside...) {
			if !n.MatchString(c.Basis) || !strings.Contains(c.Basis, "interval") || !strings.Contains(c.Basis, " Resolution: ") {
				t.Errorf("%s of %s rests on %q", c.Name, name, c.Basis)
			}
			if strings.Contains(c.Basis, "..") || strings.Contains(c.Basis, "  ") || strings.Contains(c.Basis, "NaN") {
				t.Errorf("%s of %s: %q", c.Name, name, c.Basis)
			}
			if t.Failed() {
				continue
			}
			if s := svg(t, c, plot.Page); !strings.Contains(s, "Resolution:") {
				t.Errorf("%s of %s: its file says nothing of what it rests on", c.Name, name)
			}
		}
	}
}

func TestBasisCounts(t *testing.T) {
	want := map[string]string{
		"gaps":                  "n = 3 episodes a row. No interval is drawn: a dot is an episode, and the tables have the intervals. Resolution: one probe period, 10 ms.",
		"episode-a-kill-leader": "n = 3 of single, 3 of etcdraft, 3 of hashiraft (episodes). No interval is drawn: one episode of each is shown. Resolution: one probe period, 10 ms for the bars, a bin for the area.",
		"panels-a-kill-leader":  "n = 3 of single, 3 of etcdraft, 3 of hashiraft (episodes). No interval is drawn. Resolution: a bin of the timeline, 100 ms.",
	}
	for _, c := range plot.All(plottest.Repeats(3)) {
		if w := want[c.Name]; w != "" && c.Basis != w {
			t.Errorf("%s: %q, want %q", c.Name, c.Basis, w)
		}
		delete(want, c.Name)
	}
	for name := range want {
		t.Errorf("no chart %s", name)
	}
}

// Of many episodes those that have a panel are spread over all gaps, from the
// shortest to the longest.
func TestPanelsOfManyEpisodes(t *testing.T) {
	run := plottest.Campaign()
	step := plot.Steps(run)[0]
	c, ok := plot.EpisodePanels(run, step)
	if !ok || !strings.Contains(c.Caption, "8 are shown, evenly from the shortest gap to the longest") {
		t.Fatalf("%v %s", ok, c.Caption)
	}
	s := svg(t, c, plot.Page)
	for _, y := range plot.Systems(run) {
		gaps := plot.GapSpread(y.Occurrences(step), plot.OnInject).Values
		for _, ms := range []float64{gaps[0], gaps[len(gaps)-1]} {
			if ms > 0 && !strings.Contains(s, "gap "+plot.Time(analysis.MS(ms))) && !strings.Contains(s, "gap ≥ "+plot.Time(analysis.MS(ms))) {
				t.Errorf("%s: no panel of the gap of %v ms", y.Name, ms)
			}
		}
	}
	if _, ok := plot.EpisodePanels(plottest.Quickstart(), plot.Steps(plottest.Quickstart())[0]); ok {
		t.Error("panels of a single episode each")
	}
}
