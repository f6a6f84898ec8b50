package plot

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"golang.org/x/image/font"
	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis/project"
)

// Downtime shows the projected downtime of a year of each system, stacked by class
// of fault; the marks are E with low and high rates.
func Downtime(ps []*project.Projection) Chart {
	classes := downtimeClasses(ps)
	return Chart{
		Name: "downtime", Title: "Projected downtime of a year, by class of fault",
		Caption: "Bar: expected, stacked by class. Line below: from low to high rates. " +
			"A class keeps its colour in all systems.",
		Basis: basis(downtimeEpisodes(ps), fmt.Sprintf("%s: the line is the range of the rates, and the %g %% intervals are in the tables", noInterval, 100*project.Level), downtimeResolution(ps)),
		Alt:   downtimeAlt(ps),
		keys: func(f Format) []key {
			var keys []key
			style := letters(ink, f.Text, font.WeightNormal)
			for i, c := range classes {
				keys = append(keys, areaKey(cut(plain(c), style, f.Width-f.length(4)), classTint(i), classAlpha(i)))
			}
			return append(keys, lineKey("low to high rates", stroke(ink, 1, 1.1)))
		},
		height: func(f Format) vg.Length { return f.length(downtimeRow(f))*vg.Length(len(ps)) + f.length(2.6) },
		body:   func(dc draw.Canvas, f Format) { drawDowntime(dc, f, ps, classes) },
	}
}

// downtimeEpisodes is what the outages of each system are from.
func downtimeEpisodes(ps []*project.Projection) string {
	var n []string
	for _, p := range ps {
		n = append(n, fmt.Sprintf("%d of %s", p.Episodes, plain(p.System)))
	}
	return strings.Join(n, ", ") + " (episodes)"
}

// downtimeResolution is how finely the outages are known: to the longest probe period.
func downtimeResolution(ps []*project.Projection) string {
	longest, known := 0.0, true
	for _, p := range ps {
		known = known && p.Resolution > 0
		longest = max(longest, float64(p.Resolution)) // NaN is not larger
	}
	switch {
	case longest == 0:
		return "not known, the outages were measured elsewhere"
	case !known:
		return "an outage is known to one probe period, " + short(1000*longest) + ", where it was measured by probes"
	}
	return "an outage is known to one probe period, " + short(1000*longest)
}

func downtimeRow(f Format) float64 {
	if f.Narrow {
		return 4.6
	}
	return 3.4
}

// mostClasses have a colour of their own; what is left shares one.
const mostClasses = 2 * len(palette)

// downtimeClasses are those that cost anything, the costliest first, by their sum.
func downtimeClasses(ps []*project.Projection) []string {
	var names []string
	sum := map[string]float64{}
	for _, p := range ps {
		for _, c := range p.Classes {
			if c.Expected > 0 && !slices.Contains(names, c.Class) {
				names = append(names, c.Class)
			}
			sum[c.Class] += float64(c.Expected)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int {
		switch {
		case sum[a] > sum[b]:
			return -1
		case sum[a] < sum[b]:
			return 1
		}
		return 0
	})
	return names
}

func classTint(i int) tint { return palette[i%len(palette)] }

func classAlpha(i int) float64 {
	if i%mostClasses >= len(palette) {
		return 0.4
	}
	return 0.85
}

func drawDowntime(dc draw.Canvas, f Format, ps []*project.Projection, classes []string) {
	names, words := letters(ink, f.Text, font.WeightNormal), letters(muted, f.Text*0.95, font.WeightNormal)
	left, room, longest := vg.Length(0), vg.Length(0), 0.0
	for _, p := range ps {
		left = max(left, names.Width(plain(p.System))+f.length(0.8))
		room = max(room, words.Width(yearText(p))+f.length(1.4))
		longest = max(longest, float64(p.High.Expected))
	}
	left = min(left, f.Width/4)
	if f.Narrow {
		left = f.length(0.6)
	}
	if longest == 0 {
		longest = 60
	}
	ax := axes(f)
	ax.X.Min, ax.X.Max = 0, longest
	ax.X.Tick.Marker = yearTicks(longest, f)
	row := f.length(downtimeRow(f))
	ax.Y.Min, ax.Y.Max = 0, float64(row)*float64(len(ps))
	ax.HideY()
	ax.Add(rules(ticksOf(ax.X), nil), plotter(func(c draw.Canvas, x, y func(float64) vg.Length) {
		top := c.Max.Y
		for _, p := range ps {
			drawYear(c, f, p, classes, left, top, x)
			top -= row
		}
	}))
	ax.Draw(draw.Crop(dc, left, -room, 0, 0))
}

// yearTicks are round in the unit that suits the axis.
func yearTicks(longest float64, f Format) ticker {
	n := 8.0
	if f.Narrow {
		n = 4
	}
	unit, name := timeUnit(longest)
	return func(lo, hi float64) []gonum.Tick {
		return every(niceStep((hi-lo)/unit/n)*unit, func(v float64) string {
			if v == 0 {
				return "0"
			}
			return project.Digits(v/unit) + " " + name
		}, lo, hi)
	}
}

func yearText(p *project.Projection) string {
	text := project.Duration(float64(p.Mid.Expected)) + " a year"
	if p.LowerBound {
		text = "≥ " + text
	}
	return text
}

// timeUnit is the unit, in seconds, for an axis up to longest.
func timeUnit(longest float64) (float64, string) {
	switch {
	case longest < 1:
		return 1e-3, "ms"
	case longest < 120:
		return 1, "s"
	case longest < 7200:
		return 60, "min"
	case longest < 3*86400:
		return 3600, "h"
	}
	return 86400, "d"
}

// drawYear draws one system, from top down: its name where there is no room
// beside, the bar, and below it the line from low to high.
func drawYear(c draw.Canvas, f Format, p *project.Projection, classes []string, left, top vg.Length, x func(float64) vg.Length) {
	style := letters(ink, f.Text, font.WeightNormal)
	middle := top - f.length(1.2)
	if f.Narrow {
		write(c, style, vg.Point{X: c.Min.X, Y: top - f.length(1)}, cut(plain(p.System), style, f.Width-f.length(1.5)))
		middle = top - f.length(2.3)
	} else {
		write(c, style, vg.Point{X: c.Min.X - left, Y: middle - f.length(0.35)}, cut(plain(p.System), style, left-f.length(0.6)))
	}
	half, at := f.length(0.6), 0.0
	for i, name := range classes {
		v := classCost(p, name)
		if v == 0 {
			continue
		}
		c.SetColor(classTint(i).alpha(classAlpha(i)))
		c.Fill(box(x(at), middle-half, x(at+v), middle+half))
		at += v
	}
	low, high := float64(p.Low.Expected), float64(p.High.Expected)
	far := x(at)
	if low < high {
		whisker(c, x(low), x(high), middle-f.length(1.1), f.length(0.35))
		far = max(far, x(high))
	}
	write(c, letters(muted, f.Text*0.95, font.WeightNormal), vg.Point{X: far + f.length(0.6), Y: middle - f.length(0.33)}, yearText(p))
}

func classCost(p *project.Projection, class string) (v float64) {
	for _, c := range p.Classes {
		if c.Class == class {
			v += float64(c.Expected)
		}
	}
	return v
}

func downtimeAlt(ps []*project.Projection) string {
	alt := "Projected downtime of a year."
	for _, p := range ps {
		alt += fmt.Sprintf(" %s: %s, from %s to %s with low and high rates", plain(p.System),
			project.Duration(float64(p.Mid.Expected)), project.Duration(float64(p.Low.Expected)), project.Duration(float64(p.High.Expected)))
		for _, c := range p.Classes {
			if share := float64(c.Share); share > 0 && !math.IsNaN(share) {
				alt += fmt.Sprintf(", %s %s", plain(c.Class), project.Duration(float64(c.Expected)))
			}
		}
		alt += "."
	}
	return alt
}
