package plot_test

import (
	"path/filepath"
	"strings"
	"testing"

	"nines/analysis/plot"
	"nines/analysis/project"
)

func TestDowntime(t *testing.T) {
	cost := func(class string, mid float64) project.Cost {
		return project.Cost{Class: class, Expected: project.Figure(mid), Share: 0.5}
	}
	outlook := func(x float64) project.Outlook { return project.Outlook{Expected: project.Figure(x)} }
	for name, ps := range map[string][]*project.Projection{
		"two": {
			{System: "raft (3 nodes)", Low: outlook(30), Mid: outlook(90), High: outlook(300), Classes: []project.Cost{cost("crash", 60), cost("slow disk", 30)}},
			{System: "paxos (3 nodes)", Low: outlook(20), Mid: outlook(20), High: outlook(20), LowerBound: true, Classes: []project.Cost{cost("slow disk", 20)}},
		},
		"no downtime": {{System: "calm"}},
		"hostile":     {{System: "<b>\x00|" + strings.Repeat("long ", 60), Mid: outlook(1e9), High: outlook(1e9), Classes: []project.Cost{cost("<i>&", 1e9)}}},
	} {
		c := plot.Downtime(ps)
		for _, f := range []plot.Format{plot.Page, plot.Wide, plot.Narrow} {
			svg, err := c.SVG(f)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			wellFormed(t, name, svg)
		}
		png, err := c.PNG(plot.Page)
		if err != nil {
			t.Fatal(err)
		}
		notBlank(t, name, png)
		if *out != "" {
			keep(t, filepath.Join(*out, "downtime-"+name), []plot.Chart{c})
		}
		if name != "two" {
			continue
		}
		want := "Projected downtime of a year. raft (3 nodes): 1.5 min, from 30 s to 5 min with low and high rates, crash 60 s, slow disk 30 s." +
			" paxos (3 nodes): 20 s, from 20 s to 20 s with low and high rates, slow disk 20 s."
		if c.Alt != want {
			t.Errorf("for those who cannot see it: %s", c.Alt)
		}
		svg, _ := c.SVG(plot.Wide)
		for _, text := range []string{"≥ 20 s a year", "1.5 min a year", ">crash<", ">slow disk<", ">2 min<"} {
			if !strings.Contains(string(svg), text) {
				t.Errorf("the chart says nothing of %q", text)
			}
		}
	}
}
