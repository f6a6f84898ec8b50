package plot

import (
	"fmt"
	"math"
	"strings"

	"golang.org/x/image/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
)

// mostLanes is how many episodes of a system are drawn.
const mostLanes = 60

// EveryEpisode draws each episode of a step as a lane of its own, aligned at the
// injection, in the order in which they happened. ok is false where no system has
// several.
func EveryEpisode(all []analysis.Summary, step Step) (c Chart, ok bool) {
	e := newEveryEpisode(all, step)
	most := 0
	for i := range e.systems {
		s := &e.systems[i]
		most = max(most, len(s.episodes))
		e.left += max(0, len(s.episodes)-mostLanes)
		s.episodes = s.episodes[:min(len(s.episodes), mostLanes)]
	}
	if most < 2 {
		return Chart{}, false
	}
	return Chart{
		Name:    "episodes-" + slug(step.Letter+"-"+step.Fault),
		Title:   fmt.Sprintf("%s  %s, every episode", step.Letter, plain(step.Fault)),
		Caption: e.caption(),
		Basis:   basis(episodesEach(Systems(all), step), noInterval+": every episode is shown", probePeriod(Systems(all))),
		Alt:     e.alt(),
		keys:    func(Format) []key { return everyKeys() },
		height:  func(f Format) vg.Length { return f.length(1.6) + e.rows(f) },
		body:    e.draw,
	}, true
}

// everyEpisode has the episodes of a step. Times are seconds from injection.
type everyEpisode struct {
	systems  []episodesOf
	from, to float64
	left     int // not drawn
}

type episodesOf struct {
	System
	episodes []Occurrence
}

func newEveryEpisode(all []analysis.Summary, step Step) everyEpisode {
	e := everyEpisode{from: -0.5, to: 2}
	for _, s := range Systems(all) {
		of := episodesOf{System: s}
		for _, o := range s.Occurrences(step) {
			if o.Episode.NA != "" {
				continue
			}
			of.episodes = append(of.episodes, o)
			p := panel{at: &o}
			e.to = max(e.to, p.interesting())
		}
		if len(of.episodes) > 0 {
			e.systems = append(e.systems, of)
		}
	}
	e.to = math.Ceil(e.to)
	return e
}

func (e everyEpisode) caption() string {
	text := "Seconds from injection, one lane an episode, in the order in which they happened. Strong: nobody was served. " +
		"Faint: clients of some nodes were not; the stronger, the more nodes. Shaded until healing began."
	if e.left > 0 {
		text += fmt.Sprintf(" Not drawn: %d more.", e.left)
	}
	return text + e.modelledNote()
}

// modelledNote says which systems were in virtual time.
func (e everyEpisode) modelledNote() string {
	var modelled []string
	for _, s := range e.systems {
		if s.episodes[0].Trial.Facts.Virtual {
			modelled = append(modelled, plain(s.Name))
		}
	}
	switch {
	case len(modelled) == len(e.systems):
		return " MODELLED."
	case len(modelled) > 0:
		return " MODELLED: " + strings.Join(modelled, ", ") + "."
	}
	return ""
}

func everyKeys() []key {
	return []key{
		areaKey("nobody served", ink, 0.85),
		areaKey("some nodes' clients not", ink, 0.25),
		areaKey("fault injected", band, 0.25),
		{"new leader", func(c draw.Canvas) { tick(c, muted, c.Center(), 4) }},
		{"back at 95 %", func(c draw.Canvas) { dot(c, muted, c.Center()) }},
	}
}

// The rows of a system, in text sizes.
const (
	nameRows = 1.7
	thinRows = 0.62
)

func (e everyEpisode) rows(f Format) vg.Length {
	n := 0.0
	for _, s := range e.systems {
		n += nameRows + thinRows*float64(len(s.episodes))
	}
	return f.length(n)
}

func (e everyEpisode) draw(dc draw.Canvas, f Format) {
	p := secondsAxis(f, e.from, e.to)
	p.Add(rules(ticksOf(p.X), nil), plotter(func(c draw.Canvas, x, y func(float64) vg.Length) {
		top := c.Max.Y
		for _, s := range e.systems {
			write(c, letters(s.tint(), f.Text, font.WeightBold), vg.Point{X: c.Min.X, Y: top - f.length(1.15)}, s.label())
			says := aligned(letters(muted, f.Text*0.95, font.WeightNormal), text.XRight)
			write(c, says, vg.Point{X: c.Max.X, Y: top - f.length(1.15)}, fmt.Sprintf("n = %d", len(s.episodes)))
			top -= f.length(nameRows)
			for _, o := range s.episodes {
				o.draw(c, s.tint(), f.length(thinRows), top, x)
				top -= f.length(thinRows)
			}
		}
	}))
	p.Draw(dc)
}

// draw fills one lane, whose upper edge is at top.
func (o Occurrence) draw(c draw.Canvas, t tint, high, top vg.Length, x func(float64) vg.Length) {
	e := o.Episode
	at := func(ms analysis.MS) vg.Length { return clampX(c, x(float64(ms-e.Start)/1000)) }
	fill := func(t tint, alpha float64, from, to analysis.MS, part vg.Length) {
		x0, x1 := at(from), at(to)
		if x1 <= x0 {
			return
		}
		inset := high * (1 - part) / 2
		c.SetColor(t.alpha(alpha))
		c.Fill(box(x0, top-high+inset, x1, top-inset))
	}
	fill(band, 0.16, e.Start, e.HealFrom, 1)
	nodes := float64(max(1, len(o.Trial.ByNode)))
	for _, n := range o.Trial.ByNode {
		for _, g := range n.Gaps.List {
			fill(ink, 0.5/nodes, g.Start, g.Start+g.Length, 0.72)
		}
	}
	for _, g := range o.Trial.Gaps.List {
		fill(ink, 0.85, g.Start, g.Start+g.Length, 0.72)
	}
	middle := top - high/2
	if d := e.Start + e.Detect; finite(float64(d)) {
		tick(c, t, vg.Point{X: at(d), Y: middle}, high*0.55)
	}
	if b := e.Start + e.Back95; finite(float64(b)) && !e.Censored && e.Back95 > 0 && at(b) < c.Max.X {
		dot(c, t, vg.Point{X: at(b), Y: middle})
	}
}

func tick(c draw.Canvas, t tint, at vg.Point, half vg.Length) {
	c.StrokeLine2(stroke(t, 1, 1.6), at.X, at.Y-half, at.X, at.Y+half)
}

func dot(c draw.Canvas, t tint, at vg.Point) {
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: t.solid(), Radius: 1.7, Shape: draw.CircleGlyph{}}, at)
}

func (e everyEpisode) alt() string {
	alt := "A lane for each episode, from injection."
	for _, s := range e.systems {
		alt += fmt.Sprintf(" %s: gap on injection %s.", s.label(), GapSpread(s.episodes, OnInject).Text())
	}
	return alt
}
