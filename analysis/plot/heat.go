package plot

import (
	"fmt"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
)

// Heat draws one system's response time as a map: a column is what was due in a
// slice of time, a row is a range of response times, and the darker a cell, the more
// operations were in it. What never succeeded stands in the lane above the axis. Of
// several trials it is the typical one. ok is false where a trial tells of no map.
func Heat(s System, steps []Step) (c Chart, ok bool) {
	t := s.Typical()
	if len(t.Heat.Columns) == 0 {
		return Chart{}, false
	}
	plan := schedule{spans(t, steps), seconds(t)}
	m := newHeatMap(t)
	return Chart{
		Name:  "heat-" + slug(s.Name),
		Title: s.label() + ": response time of every operation",
		Caption: fmt.Sprintf("Column: what was due in %s. Row: a range of response times, %d to a factor of ten. Shade: how many operations, on a logarithmic scale.%s%s",
			short(float64(t.Heat.BinMS)), t.Heat.PerDecade, m.failedNote(), trialNote(s, t)),
		Basis: oneTrial(s, t, "a column is "+short(float64(t.Heat.BinMS))+", a row a factor of "+Three(math.Pow(10, 1/float64(max(1, t.Heat.PerDecade))))),
		Alt: fmt.Sprintf("%s: response time of %d operations over time, between %s and %s; %d never succeeded.",
			s.label(), m.due, short(m.lo), short(m.hi), m.failed),
		keys: func(f Format) []key {
			_, _, drawn := m.columns(f)
			keys := []key{drawn.ramp(s.tint())}
			if m.failed > 0 {
				keys = append(keys, areaKey("failed", alarm, 0.75))
			}
			return append(keys, plan.keys(f)...)
		},
		height: func(f Format) vg.Length { return f.tall(230, 200) },
		body: func(dc draw.Canvas, f Format) {
			m.draw(dc, f, s.tint(), plan, never([]analysis.Summary{*t}), t.Facts.Deadline.Seconds()*1000)
		},
	}, true
}

// A heatMap is a trial's map with what is to be known of all of it.
type heatMap struct {
	analysis.Heat
	most        uint32  // operations in a cell
	lo, hi      float64 // ms, bounds of the rows that have some
	due, failed uint64
}

func newHeatMap(t *analysis.Summary) heatMap {
	m := heatMap{Heat: t.Heat, lo: math.Inf(1)}
	for _, c := range m.Columns {
		m.due, m.failed = m.due+uint64(c.Due), m.failed+uint64(c.Failed)
		for i, n := range c.Counts {
			if n > 0 {
				m.most = max(m.most, n)
				m.lo, m.hi = min(m.lo, m.Top(c.Row+i-1)), max(m.hi, m.Top(c.Row+i))
			}
		}
	}
	return m
}

func (m *heatMap) failedNote() string {
	if m.failed == 0 {
		return ""
	}
	return " Failed: rejected, unknown or dropped; pale for some of a column, fuller from a tenth on, full from half on."
}

// shades are the opacities of the levels, from few operations to many.
var shades = [...]float64{0.16, 0.32, 0.5, 0.74, 1}

// level is the shade of a cell with so many operations, from 1 to most.
func (m *heatMap) level(n uint32) int {
	if m.most <= 1 {
		return len(shades) / 2
	}
	return min(int(float64(len(shades))*math.Log(float64(n))/math.Log(float64(m.most))), len(shades)-1)
}

// ramp shows the shades in the legend.
func (m *heatMap) ramp(t tint) key {
	label := fmt.Sprintf("1 to %d operations", m.most)
	if m.most <= 1 {
		label = "1 operation"
	}
	return key{label, func(c draw.Canvas) {
		step := c.Size().X / vg.Length(len(shades))
		for i, a := range shades {
			c.SetColor(t.alpha(a))
			c.Fill(box(c.Min.X+vg.Length(i)*step, c.Min.Y, c.Min.X+vg.Length(i+1)*step, c.Max.Y))
		}
	}}
}

func (m *heatMap) draw(dc draw.Canvas, f Format, t tint, plan schedule, never string, deadline float64) {
	lo, hi := logRange(m.lo, m.hi)
	p := axes(f)
	timeAxis(p, f, plan.seconds)
	p.Y.Min, p.Y.Max, p.Y.Scale = lo, hi, gonum.LogScale{}
	top := laneAbove(lo, hi)
	setLogY(p, lo, hi, top, m.failed > 0, never)
	p.Add(rules(nil, decades(lo, hi)), bands(plan.spans), plan.labels(f))
	if m.failed > 0 {
		p.Add(laneShade(top), m.failures(top))
	}
	p.Add(m.cells(t, f))
	if deadline > lo && deadline < hi {
		p.Add(threshold(deadline, "deadline "+short(deadline), f))
	}
	dc.Max.Y -= plan.stripHeight(f)
	p.Draw(dc)
}

// narrowColumns is how many columns a narrow chart has room for.
const narrowColumns = 100

// columns are those that are drawn, and the width of one in seconds: in a narrow
// chart two or more are put together, and drawn knows the most in a cell of these.
func (m *heatMap) columns(f Format) (merged []analysis.HeatColumn, width float64, drawn heatMap) {
	merged, width = m.merge(f)
	drawn = *m
	drawn.most = 0
	for _, c := range merged {
		for _, n := range c.Counts {
			drawn.most = max(drawn.most, n)
		}
	}
	return merged, width, drawn
}

func (m *heatMap) merge(f Format) (merged []analysis.HeatColumn, width float64) {
	width = float64(m.BinMS) / 1000
	per := 1
	if f.Narrow {
		per = (len(m.Columns) + narrowColumns - 1) / narrowColumns
	}
	if per == 1 {
		return m.Columns, width
	}
	for i := 0; i < len(m.Columns); i += per {
		counts := map[int]uint32{}
		least, most := math.MaxInt, -1
		for _, c := range m.Columns[i:min(i+per, len(m.Columns))] {
			for j, n := range c.Counts {
				counts[c.Row+j] += n
				least, most = min(least, c.Row+j), max(most, c.Row+j)
			}
		}
		if most < 0 {
			merged = append(merged, analysis.HeatColumn{})
			continue
		}
		c := analysis.HeatColumn{Row: least}
		for row := least; row <= most; row++ {
			c.Counts = append(c.Counts, counts[row])
		}
		merged = append(merged, c)
	}
	return merged, width * float64(per)
}

// cells fills the map: all cells of a shade are one path, and neighbours in a row
// one rectangle, which keeps the file small.
func (m *heatMap) cells(t tint, f Format) plotter {
	columns, width, drawn := m.columns(f)
	rows := 0
	for _, c := range columns {
		rows = max(rows, c.Row+len(c.Counts))
	}
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		var paths [len(shades)]vg.Path
		for row := range rows {
			y0, y1 := y(max(m.Top(row-1), leastMS)), y(max(m.Top(row), leastMS))
			if row == 0 { // up to a microsecond: a line of its own at the bottom
				y1 = y0 + 1
			}
			for i := 0; i < len(columns); {
				level, j := drawn.at(columns[i], row), i+1
				for j < len(columns) && drawn.at(columns[j], row) == level {
					j++
				}
				if level >= 0 {
					add(&paths[level], clampX(c, x(float64(i)*width)), y0, clampX(c, x(float64(j)*width)), y1)
				}
				i = j
			}
		}
		for level, path := range paths {
			if len(path) > 0 {
				c.SetColor(t.alpha(shades[level]))
				c.Fill(path)
			}
		}
	}
}

// at is the shade of a cell, or -1 if it is empty.
func (m *heatMap) at(c analysis.HeatColumn, row int) int {
	i := row - c.Row
	if i < 0 || i >= len(c.Counts) || c.Counts[i] == 0 {
		return -1
	}
	return m.level(c.Counts[i])
}

// failures fills the lane where operations failed.
func (m *heatMap) failures(top lane) plotter {
	opacity := func(c analysis.HeatColumn) float64 {
		switch {
		case c.Failed == 0:
			return 0
		case 2*c.Failed >= c.Due:
			return 1
		case 10*c.Failed >= c.Due:
			return 0.75
		}
		return 0.45
	}
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		width := float64(m.BinMS) / 1000
		for i := 0; i < len(m.Columns); {
			j, a := i+1, opacity(m.Columns[i])
			for j < len(m.Columns) && opacity(m.Columns[j]) == a {
				j++
			}
			if a > 0 {
				x0, x1 := clampX(c, x(float64(i)*width)), clampX(c, x(float64(j)*width))
				c.SetColor(alarm.alpha(a))
				c.Fill(box(x0, y(top.from), max(x1, x0+1), y(top.to)))
			}
			i = j
		}
	}
}

// add appends a rectangle to a path.
func add(p *vg.Path, x0, y0, x1, y1 vg.Length) {
	p.Move(vg.Point{X: x0, Y: y0})
	p.Line(vg.Point{X: x1, Y: y0})
	p.Line(vg.Point{X: x1, Y: y1})
	p.Line(vg.Point{X: x0, Y: y1})
	p.Close()
}
