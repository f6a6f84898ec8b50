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

	"nines/analysis"
	"nines/analysis/saturation"
)

// Saturation shows the response time over the throughput that was achieved, of
// every system in a search for knees: p99 above, the median below.
func Saturation(r saturation.Report) Chart {
	curves := kneeCurves(r)
	slo := r.Search.SLO.Seconds() * 1000
	return Chart{
		Name: "saturation", Title: "Throughput against latency",
		Caption: "Response time over the throughput that was achieved; p99 above, the median below. Filled, solid: open loop; hollow, dashed: " +
			"closed loop. A ring is the knee. Crosses: the trials were unfit, mostly since the load generator was late, so nothing is known of the system." + kneeMarks(r),
		Basis: basis(fmt.Sprintf("%d trials", len(kneeTrials(r))), noInterval+": a point is the median of the trials of its load", "exact"),
		Alt:   kneeAlt(curves),
		keys: func(Format) []key {
			var keys []key
			for _, c := range curves {
				keys = append(keys, systemKey(c.System))
			}
			return append(keys, lineKey("open loop", stroke(muted, 1, 1.8)), lineKey("closed loop", stroke(muted, 1, 1, 3, 2.5)),
				key{"unfit", func(c draw.Canvas) {
					c.DrawGlyphNoClip(draw.GlyphStyle{Color: muted.solid(), Radius: 3, Shape: draw.CrossGlyph{}}, c.Center())
				}},
				key{"knee", func(c draw.Canvas) { ring(c, c.Center(), muted) }})
		},
		height: func(f Format) vg.Length { return f.tall(420, 380) },
		body: func(dc draw.Canvas, f Format) {
			middle := dc.Min.Y + 0.45*dc.Size().Y
			upper, lower := dc, dc
			upper.Min.Y, lower.Max.Y = middle, middle
			drawKnees(upper, f, "p99", curves, slo, func(p kneePoint) float64 { return p.p99 })
			drawKnees(lower, f, "p50", curves, 0, func(p kneePoint) float64 { return p.p50 })
		},
	}
}

func drawKnees(dc draw.Canvas, f Format, name string, curves []kneeCurve, slo float64, of func(kneePoint) float64) {
	dc.Max.Y -= f.length(1.2)
	write(dc, letters(muted, f.Text, font.WeightBold), vg.Point{X: dc.Min.X, Y: dc.Max.Y}, name)
	dc.Max.Y -= f.length(0.6)
	p := axes(f)
	lo, hi, far, infinite := math.Inf(1), 1.01*slo, 1.0, false
	for _, c := range curves {
		for _, pt := range slices.Concat(c.closed, c.open) {
			far = max(far, pt.x)
			infinite = infinite || math.IsInf(of(pt), 1)
			if v := of(pt); finite(v) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	lo, hi = logRange(max(lo, leastMS), hi)
	p.X.Min, p.X.Max = 0, far*1.05
	n := 8
	if f.Narrow {
		n = 4
	}
	p.X.Tick.Marker = linear(n, func(v float64) string { return count(v) + " op/s" })
	p.Y.Min, p.Y.Max, p.Y.Scale = lo, hi, gonum.LogScale{}
	top := laneAbove(lo, hi)
	setLogY(p, lo, hi, top, infinite, "never")
	p.Add(rules(ticksOf(p.X), decades(lo, hi)))
	if infinite {
		p.Add(laneShade(top))
	}
	if slo > lo && slo < hi {
		p.Add(threshold(slo, "SLO "+short(slo), f))
	}
	at := func(p kneePoint) xy {
		v := max(of(p), leastMS)
		if math.IsInf(v, 1) {
			v = top.middle()
		}
		return xy{p.x, v}
	}
	for _, c := range curves {
		p.Add(c.plot(at))
	}
	p.Draw(dc)
}

// plot draws both loops of a system, and its knee.
func (c kneeCurve) plot(at func(kneePoint) xy) plotter {
	return func(canvas draw.Canvas, x, y func(float64) vg.Length) {
		series := func(points []kneePoint, style draw.LineStyle, mark func(kneePoint, vg.Point)) {
			pts := make([]xy, len(points))
			for i, p := range points {
				pts[i] = at(p)
			}
			line(pts, style)(canvas, x, y)
			for i, p := range pts {
				if finite(p.Y) {
					mark(points[i], vg.Point{X: x(p.X), Y: y(p.Y)})
				}
			}
		}
		solid := draw.GlyphStyle{Color: c.tint().solid(), Radius: 2.6, Shape: c.glyph()}
		inner := draw.GlyphStyle{Color: paper.solid(), Radius: 1.5, Shape: c.glyph()}
		series(c.closed, stroke(c.tint(), 0.8, 1, 3, 2.5), func(_ kneePoint, at vg.Point) {
			canvas.DrawGlyphNoClip(solid, at)
			canvas.DrawGlyphNoClip(inner, at)
		})
		fit := slices.DeleteFunc(slices.Clone(c.open), func(p kneePoint) bool { return p.unfit })
		series(fit, stroke(c.tint(), 1, 1.8), func(_ kneePoint, at vg.Point) { canvas.DrawGlyphNoClip(solid, at) })
		unfit := slices.DeleteFunc(slices.Clone(c.open), func(p kneePoint) bool { return !p.unfit })
		series(unfit, stroke(c.tint(), 0, 0), func(_ kneePoint, at vg.Point) {
			canvas.DrawGlyphNoClip(draw.GlyphStyle{Color: c.tint().solid(), Radius: 3, Shape: draw.CrossGlyph{}}, at)
		})
		if c.knee != nil {
			p := at(*c.knee)
			canvas.StrokeLine2(stroke(c.tint(), 0.8, 0.9, 1.5, 2), x(p.X), canvas.Min.Y, x(p.X), y(p.Y))
			ring(canvas, vg.Point{X: x(p.X), Y: y(p.Y)}, c.tint())
		}
	}
}

// ring marks a knee.
func ring(c draw.Canvas, at vg.Point, t tint) {
	c.SetLineStyle(stroke(t, 1, 1.4))
	var p vg.Path
	p.Move(vg.Point{X: at.X + 5.5, Y: at.Y})
	p.Arc(at, 5.5, 0, 2*math.Pi)
	p.Close()
	c.Stroke(p)
}

func kneeAlt(curves []kneeCurve) string {
	var b strings.Builder
	b.WriteString("Response time over the throughput achieved.")
	for _, c := range curves {
		fmt.Fprintf(&b, " %s:", plain(c.Name))
		for i, p := range c.open {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, " %s op/s of %s p50 %s p99 %s%s", count(math.Round(p.x)), count(p.load), Time(analysis.MS(p.p50)), Time(analysis.MS(p.p99)), p.mark.aside())
			if c.knee == &c.open[i] {
				b.WriteString(" (the knee)")
			}
		}
		if len(c.closed) > 0 {
			last := c.closed[len(c.closed)-1]
			fmt.Fprintf(&b, "; in a closed loop up to %s op/s with %.0f sessions%s", count(math.Round(last.x)), last.load, last.mark.aside())
		}
		b.WriteByte('.')
	}
	return b.String()
}
