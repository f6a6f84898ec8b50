package plot

import (
	"fmt"
	"math"
	"slices"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
	"nines/analysis/stats"
)

// rateAxis is how a matrix over the offered load calls it.
const rateAxis = "rate"

// A load curve is one system, in all cells of a matrix that differ in the
// offered load only.
type loadCurve struct {
	System
	points []loadPoint // by rising rate
}

type loadPoint struct {
	rate     float64 // operations due a second
	p50, p99 float64 // ms, of response before the first fault; +Inf: never
}

// Load shows latency against the offered load, where the trials of a matrix
// differ in it. There is none otherwise, and ok is false.
func Load(all []analysis.Summary) (c Chart, ok bool) {
	curves := loadCurves(all)
	most := 0
	for _, c := range curves {
		most = max(most, len(c.points))
	}
	if most < 2 {
		return Chart{}, false
	}
	return Chart{
		Name: "load", Title: "Latency against load",
		Caption: "Response time before the first fault, at each offered load. Solid: the median; dashed: p99.",
		Basis:   basis(trialsEach(systemsOf(curves))+" of each system", noInterval, "exact"),
		Alt:     loadAlt(curves),
		keys: func(Format) []key {
			var keys []key
			for _, c := range curves {
				keys = append(keys, systemKey(c.System))
			}
			return append(keys, lineKey("p50", stroke(muted, 1, 1.8)), lineKey("p99", stroke(muted, 1, 1.1, 4, 2.5)))
		},
		height: func(f Format) vg.Length { return f.tall(280, 230) },
		body:   func(dc draw.Canvas, f Format) { drawLoad(dc, f, curves, never(all)) },
	}, true
}

func systemsOf(curves []loadCurve) []System {
	var out []System
	for _, c := range curves {
		out = append(out, c.System)
	}
	return out
}

func loadCurves(all []analysis.Summary) []loadCurve {
	var curves []loadCurve
	for _, s := range Systems(all) {
		f := &s.Trials[0].Facts
		name := analysis.LabelWithout(f, rateAxis)
		if name == s.Name || f.Rate <= 0 { // the rate is no axis
			continue
		}
		p := loadPoint{rate: f.Rate, p50: math.NaN(), p99: math.NaN()}
		var p50, p99 []float64
		for _, t := range s.Trusted() {
			q := undisturbed(t)
			p50, p99 = append(p50, float64(q.P50)), append(p99, float64(q.P99))
		}
		p.p50, p.p99 = stats.Median(p50), stats.Median(p99)
		at := slices.IndexFunc(curves, func(c loadCurve) bool { return c.Name == name })
		if at < 0 {
			at = len(curves)
			curves = append(curves, loadCurve{System: System{Name: name, Index: at}})
		}
		c := &curves[at]
		c.Trials = append(c.Trials, s.Trials...)
		c.points = append(c.points, p)
		slices.SortFunc(c.points, func(a, b loadPoint) int { return int(a.rate - b.rate) })
	}
	return curves
}

// undisturbed is the response time before the first fault, or of the whole
// trial if there is none.
func undisturbed(t *analysis.Summary) analysis.Quantiles {
	for _, l := range t.Latency {
		if l.Phase == "before" && l.Kind == "" && l.Node == "" {
			return l.Response
		}
	}
	return t.Response
}

func drawLoad(dc draw.Canvas, f Format, curves []loadCurve, never string) {
	p := axes(f)
	lo, hi, far, infinite := math.Inf(1), 0.0, 0.0, false
	for _, c := range curves {
		for _, pt := range c.points {
			far = max(far, pt.rate)
			for _, v := range []float64{pt.p50, pt.p99} {
				infinite = infinite || math.IsInf(v, 1)
				if finite(v) {
					lo, hi = min(lo, v), max(hi, v)
				}
			}
		}
	}
	lo, hi = logRange(max(lo, leastMS), max(hi, leastMS))
	p.X.Min, p.X.Max = 0, far*1.05
	p.X.Tick.Marker = linear(5, func(v float64) string { return count(v) + " op/s" })
	p.Y.Min, p.Y.Max, p.Y.Scale = lo, hi, gonum.LogScale{}
	top := laneAbove(lo, hi)
	setLogY(p, lo, hi, top, infinite, never)
	p.Add(rules(ticksOf(p.X), decades(lo, hi)))
	if infinite {
		p.Add(laneShade(top))
	}
	for _, c := range curves {
		p.Add(
			loadLine(c, stroke(c.tint(), 1, 1.9), func(p loadPoint) float64 { return p.p50 }, top),
			loadLine(c, stroke(c.tint(), 0.9, 1.1, 4, 2.5), func(p loadPoint) float64 { return p.p99 }, top))
	}
	p.Draw(dc)
}

// loadLine joins the points of one quantile; one that is infinite stands in the
// lane above.
func loadLine(c loadCurve, style draw.LineStyle, of func(loadPoint) float64, top lane) plotter {
	var pts []xy
	for _, p := range c.points {
		v := max(of(p), leastMS) // nothing takes no time at all but in virtual time
		if math.IsInf(v, 1) {
			v = top.middle()
		}
		pts = append(pts, xy{p.rate, v})
	}
	return func(canvas draw.Canvas, x, y func(float64) vg.Length) {
		line(pts, style)(canvas, x, y)
		glyph := draw.GlyphStyle{Color: style.Color, Radius: 2.8, Shape: c.glyph()}
		for _, p := range pts {
			if finite(p.Y) {
				canvas.DrawGlyphNoClip(glyph, vg.Point{X: x(p.X), Y: y(p.Y)})
			}
		}
	}
}

func loadAlt(curves []loadCurve) string {
	alt := "Response time before the first fault at each offered load."
	for _, c := range curves {
		alt += " " + c.label() + ":"
		for i, p := range c.points {
			if i > 0 {
				alt += ","
			}
			alt += fmt.Sprintf(" %s op/s p50 %s p99 %s", count(p.rate), short(p.p50), short(p.p99))
		}
		alt += "."
	}
	return alt
}
