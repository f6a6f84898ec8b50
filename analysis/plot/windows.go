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

// Windows compares the systems by the worst window of each length: operations
// solid, users' time dashed. Of several trials of a system the median at each
// length is drawn. There is nothing to see where no trial tells of windows, and ok
// is false.
func Windows(all []analysis.Summary) (c Chart, ok bool) {
	systems := Systems(all)
	var lines []windowLine
	for _, s := range systems {
		for _, users := range []bool{true, false} {
			if pts := medianWindows(s.Trusted(), users); len(pts) > 0 {
				lines = append(lines, windowLine{s, users, pts})
			}
		}
	}
	if len(lines) == 0 {
		return Chart{}, false
	}
	return Chart{
		Name: "windows", Title: "Worst availability by length of window",
		Caption: fmt.Sprintf("The least share of good operations (solid) and of users' time that was up (dashed) in any window of a length; at the right end, in the whole trial.%s", windowTrials(systems)),
		Basis:   basis(operationsEach(systems)+" of "+trialsEach(systems)+" of each system", noInterval, "windows begin every "+windowGrid(all)),
		Alt:     windowsAlt(systems),
		keys: func(Format) []key {
			var keys []key
			for _, s := range systems {
				keys = append(keys, systemKey(s))
			}
			return append(keys, lineKey("operations", stroke(muted, 1, 1.8)), lineKey("users' time", stroke(muted, 1, 1.1, 4, 2.5)))
		},
		height: func(f Format) vg.Length { return f.tall(260, 220) },
		body:   func(dc draw.Canvas, f Format) { drawWindows(dc, f, lines) },
	}, true
}

// A windowLine is a curve: X is the window's length in ms, Y the worst share.
type windowLine struct {
	system System
	users  bool
	pts    []xy
}

func windowsOf(t *analysis.Summary, users bool) []analysis.Worst {
	if users {
		return t.Windows.Users
	}
	return t.Windows.Ops
}

// medianWindows is the median of the trials at each length that all of them have.
func medianWindows(trials []*analysis.Summary, users bool) []xy {
	var out []xy
	for _, w := range windowsOf(trials[0], users) {
		var at []float64
		for _, t := range trials {
			for _, other := range windowsOf(t, users) {
				if other.Length == w.Length {
					at = append(at, other.Ratio)
				}
			}
		}
		if len(at) == len(trials) {
			out = append(out, xy{float64(w.Length), stats.Median(at)})
		}
	}
	return out
}

func drawWindows(dc draw.Canvas, f Format, lines []windowLine) {
	p := axes(f)
	lo, hi := math.Inf(1), 0.0
	for _, l := range lines {
		lo, hi = min(lo, l.pts[0].X), max(hi, l.pts[len(l.pts)-1].X)
	}
	p.X.Min, p.X.Max, p.X.Scale = lo, max(hi, lo*10), gonum.LogScale{}
	p.X.Tick.Marker = ticker(decades)
	p.Y.Min, p.Y.Max = 0, 1
	p.Y.Tick.Marker = guttered(linear(5, percent))
	p.Add(rules(ticksOf(p.X), linear(5, percent)(0, 1)))
	for _, l := range lines {
		p.Add(l.draw())
	}
	p.Draw(draw.Crop(dc, 0, -f.length(0.8), 0, -f.length(0.4)))
}

func (l windowLine) draw() plotter {
	style := stroke(l.system.tint(), 1, 1.9)
	if l.users {
		style = stroke(l.system.tint(), 0.9, 1.1, 4, 2.5)
	}
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		line(l.pts, style)(c, x, y)
		if l.users {
			return
		}
		glyph := draw.GlyphStyle{Color: style.Color, Radius: 2.6, Shape: l.system.glyph()}
		for _, p := range l.pts {
			c.DrawGlyphNoClip(glyph, vg.Point{X: x(p.X), Y: y(p.Y)})
		}
	}
}

// windowGrid is what windows begin at multiples of, of the first trial that has some.
func windowGrid(all []analysis.Summary) string {
	for i := range all {
		if len(all[i].Windows.Ops) > 0 {
			return short(float64(all[i].Windows.BinMS))
		}
	}
	return ""
}

// windowTrials says how many trials there are to a line.
func windowTrials(systems []System) string {
	least, most := math.MaxInt, 0
	for _, s := range systems {
		n := len(s.Trusted())
		least, most = min(least, n), max(most, n)
	}
	switch {
	case most <= 1:
		return " One trial of each system."
	case least < most:
		return fmt.Sprintf(" Each line is the median of %d to %d trials.", least, most)
	}
	return fmt.Sprintf(" Each line is the median of %d trials.", most)
}

func windowsAlt(systems []System) string {
	alt := "Worst share of good operations in any window, by its length."
	for _, s := range systems {
		alt += fmt.Sprintf(" %s:", s.label())
		for i, p := range medianWindows(s.Trusted(), false) {
			if i > 0 {
				alt += ","
			}
			alt += fmt.Sprintf(" %s %s", short(p.X), percent(math.Round(p.Y*1e4)/1e4))
		}
		alt += "."
	}
	return alt
}

// worstLengths are the windows that are marked under a chart over time, from
// long to short, and how dark.
var worstLengths = []struct {
	ms      float64
	opacity float64
}{{10_000, 0.22}, {1000, 0.5}, {100, 1}}

// worstNote says what the strip shows.
const worstNote = " Strip under the axis: the worst 10 s, 1 s and 100 ms, the shorter the darker."

// worstWindows are those of a trial that are marked; none if nothing failed.
func worstWindows(t *analysis.Summary) []shadedWindow {
	var out []shadedWindow
	for _, l := range worstLengths {
		for _, w := range t.Windows.Ops {
			if float64(w.Length) == l.ms && w.Ratio < 1 {
				out = append(out, shadedWindow{float64(w.Start) / 1000, float64(w.Start+w.Length) / 1000, l.opacity})
			}
		}
	}
	return out
}

type shadedWindow struct{ from, to, opacity float64 } // s

// worstStrip draws the worst windows at the bottom of dc, whose chart over time p
// has been drawn above it.
func worstStrip(dc draw.Canvas, f Format, p *gonum.Plot, windows []shadedWindow) {
	area := p.DataCanvas(dc)
	x := func(s float64) vg.Length { return area.X(p.X.Norm(s)) }
	y0, y1 := dc.Min.Y-f.length(0.75), dc.Min.Y-f.length(0.25)
	area.StrokeLine2(stroke(axis, 0.5, 0.4), area.Min.X, y0, area.Max.X, y0)
	for _, w := range windows {
		x0, x1 := clampX(area, x(w.from)), clampX(area, x(w.to))
		area.SetColor(alarm.alpha(w.opacity))
		area.Fill(box(x0, y0, max(x1, x0+0.8), y1))
	}
}

// worstHeight is what the strip takes.
func worstHeight(f Format, windows []shadedWindow) vg.Length {
	if len(windows) == 0 {
		return 0
	}
	return f.length(0.9)
}
