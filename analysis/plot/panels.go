package plot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/image/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
)

// mostPanels is how many episodes of a system have a panel. Of each cell of a matrix that
// has many of them it is fewPanels or, so that all together stay about allPanels, less.
const (
	mostPanels = 8
	fewPanels  = 4
	allPanels  = 160
)

// EpisodePanels draws episodes of a step side by side, each in a small panel of its
// own, aligned at the injection: what was due, and what of it was good. Of many
// episodes of a system some are chosen, evenly by the length of the gap. ok is false
// where no system has several.
func EpisodePanels(all []analysis.Summary, step Step) (c Chart, ok bool) {
	return episodePanels(newEveryEpisode(all, step), step, Systems(all), mostPanels)
}

// PanelsBySystem are the same with a chart for each system: all cells of a matrix in which
// it met the step. There are none where the systems are many.
func PanelsBySystem(all []analysis.Summary, step Step) (charts []Chart) {
	wholes := WholeSystems(all)
	if len(wholes) > ManySystems {
		return nil
	}
	e := newEveryEpisode(all, step)
	panels := max(2, min(fewPanels, allPanels/len(Systems(all))))
	for _, whole := range wholes {
		own := e
		own.systems = nil
		for _, s := range e.systems {
			if slices.Contains(whole.Trials, s.Trials[0]) {
				own.systems = append(own.systems, s)
			}
		}
		if c, ok := episodePanels(own, step, own.cells(), panels); ok {
			c.Name += "-" + slug(whole.Name)
			c.Title = plain(whole.Name) + ", " + plain(step.Fault) + ", episode by episode"
			charts = append(charts, c)
		}
	}
	return charts
}

func (e everyEpisode) cells() (out []System) {
	for _, s := range e.systems {
		out = append(out, s.System)
	}
	return out
}

func episodePanels(e everyEpisode, step Step, systems []System, panels int) (c Chart, ok bool) {
	e.systems = slices.Clone(e.systems)
	most, fewer := 0, false
	for i := range e.systems {
		s := &e.systems[i]
		most = max(most, len(s.episodes))
		fewer = fewer || len(s.episodes) > panels
		s.episodes = evenly(s.episodes, panels)
	}
	if most < 2 {
		return Chart{}, false
	}
	m := multiples{everyEpisode: e, total: map[string]int{}}
	for _, s := range systems {
		for _, o := range s.Occurrences(step) {
			if o.Episode.NA == "" {
				m.total[s.Name]++
			}
		}
	}
	caption := "A panel for each episode, on the same axes: seconds from injection, shaded until healing began, and operations a second. " +
		"Area: done by the deadline, by due time. Dashed: due."
	if fewer {
		caption += fmt.Sprintf(" Of each system's episodes, %d are shown, evenly from the shortest gap to the longest.", panels)
	}
	return Chart{
		Name:    "panels-" + slug(step.Letter+"-"+step.Fault),
		Title:   fmt.Sprintf("%s  %s, episode by episode", step.Letter, plain(step.Fault)),
		Caption: caption + e.modelledNote(),
		Basis:   basis(episodesEach(systems, step), noInterval, "a bin of the timeline, "+short(float64(e.systems[0].Trials[0].BinMS))),
		Alt:     e.alt(),
		keys: func(Format) []key {
			return []key{
				areaKey("done in time", muted, 0.4), lineKey("due", stroke(muted, 0.8, 1, 2, 1.5)), areaKey("fault injected", band, 0.25),
				{"new leader", func(c draw.Canvas) { detectMark(c, c.Center().X, c.Center().Y-2) }},
			}
		},
		height: m.height,
		body:   m.draw,
	}, true
}

// evenly chooses n of the episodes by the length of their gaps, the shortest and the
// longest among them. They stay in the order in which they happened.
func evenly(all []Occurrence, n int) []Occurrence {
	if len(all) <= n {
		return all
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(all[a].Episode.Inject.Gap.Length, all[b].Episode.Inject.Gap.Length)
	})
	chosen := make([]int, n)
	for i := range chosen {
		chosen[i] = order[i*(len(all)-1)/(n-1)]
	}
	slices.Sort(chosen)
	out := make([]Occurrence, n)
	for i, at := range chosen {
		out[i] = all[at]
	}
	return out
}

// multiples are the panels of all systems.
type multiples struct {
	everyEpisode
	total map[string]int // episodes by system, those that are not shown included
}

// The parts of a panel, in text sizes.
const (
	panelHead  = 1.4
	panelGraph = 4.4
	panelTicks = 1.6
	panelGap   = 1.2 // to the next one, to the right
)

func (f Format) panelsInARow() int {
	if f.Narrow {
		return 2
	}
	return 4
}

func (m multiples) height(f Format) vg.Length {
	rows := 0.3
	for _, s := range m.systems {
		lines := (len(s.episodes) + f.panelsInARow() - 1) / f.panelsInARow()
		rows += nameRows + float64(lines)*(panelHead+panelGraph+panelTicks)
	}
	return f.length(rows)
}

func (m multiples) draw(dc draw.Canvas, f Format) {
	dc.Min.X += f.length(2.8) // for the rates
	top := dc.Max.Y
	n := vg.Length(f.panelsInARow())
	width := (dc.Size().X - (n-1)*f.length(panelGap)) / n
	for _, s := range m.systems {
		write(dc, letters(s.tint(), f.Text, font.WeightBold), vg.Point{X: dc.Min.X, Y: top - f.length(1.15)}, s.label())
		says := aligned(letters(muted, f.Text*0.95, font.WeightNormal), text.XRight)
		write(dc, says, vg.Point{X: dc.Max.X, Y: top - f.length(1.15)}, fmt.Sprintf("n = %d", m.total[s.Name]))
		top -= f.length(nameRows)
		panels := m.panels(s)
		highest := 1.0
		for _, p := range panels {
			highest = max(highest, p.highest())
		}
		for i := range panels {
			at := i % f.panelsInARow()
			area := draw.Canvas{Canvas: dc.Canvas}
			area.Min.X = dc.Min.X + vg.Length(at)*(width+f.length(panelGap))
			area.Max.X = area.Min.X + width
			area.Max.Y = top - f.length(panelHead)
			area.Min.Y = area.Max.Y - f.length(panelGraph)
			panels[i].small(area, f, m.everyEpisode, highest, at == 0)
			if at == f.panelsInARow()-1 || i == len(panels)-1 {
				top -= f.length(panelHead + panelGraph + panelTicks)
			}
		}
	}
}

// panels are those of a system, each with no more of its trial than is seen.
func (m multiples) panels(s episodesOf) []panel {
	out := make([]panel, len(s.episodes))
	for i := range s.episodes {
		p := &out[i]
		p.system, p.at = s.System, &s.episodes[i]
		p.fill()
		p.bins = slices.DeleteFunc(p.bins, func(b slice) bool { return b.at < m.from || b.at > m.to })
	}
	return out
}

func (p *panel) highest() float64 {
	top := 0.0
	for _, b := range p.bins {
		top = max(top, b.due, b.good)
	}
	return top
}

// small draws a panel into the area of its graph.
func (p *panel) small(c draw.Canvas, f Format, e everyEpisode, highest float64, first bool) {
	x := func(s float64) vg.Length { return c.Min.X + vg.Length((s-e.from)/(e.to-e.from))*c.Size().X }
	y := func(v float64) vg.Length { return c.Min.Y + vg.Length(v/(highest*1.05))*c.Size().Y }
	faint := letters(muted, f.Text*0.85, font.WeightNormal)
	says := GapSpread([]Occurrence{*p.at}, OnInject)
	head := "gap " + says.Text()
	if f.Narrow || faint.Width(head) > c.Size().X {
		head, _, _ = strings.Cut(head, " ±")
	}
	write(c, faint, vg.Point{X: c.Min.X, Y: c.Max.Y + f.length(0.35)}, cut(head, faint, c.Size().X))
	p.shade(c, x)
	c.StrokeLine2(stroke(axis, 1, 0.6), c.Min.X, c.Min.Y, c.Max.X, c.Min.Y)
	good := points(p.bins, func(b slice) float64 { return b.good })
	area(level(good, 0), good, p.system.tint(), 0.4)(c, x, y)
	line(good, stroke(p.system.tint(), 1, 0.9))(c, x, y)
	line(points(p.bins, func(b slice) float64 { return b.due }), stroke(muted, 0.8, 0.7, 2, 1.5))(c, x, y)
	if d := float64(p.at.Episode.Detect); finite(d) {
		detectMark(c, x(d/1000), c.Min.Y)
	}
	if first {
		right := aligned(faint, text.XRight)
		write(c, right, vg.Point{X: c.Min.X - f.length(0.4), Y: c.Max.Y - f.length(0.6)}, count(roundTo(highest, 2))+"/s")
	}
	ticks := aligned(faint, text.XCenter)
	for _, t := range linear(3, func(s float64) string { return count(s) + " s" })(e.from, e.to) {
		at := x(t.Value)
		c.StrokeLine2(stroke(axis, 1, 0.6), at, c.Min.Y, at, c.Min.Y-2.5)
		if half := ticks.Width(t.Label) / 2; at-half >= c.Min.X-f.length(0.6) && at+half <= c.Max.X+f.length(0.6) {
			write(c, ticks, vg.Point{X: at, Y: c.Min.Y - f.length(1.1)}, t.Label)
		}
	}
}
