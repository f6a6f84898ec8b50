package plot

import (
	"fmt"
	"strings"

	"nines/analysis"
)

// ManySystems is how many systems, counting each cell of a matrix, are shown one by
// one, with a curve each; of more, only what sets them side by side.
const ManySystems = 8

// All draws up every chart of a run: the percentiles and the gaps, then
// throughput and latency over time of each system, then each fault step. Where the
// systems are many, those that have a curve or a chart for each are left out. Names
// are unique.
func All(summaries []analysis.Summary) []Chart {
	if len(summaries) == 0 {
		return nil
	}
	if maps := Tolerance(summaries); maps != nil { // its trials measure nothing else
		return maps
	}
	steps := Steps(summaries)
	few := len(Systems(summaries)) <= ManySystems
	var charts []Chart
	if few {
		charts = append(charts, Percentiles(summaries))
	}
	if len(steps) > 0 {
		charts = append(charts, Gaps(summaries))
	}
	if c, ok := Windows(summaries); ok {
		charts = append(charts, c)
	}
	charts = append(charts, Outages(summaries)...)
	if c, ok := Load(summaries); ok {
		charts = append(charts, c)
	}
	if c, ok := Doubt(summaries); ok {
		charts = append(charts, c)
	}
	if few {
		for _, s := range Systems(summaries) {
			charts = append(charts, OverTime(s, steps)...)
		}
	}
	for _, step := range steps {
		charts = append(charts, EpisodeStrips(summaries, step))
		if few {
			charts = append(charts, Episodes(summaries, step)...)
		}
	}
	used := map[string]int{}
	for i := range charts {
		name := charts[i].Name
		if used[name]++; used[name] > 1 {
			charts[i].Name = fmt.Sprintf("%s-%d", name, used[name])
		}
	}
	return charts
}

// Episodes are the charts of a step that some system met several times: a lane for
// each episode, and panels of some.
func Episodes(all []analysis.Summary, step Step) []Chart {
	var charts []Chart
	for _, of := range []func([]analysis.Summary, Step) (Chart, bool){EveryEpisode, EpisodePanels} {
		if c, ok := of(all, step); ok {
			charts = append(charts, c)
		}
	}
	return charts
}

// OverTime are the charts of one system over time, on the same axis: throughput with
// what its nodes were, latency, and the map of response times where the trial has one.
func OverTime(s System, steps []Step) []Chart {
	charts := []Chart{Throughput(s, steps), Latency(s, steps)}
	if c, ok := Heat(s, steps); ok {
		charts = append(charts, c)
	}
	return charts
}

// WriteAll draws each chart as NAME.svg and NAME.png and hands the files to
// write, which is to keep each whole or not at all.
func WriteAll(charts []Chart, write func(name string, data []byte) error) error {
	for _, c := range charts {
		svg, err := c.SVG(Page)
		if err != nil {
			return err
		}
		if err := write(c.Name+".svg", svg); err != nil {
			return fmt.Errorf("write chart %s: %w", c.Name, err)
		}
		png, err := c.PNG(Page)
		if err != nil {
			return err
		}
		if err := write(c.Name+".png", png); err != nil {
			return fmt.Errorf("write chart %s: %w", c.Name, err)
		}
	}
	return nil
}

// slug makes a file name of a label: lower case letters, digits and single
// hyphens, at most 48 of them, never empty.
func slug(label string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(label) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 48 {
			break
		}
	}
	if s := strings.Trim(b.String(), "-"); s != "" {
		return s
	}
	return "x"
}
