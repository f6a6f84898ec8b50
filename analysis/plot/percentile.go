package plot

import (
	"fmt"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
	"nines/analysis/stats"
)

// Percentiles compares the systems' latency distributions on an axis of
// 1/(1-q), which gives each further nine the same room. Response time is solid,
// service time dashed. Several trials of one system are thin lines, their
// median at each q is the thick one.
func Percentiles(all []analysis.Summary) Chart {
	systems := Systems(all)
	var lines []curve
	for _, s := range systems {
		lines = append(lines, systemCurves(s)...)
	}
	return Chart{
		Name: "latency-percentiles", Title: "Latency by percentile",
		Caption: "The time that a share of all due operations did not exceed; each step to the right is ten times rarer. " +
			"Response counts from when an operation was due, service from when it was sent.",
		Basis:  basis(operationsEach(systems)+" of "+trialsEach(systems)+" of each system", percentileInterval(systems), "exact"),
		Alt:    percentileAlt(systems),
		keys:   func(f Format) []key { return percentileKeys(systems, f) },
		height: func(f Format) vg.Length { return f.tall(300, 250) },
		body: func(dc draw.Canvas, f Format) {
			drawPercentiles(dc, f, lines, never(all))
		},
	}
}

// percentileInterval says what tells how far the trials differ.
func percentileInterval(systems []System) string {
	for _, s := range systems {
		if len(s.Trusted()) > 1 {
			return noInterval + ": each trial is a thin line"
		}
	}
	return noInterval
}

func (f Format) tall(wide, narrow vg.Length) vg.Length {
	if f.Narrow {
		return narrow
	}
	return wide
}

// never is how a time is written that is beyond every client's patience.
func never(all []analysis.Summary) string {
	longest := 0.0
	for i := range all {
		longest = max(longest, all[i].Facts.Abandon.Seconds()*1000)
	}
	if longest == 0 {
		return "never"
	}
	return "> " + short(longest)
}

// A curve is a latency distribution: X is 1/(1-q), Y is ms, rising; +Inf where
// operations never succeeded.
type curve struct {
	system  System
	service bool
	thin    bool // one trial of several
	pts     []xy
}

func systemCurves(s System) []curve {
	var out []curve
	for _, service := range []bool{true, false} {
		var each [][]xy
		for _, t := range s.Trusted() {
			q := t.Response
			if service {
				q = t.Service
			}
			if pts := curvePoints(q); len(pts) > 0 {
				each = append(each, pts)
			}
		}
		if len(each) > 1 && !service {
			for _, pts := range each {
				out = append(out, curve{s, service, true, pts})
			}
		}
		if len(each) > 0 {
			out = append(out, curve{s, service, false, medianCurve(each)})
		}
	}
	return out
}

// curvePoints turns quantiles into points. The maximum, q = 1, stands at
// 1/(1-q) = N: no sample says anything about rarer operations.
func curvePoints(q analysis.Quantiles) []xy {
	n := max(float64(q.N), 1)
	var pts []xy
	for _, p := range q.Curve {
		if math.IsNaN(float64(p.MS)) || math.IsNaN(p.Q) || p.Q < 0 {
			continue
		}
		x := n
		if p.Q < 1 {
			x = min(1/(1-p.Q), n)
		}
		if len(pts) > 0 && x <= pts[len(pts)-1].X {
			pts[len(pts)-1].Y = max(pts[len(pts)-1].Y, float64(p.MS))
			continue
		}
		pts = append(pts, xy{x, max(float64(p.MS), leastMS)})
	}
	return pts
}

// medianCurve is the median of several at every X of the first, as far as half
// of them reach.
func medianCurve(each [][]xy) []xy {
	if len(each) == 1 {
		return each[0]
	}
	var out []xy
	for _, p := range each[0] {
		var at []float64
		for _, c := range each {
			if v := interpolate(c, p.X); !math.IsNaN(v) {
				at = append(at, v)
			}
		}
		if 2*len(at) >= len(each) {
			out = append(out, xy{p.X, stats.Median(at)})
		}
	}
	return out
}

// interpolate reads a curve at x, as drawn on two logarithmic axes; NaN outside of it.
func interpolate(c []xy, x float64) float64 {
	for i, p := range c {
		if p.X == x {
			return p.Y
		}
		if p.X > x {
			if i == 0 {
				return math.NaN()
			}
			o := c[i-1]
			w := math.Log(x/o.X) / math.Log(p.X/o.X)
			return math.Exp(math.Log(o.Y)*(1-w) + math.Log(p.Y)*w)
		}
	}
	return math.NaN()
}

var percentileTicks = []float64{0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999, 0.9999999}

func drawPercentiles(dc draw.Canvas, f Format, lines []curve, never string) {
	p := axes(f)
	lo, hi, far, infinite := math.Inf(1), 0.0, 100.0, false
	for _, l := range lines {
		for _, pt := range l.pts {
			far = max(far, pt.X)
			if math.IsInf(pt.Y, 1) {
				infinite = true
				continue
			}
			lo, hi = min(lo, pt.Y), max(hi, pt.Y)
		}
	}
	lo, hi = logRange(lo, hi)
	p.X.Min, p.X.Max, p.X.Scale = 1, far*1.05, gonum.LogScale{}
	p.Y.Min, p.Y.Max, p.Y.Scale = lo, hi, gonum.LogScale{}
	p.X.Tick.Marker = ticker(func(lo, hi float64) []gonum.Tick {
		var ticks []gonum.Tick
		for _, q := range percentileTicks {
			if x := 1 / (1 - q); x <= hi*(1+1e-9) {
				label := percent(q)
				if q == 0 && f.Narrow { // it would touch the next
					label = ""
				}
				ticks = append(ticks, gonum.Tick{Value: x, Label: label})
			}
		}
		return ticks
	})
	top := laneAbove(lo, hi)
	setLogY(p, lo, hi, top, infinite, never)
	p.Add(rules(ticksOf(p.X), decades(lo, hi)))
	if infinite {
		p.Add(laneShade(top))
	}
	for _, l := range lines {
		p.Add(l.draw(top))
	}
	if len(lines) == 0 {
		p.Add(nothing(f))
	}
	p.Draw(dc)
}

// setLogY ticks the vertical axis by decades and, where something is infinite,
// extends it by the lane and labels that.
func setLogY(p *gonum.Plot, lo, hi float64, top lane, infinite bool, never string) {
	if infinite {
		p.Y.Max = top.to
	}
	p.Y.Tick.Marker = guttered(func(float64, float64) []gonum.Tick {
		ticks := decades(lo, hi)
		if infinite {
			ticks = append(ticks, gonum.Tick{Value: top.middle(), Label: never})
		}
		return ticks
	})
}

func laneShade(l lane) plotter {
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		c.SetColor(alarm.alpha(0.08))
		c.Fill(box(c.Min.X, y(l.from), c.Max.X, y(l.to)))
	}
}

// draw joins the finite points and, where the curve becomes infinite, climbs
// along dots to a mark in the lane, where it ends.
func (l curve) draw(top lane) plotter {
	style := stroke(l.system.tint(), 1, 1.9)
	if l.service {
		style = stroke(l.system.tint(), 0.9, 1.1, 4, 2.5)
	}
	if l.thin {
		style = stroke(l.system.tint(), 0.3, 0.6)
	}
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		line(l.pts, style)(c, x, y)
		if l.thin {
			return
		}
		glyph := draw.GlyphStyle{Color: style.Color, Radius: 3, Shape: l.system.glyph()}
		for _, q := range percentileTicks[1:] {
			if v := interpolate(l.pts, 1/(1-q)); !l.service && finite(v) {
				c.DrawGlyphNoClip(glyph, vg.Point{X: x(1 / (1 - q)), Y: y(v)})
			}
		}
		var last vg.Point
		for i, p := range l.pts {
			if math.IsInf(p.Y, 1) {
				end := vg.Point{X: x(p.X), Y: y(top.middle())}
				if i > 0 {
					rise := style
					rise.Width, rise.Dashes = 0.9, []vg.Length{1, 2}
					c.StrokeLine2(rise, last.X, last.Y, end.X, end.Y)
				}
				c.DrawGlyphNoClip(glyph, end)
				return
			}
			last = vg.Point{X: x(p.X), Y: y(p.Y)}
		}
		if !l.service && len(l.pts) > 0 { // the line ends here
			c.DrawGlyphNoClip(glyph, last)
		}
	}
}

func percentileKeys(systems []System, f Format) []key {
	var keys []key
	for _, s := range systems {
		keys = append(keys, systemKey(s))
	}
	return append(keys,
		lineKey("response", stroke(muted, 1, 1.8)),
		lineKey("service", stroke(muted, 1, 1.1, 4, 2.5)))
}

func percentileAlt(systems []System) string {
	alt := "Response time by percentile."
	for _, s := range systems {
		t := s.Typical()
		alt += fmt.Sprintf(" %s: p50 %s, p99 %s, p99.9 %s.", s.label(), bound(t, t.Response.P50), bound(t, t.Response.P99), bound(t, t.Response.P999))
	}
	return alt
}

// bound writes a latency; an infinite one as beyond the trial's patience.
func bound(t *analysis.Summary, ms analysis.MS) string {
	if math.IsInf(float64(ms), 1) {
		if t.Facts.Abandon <= 0 {
			return "never"
		}
		return "> " + short(t.Facts.Abandon.Seconds()*1000)
	}
	return Time(ms)
}
