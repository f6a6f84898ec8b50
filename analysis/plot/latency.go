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

// Latency draws one system's response time over time: p50, p99 and max of the
// operations due in each bin, of the typical trial. Bins in which operations
// never succeeded are marked in the lane above the axis.
func Latency(s System, steps []Step) Chart {
	t := s.Typical()
	plan := schedule{spans(t, steps), seconds(t)}
	bins, per := timeline(t)
	deadline := t.Facts.Deadline.Seconds() * 1000
	return Chart{
		Name:  "latency-" + slug(s.Name),
		Title: s.label() + ": response time over time",
		Caption: fmt.Sprintf("Of the operations due in each %s, so an outage is a slope: the first to be due waits longest.%s",
			short(float64(t.BinMS)), coarse(t, per, "median p50", "p99 and max are the worst of")+trialNote(s, t)),
		Basis: oneTrial(s, t, "bins of "+short(float64(t.BinMS))+"; times are exact"),
		Alt: fmt.Sprintf("%s: response p50 %s, p99 %s, worst %s over the whole period.", s.label(),
			bound(t, t.Response.P50), bound(t, t.Response.P99), bound(t, t.Response.Max)),
		keys: func(f Format) []key {
			keys := []key{
				lineKey("p50", stroke(s.tint(), 1, 1.9)),
				lineKey("p99", stroke(s.tint(), 1, 0.9)),
				{"max", func(c draw.Canvas) {
					c.DrawGlyphNoClip(draw.GlyphStyle{Color: s.tint().alpha(0.55), Radius: 1.5, Shape: draw.CircleGlyph{}}, c.Center())
				}},
			}
			if hasInfinite(bins) {
				keys = append(keys, areaKey("some never answered", alarm, 0.75))
			}
			return append(keys, plan.keys(f)...)
		},
		height: func(f Format) vg.Length { return f.tall(230, 200) },
		body: func(dc draw.Canvas, f Format) {
			drawLatency(dc, f, s, plan, bins, deadline, never([]analysis.Summary{*t}))
		},
	}
}

func hasInfinite(bins []slice) bool {
	for _, b := range bins {
		if math.IsInf(b.max, 1) {
			return true
		}
	}
	return false
}

func drawLatency(dc draw.Canvas, f Format, s System, plan schedule, bins []slice, deadline float64, never string) {
	p50 := points(bins, func(b slice) float64 { return b.p50 })
	p99 := points(bins, func(b slice) float64 { return b.p99 })
	worst := points(bins, func(b slice) float64 { return b.max })
	lo, hi := math.Inf(1), 0.0
	for _, line := range [][]xy{p50, p99, worst} {
		for i := range line {
			if line[i].Y = max(line[i].Y, leastMS); finite(line[i].Y) {
				lo, hi = min(lo, line[i].Y), max(hi, line[i].Y)
			}
		}
	}
	lo, hi = logRange(lo, hi)
	p := axes(f)
	timeAxis(p, f, plan.seconds)
	p.Y.Min, p.Y.Max, p.Y.Scale = lo, hi, gonum.LogScale{}
	top := laneAbove(lo, hi)
	infinite := hasInfinite(bins)
	setLogY(p, lo, hi, top, infinite, never)
	p.Add(rules(nil, decades(lo, hi)), bands(plan.spans), plan.labels(f))
	if infinite {
		p.Add(laneShade(top), unanswered(bins, top))
	}
	if deadline > lo && deadline < hi {
		p.Add(threshold(deadline, "deadline "+short(deadline), f))
	}
	p.Add(area(p50, p99, s.tint(), 0.18), dots(worst, s.tint()), line(p99, stroke(s.tint(), 1, 0.9)), line(p50, stroke(s.tint(), 1, 1.9)))
	if len(bins) == 0 {
		p.Add(nothing(f))
	}
	dc.Max.Y -= plan.stripHeight(f)
	p.Draw(dc)
}

// unanswered fills the lane: light where the worst operation was never
// answered, fuller where one in a hundred was not, full where half were not.
func unanswered(bins []slice, top lane) plotter {
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		half := 0.0
		if len(bins) > 1 {
			half = (bins[1].at - bins[0].at) / 2
		}
		for i := 0; i < len(bins); {
			j, share := i+1, bins[i].unanswered()
			for j < len(bins) && bins[j].unanswered() == share {
				j++
			}
			x0, x1 := clampX(c, x(bins[i].at-half)), clampX(c, x(bins[j-1].at+half))
			if share > 0 {
				c.SetColor(alarm.alpha(share))
				c.Fill(box(x0, y(top.from), max(x1, x0+1), y(top.to)))
			}
			i = j
		}
	}
}

// unanswered is the opacity of the lane's mark.
func (s slice) unanswered() float64 {
	switch {
	case math.IsInf(s.p50, 1):
		return 1
	case math.IsInf(s.p99, 1):
		return 0.75
	case math.IsInf(s.max, 1):
		return 0.45
	}
	return 0
}

func threshold(v float64, label string, f Format) plotter {
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		c.StrokeLine2(stroke(muted, 0.9, 0.8, 5, 3), c.Min.X, y(v), c.Max.X, y(v))
		style := aligned(letters(muted, f.Text*0.9, font.WeightNormal), text.XRight)
		write(c, style, vg.Point{X: c.Max.X - f.length(0.2), Y: y(v) + f.length(0.3)}, label)
	}
}

func dots(pts []xy, t tint) plotter {
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		for _, p := range pts {
			if finite(p.Y) {
				c.DrawGlyph(draw.GlyphStyle{Color: t.alpha(0.55), Radius: 1.1, Shape: draw.CircleGlyph{}}, vg.Point{X: x(p.X), Y: y(p.Y)})
			}
		}
	}
}
