package plot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"nines/analysis"
	"nines/analysis/episodes"
	"nines/analysis/plot"
	"nines/analysis/plot/plottest"
)

// TestOutages: in the campaign nobody misses a follower, so that only a killed
// leader has curves: measured, and apart from that as modelled.
func TestOutages(t *testing.T) {
	all := plottest.Campaign()
	charts := plot.Outages(all)
	var names []string
	for _, c := range charts {
		names = append(names, c.Name)
	}
	if want := []string{"outage-kill-leader", "outage-kill-leader-modelled"}; !slices.Equal(names, want) {
		t.Fatalf("charts %v, want %v", names, want)
	}
	for _, c := range []struct{ text, want string }{
		{charts[0].Alt, "etcdraft (n = 40): median 1.26 s"},
		{charts[0].Alt, "hashiraft (n = 12, 1 not ended): median 2.29 s"},
		{charts[0].Caption, "Not drawn, with fewer than 5 episodes: 1."},
		{charts[0].Basis, "Resolution: one probe period, 10 ms"},
		{charts[0].Basis, "95 % interval"},
		{charts[0].Caption, "lower bound"},
		{charts[1].Caption, "MODELLED"},
		{charts[1].Title, "modelled"},
	} {
		if !strings.Contains(c.text, c.want) {
			t.Errorf("%q does not say %q", c.text, c.want)
		}
	}
	if strings.Contains(charts[0].Alt, "single") || strings.Contains(charts[0].Caption, "MODELLED") {
		t.Errorf("the measured chart has what does not belong: %s %s", charts[0].Caption, charts[0].Alt)
	}
	if few := plot.Outages(plottest.Repeats(3)); len(few) != 0 {
		t.Errorf("%d charts of three episodes", len(few))
	}
}

// Of more classes than have a chart those with the longest outages are drawn, and the
// last chart says how many are not.
func TestOutagesOfManyClasses(t *testing.T) {
	var all []analysis.Summary
	one := plottest.Campaign()[0]
	for i := range 14 {
		s := one
		s.Episodes = slices.Clone(s.Episodes[:12])
		for k := range s.Episodes {
			e := &s.Episodes[k]
			e.Fault = fmt.Sprintf("x%02d", i)
			e.Out.Total = analysis.MS(100*(14-i) + k)
			e.Out.Count = 1
		}
		all = append(all, s)
	}
	charts := plot.Outages(all)
	if len(charts) != 12 || charts[0].Name != "outage-x00" || charts[11].Name != "outage-x11" {
		t.Fatalf("%d charts, from %s on: want the 12 of the longest outages", len(charts), charts[0].Name)
	}
	if want := "Not drawn, as 14 classes of faults are too many: 2 with shorter outages; the tables have them."; !strings.Contains(charts[11].Caption, want) {
		t.Errorf("nothing of %q in %s", want, charts[11].Caption)
	}
	if strings.Contains(charts[0].Caption, "too many") {
		t.Error("it is said more than once")
	}
}

// More systems than a chart has room for go on in a further one.
func TestOutagesOfManySystems(t *testing.T) {
	var all []analysis.Summary
	one := plottest.Campaign()[0]
	for i := range plot.ManySystems + 2 {
		s := one
		s.Facts.System = fmt.Sprintf("s%02d", i)
		s.Episodes = slices.Clone(s.Episodes[:12])
		all = append(all, s)
	}
	charts := plot.Outages(all)
	if len(charts) != 2 || !strings.HasSuffix(charts[1].Title, ", systems 9 to 10 of 10") || !strings.Contains(charts[1].Alt, "s09") || strings.Contains(charts[1].Alt, "s07") {
		t.Fatalf("%d charts: %+v", len(charts), charts)
	}
}

func TestEveryEpisode(t *testing.T) {
	for _, c := range []struct {
		name string
		all  []analysis.Summary
		want int
	}{{"campaign", plottest.Campaign(), 2}, {"repeats", plottest.Repeats(3), 2}, {"one of each", plottest.Quickstart(), 0}} {
		n := 0
		for _, step := range plot.Steps(c.all) {
			if chart, ok := plot.EveryEpisode(c.all, step); ok {
				n++
				if !strings.Contains(chart.Basis, "Resolution: one probe period, 10 ms") {
					t.Errorf("%s: %q has no resolution", c.name, chart.Basis)
				}
			}
		}
		if n != c.want {
			t.Errorf("%s: %d charts, want %d", c.name, n, c.want)
		}
	}
}

func TestClasses(t *testing.T) {
	all := plottest.Campaign()
	all[0].Episodes[2].For = 1000
	var got []string
	for _, c := range plot.Classes(episodes.Of(all)) {
		got = append(got, c.Name)
	}
	want := []string{"kill(follower)", "kill(follower), modelled", "kill(leader) for 1 s", "kill(leader) for 3 s", "kill(leader) for 3 s, modelled"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
