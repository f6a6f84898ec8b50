package plot

import (
	"fmt"
	"math"

	"golang.org/x/image/font"
	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
)

// Gaps compares the service gaps that each fault caused in each system: the
// upper bar of a row is the gap that began between injection and healing, the
// lower one, hollow, the gap that began at or after healing. Of several
// episodes the bar is the median and each is a dot; the whisker is the
// resolution, one probe period to either side.
func Gaps(all []analysis.Summary) Chart {
	rows, systems := gapRows(all), Systems(all)
	return Chart{
		Name: "gaps", Title: "Service gap for each fault",
		Caption: "How long no probe of any node was answered. Solid: after the fault was injected. " +
			"Hollow: after it was healed. Whiskers: the resolution, one probe period to either side.",
		Basis:  basis(gapEpisodes(rows)+" a row", noInterval+": a dot is "+dotMeans(rows)+", and the tables have the intervals", probePeriod(systems)),
		Alt:    gapsAlt(rows),
		height: func(f Format) vg.Length { return rowsHeight(rows, f) + f.length(2.6) },
		body:   func(dc draw.Canvas, f Format) { drawGaps(dc, f, rows) },
	}
}

// A gapRow is a heading (no system) or one system's gaps.
type gapRow struct {
	heading      string
	system       *System
	na           string
	inject, heal Spread
}

func gapRows(all []analysis.Summary) []gapRow {
	systems := Systems(all)
	var rows []gapRow
	for _, step := range Steps(all) {
		rows = append(rows, gapRow{heading: step.Letter + "  " + plain(step.Fault)})
		for i := range systems {
			if systems[i].Elsewhere(step) {
				continue
			}
			occ := systems[i].Occurrences(step)
			row := gapRow{system: &systems[i], inject: GapSpread(occ, OnInject), heal: GapSpread(occ, OnHeal)}
			if TypicalOccurrence(occ) == nil {
				row.na = "n/a"
				if len(occ) > 0 && occ[0].Episode.NA != "" {
					row.na += ": " + plain(occ[0].Episode.NA)
				}
			} else if len(row.inject.Values) == 0 {
				row.na = "not measured: the trial had no probes"
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// gapEpisodes is how many episodes a row has.
func gapEpisodes(rows []gapRow) string {
	least, most := math.MaxInt, 0
	for _, r := range rows {
		if n := len(r.inject.Values); n > 0 {
			least, most = min(least, n), max(most, n)
		}
	}
	switch {
	case most == 1:
		return "1 episode"
	case least >= most:
		return fmt.Sprintf("%d episodes", most)
	}
	return fmt.Sprintf("%d to %d episodes", least, most)
}

func (r gapRow) height(f Format) vg.Length {
	switch {
	case r.system == nil:
		return f.length(2.3)
	case f.Narrow:
		return f.length(3.4) // the name stands above the bars
	}
	return f.length(2.2)
}

func rowsHeight(rows []gapRow, f Format) vg.Length {
	h := vg.Length(0)
	for _, r := range rows {
		h += r.height(f)
	}
	return max(h, f.length(3))
}

func drawGaps(dc draw.Canvas, f Format, rows []gapRow) {
	names := letters(ink, f.Text, font.WeightNormal)
	words := letters(muted, f.Text*0.95, font.WeightNormal)
	left, room := vg.Length(0), vg.Length(0)
	longest := 0.0
	for _, r := range rows {
		if r.system != nil {
			left = max(left, names.Width(plain(r.system.label()))+f.length(0.8))
			longest = max(longest, r.inject.reach(), r.heal.reach())
			room = max(room, words.Width(r.inject.Text()), words.Width("healing: "+r.heal.Text()))
		}
	}
	left = min(left, f.Width/4)
	if f.Narrow {
		left = f.length(0.6)
	}
	if longest == 0 {
		longest = 1000
	}
	p := axes(f)
	p.X.Min, p.X.Max = 0, longest
	n := 8
	if f.Narrow {
		n = 4
	}
	p.X.Tick.Marker = linear(n, func(ms float64) string { return short(ms) })
	p.Y.Min, p.Y.Max = 0, float64(rowsHeight(rows, f))
	p.HideY()
	p.Add(rules(ticksOf(p.X), nil), plotter(func(c draw.Canvas, x, y func(float64) vg.Length) {
		top := c.Max.Y
		for _, r := range rows {
			r.draw(c, f, left, top, x)
			top -= r.height(f)
		}
	}))
	// Room for the figures beside the longest bar.
	room = min(room+f.length(2.2), (f.Width-left)*2/3)
	p.Draw(draw.Crop(dc, left, -room, 0, 0))
}

// reach is how far the bar of a spread goes, with its whisker.
func (s Spread) reach() float64 {
	if s.Censored || !(s.Median > 0) { // NaN too
		return s.Highest()
	}
	return max(s.Highest(), s.Median+s.Resolution)
}

func (r gapRow) draw(c draw.Canvas, f Format, left, top vg.Length, x func(float64) vg.Length) {
	if r.system == nil {
		write(c, letters(ink, f.Text, font.WeightBold), vg.Point{X: c.Min.X - left, Y: top - f.length(1.5)}, r.heading)
		return
	}
	style := letters(ink, f.Text, font.WeightNormal)
	middle := top - f.length(1.1)
	if f.Narrow {
		write(c, style, vg.Point{X: c.Min.X, Y: top - f.length(1)}, cut(plain(r.system.label()), style, c.Size().X))
		middle = top - f.length(2.2)
	} else {
		write(c, style, vg.Point{X: c.Min.X - left, Y: middle - f.length(0.35)}, cut(plain(r.system.label()), style, left-f.length(0.6)))
	}
	if r.na != "" {
		write(c, letters(muted, f.Text, font.WeightNormal), vg.Point{X: c.Min.X + f.length(0.5), Y: middle - f.length(0.35)}, r.na)
		return
	}
	if r.heal.Highest() == 0 {
		r.bar(c, f, x, r.inject, middle, false)
		return
	}
	r.bar(c, f, x, r.inject, middle+f.length(0.5), false)
	r.bar(c, f, x, r.heal, middle-f.length(0.5), true)
}

// mostDots are the dots that can still be told apart.
const mostDots = 100

// dots are the values, or of many evenly spaced quantiles, the ends among them.
func (s Spread) dots() []float64 {
	n := len(s.Values)
	if n <= mostDots {
		return s.Values
	}
	out := make([]float64, mostDots)
	for i := range out {
		out[i] = s.Values[i*(n-1)/(mostDots-1)]
	}
	return out
}

// dotMeans says what a dot is.
func dotMeans(rows []gapRow) string {
	for _, r := range rows {
		if len(r.inject.Values) > mostDots {
			return fmt.Sprintf("an episode, of more than %d one of as many quantiles", mostDots)
		}
	}
	return "an episode"
}

// bar draws one spread around the height y.
func (r gapRow) bar(c draw.Canvas, f Format, x func(float64) vg.Length, s Spread, y vg.Length, hollow bool) {
	t, half, end := r.system.tint(), f.length(0.38), x(s.Median)
	if s.Median > 0 {
		rect := box(c.Min.X, y-half, end, y+half)
		c.SetColor(t.alpha(0.85))
		if hollow {
			c.SetColor(t.alpha(0.15))
		}
		c.Fill(rect)
		c.SetLineStyle(stroke(t, 1, 0.9))
		c.Stroke(rect)
	}
	for _, v := range s.dots() {
		if len(s.Values) > 1 {
			c.SetColor(paper.solid())
			c.DrawGlyphNoClip(draw.GlyphStyle{Color: paper.solid(), Radius: 2.6, Shape: draw.CircleGlyph{}}, vg.Point{X: x(v), Y: y})
			c.DrawGlyphNoClip(draw.GlyphStyle{Color: t.solid(), Radius: 1.9, Shape: draw.CircleGlyph{}}, vg.Point{X: x(v), Y: y})
		}
	}
	far := x(max(s.Highest(), s.Median))
	if s.Median > 0 && s.Resolution > 0 && !s.Censored {
		far = max(far, whisker(c, x(max(s.Median-s.Resolution, 0)), x(s.Median+s.Resolution), y, half))
	}
	if s.Censored {
		far = max(far, arrow(c, end, y, t, f))
	}
	figure := s.Text()
	if hollow {
		figure = "healing: " + figure
	}
	write(c, letters(muted, f.Text*0.95, font.WeightNormal), vg.Point{X: far + f.length(0.6), Y: y - f.length(0.33)}, figure)
}

func whisker(c draw.Canvas, x0, x1, y, half vg.Length) vg.Length {
	style := stroke(ink, 1, 0.7)
	c.StrokeLine2(style, x0, y, x1, y)
	c.StrokeLine2(style, x0, y-half*0.8, x0, y+half*0.8)
	c.StrokeLine2(style, x1, y-half*0.8, x1, y+half*0.8)
	return x1
}

// arrow says that a bar goes on beyond what was seen.
func arrow(c draw.Canvas, x0, y vg.Length, t tint, f Format) vg.Length {
	x1 := x0 + f.length(1.4)
	c.StrokeLine2(stroke(t, 1, 1.5), x0, y, x1-3, y)
	c.SetColor(t.solid())
	c.Fill(polygon(vg.Point{X: x1, Y: y}, vg.Point{X: x1 - 4.5, Y: y + 3}, vg.Point{X: x1 - 4.5, Y: y - 3}))
	return x1
}

func gapsAlt(rows []gapRow) string {
	alt := "Service gaps."
	for _, r := range rows {
		switch {
		case r.system == nil:
			alt += " " + r.heading + ":"
		case r.na != "":
			alt += fmt.Sprintf(" %s %s;", r.system.label(), r.na)
		default:
			alt += fmt.Sprintf(" %s %s on injection, %s on healing;", r.system.label(), r.inject.Text(), r.heal.Text())
		}
	}
	return alt
}

var _ gonum.Plotter = plotter(nil)

// roundTo keeps n significant digits.
func roundTo(x float64, n int) float64 {
	if x == 0 || !finite(x) {
		return x
	}
	p := math.Pow(10, float64(n-1)-math.Floor(math.Log10(math.Abs(x))))
	return math.Round(x*p) / p
}
