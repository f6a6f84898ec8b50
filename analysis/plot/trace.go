package plot

import (
	"golang.org/x/image/font"
	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// plotter draws into the data area of a plot. It has no data range of its own:
// every chart sets its axes.
type plotter func(c draw.Canvas, x, y func(float64) vg.Length)

// Plot implements gonum's Plotter.
func (p plotter) Plot(c draw.Canvas, plt *gonum.Plot) {
	x, y := plt.Transforms(&c)
	p(c, x, y)
}

// xy is a point in data units; a Y that is not finite is a hole.
type xy struct{ X, Y float64 }

// runs splits points at the holes and passes each run on in canvas units.
func runs(pts []xy, x, y func(float64) vg.Length, each func([]vg.Point)) {
	var run []vg.Point
	for _, p := range pts {
		if !finite(p.Y) || !finite(p.X) {
			if len(run) > 0 {
				each(run)
				run = nil
			}
			continue
		}
		run = append(run, vg.Point{X: x(p.X), Y: y(p.Y)})
	}
	if len(run) > 0 {
		each(run)
	}
}

// line draws a broken line, clipped to the data area. A lone point becomes a dot.
func line(pts []xy, style draw.LineStyle) plotter {
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		runs(pts, x, y, func(run []vg.Point) {
			if len(run) == 1 {
				c.DrawGlyph(draw.GlyphStyle{Color: style.Color, Radius: style.Width, Shape: draw.CircleGlyph{}}, run[0])
				return
			}
			c.StrokeLines(style, c.ClipLinesXY(run)...)
		})
	}
}

// area fills between two lines with the same X; a hole in either is a hole.
func area(low, high []xy, t tint, alpha float64) plotter {
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		c.SetColor(t.alpha(alpha))
		var upper, lower []vg.Point
		flush := func() {
			if len(upper) > 1 {
				for i := len(lower) - 1; i >= 0; i-- {
					upper = append(upper, lower[i])
				}
				c.Fill(polygon(c.ClipPolygonXY(upper)...))
			}
			upper, lower = nil, nil
		}
		for i := range high {
			if !finite(high[i].Y) || !finite(low[i].Y) {
				flush()
				continue
			}
			upper = append(upper, vg.Point{X: x(high[i].X), Y: y(high[i].Y)})
			lower = append(lower, vg.Point{X: x(low[i].X), Y: y(low[i].Y)})
		}
		flush()
	}
}

// nothing says that there is nothing to draw.
func nothing(f Format) plotter {
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		style := aligned(letters(muted, f.Text*1.1, font.WeightNormal), text.XCenter)
		write(c, style, c.Center(), "no operation was recorded")
	}
}

// level is the constant line at y with the same X as pts.
func level(pts []xy, y float64) []xy {
	out := make([]xy, len(pts))
	for i, p := range pts {
		out[i] = xy{p.X, y}
	}
	return out
}

// rules draws the grid at labelled ticks; nil for no lines in that direction.
func rules(vertical, horizontal []gonum.Tick) plotter {
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		style := stroke(grid, 1, 0.6)
		for _, t := range vertical {
			if v := x(t.Value); !t.IsMinor() && c.ContainsX(v) {
				c.StrokeLine2(style, v, c.Min.Y, v, c.Max.Y)
			}
		}
		for _, t := range horizontal {
			if v := y(t.Value); !t.IsMinor() && c.ContainsY(v) {
				c.StrokeLine2(style, c.Min.X, v, c.Max.X, v)
			}
		}
	}
}

// ticksOf are the ticks that an axis will have.
func ticksOf(a gonum.Axis) []gonum.Tick { return a.Tick.Marker.Ticks(a.Min, a.Max) }
