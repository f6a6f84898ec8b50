package plot

import (
	"fmt"
	"math"

	"golang.org/x/image/font"
	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
)

// EpisodeStrips lays one fault step side by side for all systems, on a time
// axis that counts from its injection: what was completed and good, when a new
// leader was chosen, and, in a lane for the cluster and for each node, when
// probes went unanswered. Each system shows its typical episode.
func EpisodeStrips(all []analysis.Summary, step Step) Chart {
	e := newStrips(all, step)
	return Chart{
		Name:  "episode-" + slug(step.Letter+"-"+step.Fault),
		Title: fmt.Sprintf("%s  %s, system by system", step.Letter, plain(step.Fault)),
		Caption: "Seconds from injection; shaded until healing began. Area: operations done by the deadline, by due time. " +
			"Bars: no probe was answered, for the cluster as a whole and for clients of each node." + e.note,
		Basis:  basis(episodesEach(Systems(all), step), noInterval+": one episode of each is shown", probePeriod(Systems(all))+" for the bars, a bin for the area"),
		Alt:    e.alt(),
		keys:   func(Format) []key { return e.keys() },
		height: e.height,
		body:   e.draw,
	}
}

// strips is what the chart of one step shows. Times are seconds from injection.
type strips struct {
	panels   []panel
	from, to float64
	note     string
}

// A panel is one system in it.
type panel struct {
	system System
	na     string
	at     *Occurrence
	bins   []slice // at is from injection
	lanes  []outages
}

type outages struct {
	label   string
	cluster bool
	list    []analysis.Outage
}

func newStrips(all []analysis.Summary, step Step) strips {
	e := strips{from: -1, to: 3}
	for _, s := range Systems(all) {
		if s.Elsewhere(step) {
			continue
		}
		p := panel{system: s}
		occ := s.Occurrences(step)
		if p.at = TypicalOccurrence(occ); p.at == nil {
			p.na = "n/a"
			if len(occ) > 0 {
				p.na += ": " + plain(occ[0].Episode.NA)
			}
		} else {
			p.fill()
			e.to = max(e.to, p.interesting())
			if len(occ) > 1 {
				e.note = " Of several episodes of a system, the one with the median gap is shown."
			}
		}
		e.panels = append(e.panels, p)
	}
	e.to = math.Ceil(e.to)
	e.from = -max(1, math.Round((e.to)/8))
	return e
}

func (p *panel) fill() {
	t, start := p.at.Trial, float64(p.at.Episode.Start)/1000
	width := float64(t.BinMS) / 1000
	for i, b := range t.Timeline {
		s := merge([]analysis.Bin{b}, (float64(i)+0.5)*width-start, float64(t.BinMS))
		p.bins = append(p.bins, s)
	}
	if t.Gaps.Measured {
		p.lanes = append(p.lanes, outages{"cluster", true, t.Gaps.List})
	}
	for _, n := range t.ByNode {
		if n.Gaps.Measured {
			p.lanes = append(p.lanes, outages{plain(n.Node), false, n.Gaps.List})
		}
	}
}

// interesting is when there is nothing more to see: a second and a half after
// healing and after the last outage that the episode caused, but no more than
// four times the fault's length.
func (p *panel) interesting() float64 {
	e := p.at.Episode
	end := float64(e.End)
	windows := []analysis.Window{e.Inject, e.Heal}
	for _, n := range e.ByNode {
		windows = append(windows, n.Inject, n.Heal)
	}
	for _, w := range windows {
		if over := float64(w.Gap.Start + w.Gap.Length); finite(over) {
			end = max(end, over)
		}
	}
	if b := float64(e.Back95); finite(b) {
		end = max(end, float64(e.Start)+b)
	}
	fault := float64(e.End - e.Start)
	end = min(end, float64(e.Start)+4*max(fault, 1000)) + 1500
	last := seconds(p.at.Trial) * 1000
	return (min(end, last) - float64(e.Start)) / 1000
}

// The parts of a panel, in text sizes.
const (
	graphRows = 4.2
	laneRows  = 1.15
	padRows   = 1.1
)

// headRows are for the name and the headline, which has a line of its own where
// the chart is narrow.
func headRows(f Format) float64 {
	if f.Narrow {
		return 2.7
	}
	return 1.5
}

func (p *panel) rows(f Format) float64 {
	if p.at == nil {
		return headRows(f) + 0.4
	}
	return headRows(f) + graphRows + 0.3 + laneRows*float64(len(p.lanes)) + padRows
}

func (e strips) height(f Format) vg.Length {
	rows := 1.4
	for _, p := range e.panels {
		rows += p.rows(f)
	}
	return f.length(rows)
}

func (e strips) keys() []key {
	return []key{
		areaKey("done in time", muted, 0.4),
		lineKey("due", stroke(muted, 0.8, 1, 2, 1.5)),
		areaKey("no service", ink, 0.85),
		areaKey("fault injected", band, 0.25),
		{"new leader", func(c draw.Canvas) { detectMark(c, c.Center().X, c.Center().Y-2) }},
	}
}

// secondsAxis is a plot of rows over the seconds since injection.
func secondsAxis(f Format, from, to float64) *gonum.Plot {
	p := axes(f)
	p.X.Min, p.X.Max = from, to
	n := 10
	if f.Narrow {
		n = 5
	}
	p.X.Tick.Marker = linear(n, func(s float64) string { return count(s) + " s" })
	p.HideY()
	p.Y.Min, p.Y.Max = 0, 1
	return p
}

func (e strips) draw(dc draw.Canvas, f Format) {
	p := secondsAxis(f, e.from, e.to)
	p.Add(plotter(func(c draw.Canvas, x, y func(float64) vg.Length) {
		top := c.Max.Y
		for i := range e.panels {
			e.panels[i].draw(c, f, top, x)
			top -= f.length(e.panels[i].rows(f))
		}
	}))
	p.Draw(draw.Crop(dc, f.length(4.2), 0, 0, 0))
}

func (p *panel) draw(c draw.Canvas, f Format, top vg.Length, x func(float64) vg.Length) {
	left := c.Min.X - f.length(4.2)
	base := top - f.length(1.05)
	bold := letters(p.system.tint(), f.Text, font.WeightBold)
	name := cut(plain(p.system.label()), bold, c.Size().X/2)
	write(c, bold, vg.Point{X: left, Y: base}, name)
	quiet := letters(muted, f.Text*0.95, font.WeightNormal)
	says := vg.Point{X: left + bold.Width(name) + f.length(0.8), Y: base}
	if f.Narrow {
		says = vg.Point{X: left, Y: base - f.length(1.2)}
	}
	if p.at == nil {
		write(c, quiet, says, cut(p.na, quiet, c.Max.X-says.X))
		return
	}
	write(c, quiet, says, cut(p.headline(), quiet, c.Max.X-says.X))
	graph := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
		Min: vg.Point{X: c.Min.X, Y: top - f.length(headRows(f)+graphRows)},
		Max: vg.Point{X: c.Max.X, Y: top - f.length(headRows(f))},
	}}
	lanesBottom := graph.Min.Y - f.length(0.3+laneRows*float64(len(p.lanes)))
	p.shade(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: lanesBottom}, Max: graph.Max}}, x)
	p.graph(graph, f, x)
	for i, l := range p.lanes {
		y := graph.Min.Y - f.length(0.3+laneRows*(float64(i)+0.5))
		l.draw(c, f, y, p.system.tint(), float64(p.at.Episode.Start), x)
	}
}

// headline is the episode in one line.
func (p *panel) headline() string {
	e := p.at.Episode
	line := "gap " + GapSpread([]Occurrence{*p.at}, OnInject).Text()
	if h := e.Heal.Gap; h.Length > 0 {
		line += ", on healing " + Time(h.Length)
	}
	if d := float64(e.Detect); finite(d) {
		line += ", new leader after " + Time(e.Detect)
	}
	if e.Censored {
		line += ", not recovered"
	}
	return line
}

func (p *panel) shade(c draw.Canvas, x func(float64) vg.Length) {
	e := p.at.Episode
	s := span{from: 0, healFrom: float64(e.HealFrom-e.Start) / 1000, to: float64(e.End-e.Start) / 1000}
	bands([]span{s})(c, x, nil)
}

// graph draws good operations as an area under the line of those that were due.
func (p *panel) graph(c draw.Canvas, f Format, x func(float64) vg.Length) {
	due := points(p.bins, func(b slice) float64 { return b.due })
	good := points(p.bins, func(b slice) float64 { return b.good })
	top := 1.0
	for _, d := range due {
		if d.X >= -2 {
			top = max(top, d.Y)
		}
	}
	y := func(v float64) vg.Length { return c.Min.Y + vg.Length(v/(top*1.05))*c.Size().Y }
	c.StrokeLine2(stroke(axis, 1, 0.6), c.Min.X, c.Min.Y, c.Max.X, c.Min.Y)
	area(level(good, 0), good, p.system.tint(), 0.4)(c, x, y)
	line(good, stroke(p.system.tint(), 1, 0.9))(c, x, y)
	line(due, stroke(muted, 0.8, 0.8, 2, 1.5))(c, x, y)
	scale := aligned(letters(muted, f.Text*0.85, font.WeightNormal), text.XRight)
	write(c, scale, vg.Point{X: c.Min.X - f.length(0.4), Y: c.Max.Y - f.length(0.6)}, count(roundTo(top, 2))+"/s")
	if d := float64(p.at.Episode.Detect); finite(d) {
		detectMark(c, x(d/1000), c.Min.Y)
	}
}

// detectMark is a small flag on a pole.
func detectMark(c draw.Canvas, x, y vg.Length) {
	c.StrokeLine2(stroke(ink, 1, 0.9), x, y-1, x, y+8)
	c.SetColor(ink.solid())
	c.Fill(polygon(vg.Point{X: x, Y: y + 8}, vg.Point{X: x + 6, Y: y + 5.8}, vg.Point{X: x, Y: y + 3.6}))
}

func (l outages) draw(c draw.Canvas, f Format, y vg.Length, t tint, startMS float64, x func(float64) vg.Length) {
	label := aligned(letters(muted, f.Text*0.85, font.WeightNormal), text.XRight)
	write(c, label, vg.Point{X: c.Min.X - f.length(0.4), Y: y - f.length(0.3)}, cut(l.label, label, f.length(3.8)))
	c.StrokeLine2(stroke(axis, 0.5, 0.4), c.Min.X, y, c.Max.X, y)
	half := f.length(0.25)
	if l.cluster {
		half = f.length(0.4)
	}
	for _, o := range l.list {
		x0 := x((float64(o.Start) - startMS) / 1000)
		x1 := x((float64(o.Start+o.Length) - startMS) / 1000)
		if x1 < c.Min.X || x0 > c.Max.X {
			continue
		}
		c.SetColor(ink.solid())
		if !l.cluster {
			c.SetColor(ink.alpha(0.6))
		}
		x0, x1 = clampX(c, x0), clampX(c, x1)
		c.Fill(box(x0, y-half, max(x1, x0+0.8), y+half))
		if o.Censored {
			c.Fill(polygon(vg.Point{X: x1, Y: y + half}, vg.Point{X: x1 + half*1.5, Y: y}, vg.Point{X: x1, Y: y - half}))
		}
	}
}

func (e strips) alt() string {
	alt := "Timelines from injection."
	for _, p := range e.panels {
		if p.at == nil {
			alt += fmt.Sprintf(" %s: %s.", p.system.label(), p.na)
			continue
		}
		alt += fmt.Sprintf(" %s: %s.", p.system.label(), p.headline())
	}
	return alt
}

var _ gonum.Plotter = plotter(nil)
