package report

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"nines/analysis/plot"
)

// Of these figures the name says it all.
var plainFigures = []string{
	"repeat", "nodes", "n", "for s", "for ms", "down ms", "sent s", "done s", "session", "bounds", "%", "op/s", "settings",
	"tries per op", "on hit node", "entries between snapshots", "restarts", "replicas", // which the notes of their table explain
}

// Each column of figures, in each table of each page, links to its definition, or is
// one of those that need none.
func TestColumnsAreDefined(t *testing.T) {
	for name := range runs {
		p, err := newPage(manifest(), runs[name](), Beside{})
		if err != nil {
			t.Fatal(err)
		}
		all := slices.Concat(p.Answers, p.Tables, []table{p.Glance})
		for _, s := range p.Systems {
			all = slices.Concat(all, s.Open, s.Folded)
		}
		for _, s := range p.Steps {
			all = slices.Concat(all, s.Open, s.Folded)
		}
		for _, c := range p.Cards {
			for _, s := range c.Stats {
				if s.Term == "" || s.Range == "" {
					t.Errorf("%s: %q on the card of %s is defined nowhere, or has neither an interval nor a dash: %+v", name, s.Name, c.Name, s)
				}
			}
			for _, f := range c.Faults {
				if f.Term == "" {
					t.Errorf("%s: what %s did, on the card of %s, is defined nowhere", name, f.Fault, c.Name)
				}
			}
		}
		for _, tab := range all {
			for i, h := range tab.Heads() {
				if tab.Columns[i].Kind == figure && h.Term == "" && len(tab.Rows) > 0 && !slices.Contains(plainFigures, h.Name) {
					t.Errorf("%s: %q of %q is defined nowhere", name, h.Name, tab.Title)
				}
			}
		}
	}
}

// Each chart links to what it shows, and each link leads somewhere: a definition
// that the page has.
func TestLinksToDefinitions(t *testing.T) {
	to := regexp.MustCompile(`href="#term-([a-z-]+)"`)
	for name := range runs {
		html := pageOf(t, name)
		links := to.FindAllStringSubmatch(html, -1)
		if len(links) == 0 && name != "none" {
			t.Errorf("%s: no link to a definition", name)
		}
		for _, l := range links {
			if !strings.Contains(html, `<dt id="term-`+l[1]+`">`) {
				t.Errorf("%s: nothing defines %s", name, l[1])
			}
		}
		for _, c := range plot.All(runs[name]()) {
			if len(termsOfChart(c.Name)) == 0 {
				t.Errorf("%s: chart %s links to no definition", name, c.Name)
			}
		}
	}
}

func TestTermOf(t *testing.T) {
	outage := table{Means: termOutage}
	for _, c := range []struct {
		in   table
		name string
		want string
	}{
		{table{}, "p99 ms", termResponse}, {outage, "p99 ms", termOutage}, {outage, "median ms", termOutage},
		{outage, "new leader median ms", termDetect}, {outage, "SLO outage median ms", termSLO}, {outage, "partial median ms", termReach},
		{table{}, "heal SLO outage ms", termSLO}, {table{}, "heal gap ms", termGap}, {table{}, "kill(leader): out ms", termOutage},
		{table{}, "worst 1 s", termWindows}, {table{}, "user-uptime", termUptime}, {table{}, "intervals up", termIntervals},
		{table{}, "lost ops", termLost}, {table{}, "lag p99 ms", termLag}, {table{}, "repeat", ""}, {table{}, "A kill(lagging)", termGap}, {table{}, "CPU µs", termCost}, {table{}, "p50 ms", termResponse},
	} {
		if got := c.in.termOf(column{c.name, figure}); got != c.want {
			t.Errorf("%q (%s): %q, want %q", c.name, c.in.Means, got, c.want)
		}
	}
}

// The definitions have an anchor each, and all of them differ.
func TestTermsAreOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, term := range terms(nil) {
		if term.ID == "" || term.Name == "" || term.Value == "" || seen[term.ID] {
			t.Errorf("%+v", term)
		}
		seen[term.ID] = true
	}
	for _, id := range []string{"service-gap", "slo-outage", "user-uptime", "interval-availability", "mcr", "censored", "detection", "lost-ops"} {
		if !seen[id] {
			t.Errorf("nothing defines %s", id)
		}
	}
}
