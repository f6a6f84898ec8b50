package plot

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/image/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
)

// Tolerance draws the maps of fault tolerance: of killed nodes, and of splits. There are
// none if no trial explores it.
func Tolerance(all []analysis.Summary) []Chart {
	maps := ToleranceMaps(all)
	if len(maps) == 0 {
		return nil
	}
	halves := "Upper half of a cell: the leader lived; lower half: it was one of the dead. Thick line: as far as the system's own theory promises everything; " +
		"dashed: as far as a majority is left. A red frame and !: measured otherwise than the theory says."
	charts := []Chart{toleranceChart("tolerance-killed", "Who survives how many killed nodes", "Rows: nodes of the cluster; columns: how many were killed. "+halves, maps, killedGrid)}
	split := toleranceChart("tolerance-split", "Which side of a split still serves", "Rows: nodes of the cluster; columns: how many were on the leader's side. "+
		"Upper half of a cell: clients of the leader's side; lower half: of the other side. Thick lines: where the system's own theory says that it changes.", maps, splitGrid)
	if slices.ContainsFunc(maps, func(m ToleranceMap) bool { return splitGrid.columns(m) > 0 }) {
		charts = append(charts, split)
	}
	return charts
}

func toleranceChart(name, title, caption string, maps []ToleranceMap, g panelGrid) Chart {
	return Chart{
		Name: name, Title: title, Caption: caption, Alt: g.alt(title, maps),
		Basis:  basis(toleranceTrials(maps)+" of each size of a cluster", noInterval+": a cell is what was seen", "what was served, not for how long"),
		keys:   func(Format) []key { return standingKeys(maps) },
		height: func(f Format) vg.Length { return g.lay(f, maps, nil) },
		body:   func(dc draw.Canvas, f Format) { g.lay(f, maps, &dc) },
	}
}

func toleranceTrials(maps []ToleranceMap) string {
	var systems []System
	for _, m := range maps {
		systems = append(systems, m.bySize()...)
	}
	return trialsEach(systems)
}

// bySize are the trials of a map, a system for each size of the cluster.
func (m ToleranceMap) bySize() []System {
	var all []analysis.Summary
	for _, t := range m.Trials {
		all = append(all, *t)
	}
	return Systems(all)
}

// A panelGrid is which pairs of a row are drawn, and from which number on.
type panelGrid struct {
	pairs     func(ToleranceRow) []Pair
	first     int
	staircase bool // what theory promises ends once in each half of a row
}

var (
	killedGrid = panelGrid{func(r ToleranceRow) []Pair { return r.Killed }, 0, true}
	splitGrid  = panelGrid{func(r ToleranceRow) []Pair { return r.Split }, 1, false}
)

// rows are those that have cells: a single node cannot be split.
func (g panelGrid) rows(m ToleranceMap) []ToleranceRow {
	return slices.DeleteFunc(slices.Clone(m.Rows), func(r ToleranceRow) bool { return len(g.pairs(r)) == 0 })
}

func (g panelGrid) columns(m ToleranceMap) (n int) {
	for _, r := range m.Rows {
		n = max(n, len(g.pairs(r)))
	}
	return n
}

// The measures of a panel, in sizes of the text.
const (
	cellSide   = 1.9
	panelLeft  = 2.2 // the numbers of nodes
	panelTop   = 3.1 // name and numbers of the columns
	panelRight = 1.4 // to the next one
	panelBelow = 1.1
)

// lay puts the panels side by side as long as there is room, draws them if there is a
// canvas, and returns the height that they take.
func (g panelGrid) lay(f Format, maps []ToleranceMap, dc *draw.Canvas) vg.Length {
	room := f.Width - 2*f.margin()
	var x, y, tallest vg.Length
	for _, m := range maps {
		columns := g.columns(m)
		if columns == 0 { // it cannot be split
			continue
		}
		name := letters(ink, f.Text, font.WeightBold).Width(m.label())
		w := max(f.length(panelLeft+cellSide*float64(columns)), name) + f.length(panelRight)
		h := f.length(panelTop + cellSide*float64(len(g.rows(m))) + panelBelow)
		if x > 0 && x+w-f.length(panelRight) > room {
			x, y, tallest = 0, y+tallest, 0
		}
		if dc != nil {
			g.panel(*dc, f, m, vg.Point{X: dc.Min.X + x, Y: dc.Max.Y - y})
		}
		x, tallest = x+w, max(tallest, h)
	}
	return y + tallest
}

// panel draws one system from its upper left corner on.
func (g panelGrid) panel(dc draw.Canvas, f Format, m ToleranceMap, at vg.Point) {
	side := f.length(cellSide)
	write(dc, letters(ink, f.Text, font.WeightBold), vg.Point{X: at.X, Y: at.Y - f.length(1)}, m.label())
	quiet := letters(muted, f.Text*0.9, font.WeightNormal)
	corner := vg.Point{X: at.X + f.length(panelLeft), Y: at.Y - f.length(panelTop)}
	for k := range g.columns(m) {
		write(dc, aligned(quiet, draw.XCenter), vg.Point{X: corner.X + side*(vg.Length(k)+0.5), Y: corner.Y + f.length(0.4)}, fmt.Sprint(k+g.first))
	}
	rows := g.rows(m)
	for i, r := range rows {
		top := corner.Y - side*vg.Length(i)
		write(dc, aligned(quiet, draw.XRight), vg.Point{X: corner.X - f.length(0.5), Y: top - side/2 - f.length(0.3)}, fmt.Sprint(r.Nodes))
		for k, p := range g.pairs(r) {
			p.draw(dc, f, vg.Point{X: corner.X + side*vg.Length(k), Y: top}, side)
		}
	}
	if g.staircase {
		stairs(dc, side, corner, rows, stroke(muted, 1, 1.1, 3, 2), func(r ToleranceRow, _ int) int { return (r.Nodes-1)/2 + 1 })
		stairs(dc, side, corner, rows, stroke(ink, 1, 1.8), func(r ToleranceRow, half int) int { return promised(r.Killed, half) })
		return
	}
	for i, r := range rows {
		changes(dc, side, vg.Point{X: corner.X, Y: corner.Y - side*vg.Length(i)}, r.Split)
	}
}

// promised is how many cells of half a row theory promises everything in.
func promised(pairs []Pair, half int) int {
	for k, p := range pairs {
		if s := p.half(half); s != nil && s.Theory != BothServed && s.Theory != NotJudged {
			return k
		}
	}
	return len(pairs)
}

// half is one half, or the other if that is missing.
func (p Pair) half(i int) *Standing {
	if p[i] == nil {
		return p[1-i]
	}
	return p[i]
}

// stairs is a line down the rows, at the column where each half of them ends.
func stairs(dc draw.Canvas, side vg.Length, corner vg.Point, rows []ToleranceRow, style draw.LineStyle, end func(r ToleranceRow, half int) int) {
	var pts []vg.Point
	for i, r := range rows {
		for half := range 2 {
			x := corner.X + side*vg.Length(end(r, half))
			y := corner.Y - side*(vg.Length(i)+vg.Length(half)/2)
			pts = append(pts, vg.Point{X: x, Y: y}, vg.Point{X: x, Y: y - side/2})
		}
	}
	dc.StrokeLines(style, pts)
}

// changes are lines between neighbours of which theory says different things.
func changes(dc draw.Canvas, side vg.Length, corner vg.Point, pairs []Pair) {
	for k := 1; k < len(pairs); k++ {
		for half := range 2 {
			a, b := pairs[k-1].half(half), pairs[k].half(half)
			if a != nil && b != nil && (a.Theory == BothServed) != (b.Theory == BothServed) {
				x, y := corner.X+side*vg.Length(k), corner.Y-side*vg.Length(half)/2
				dc.StrokeLine2(stroke(ink, 1, 1.8), x, y, x, y-side/2)
			}
		}
	}
}

// draw draws the cell whose upper left corner is given, as a whole if its halves say
// the same or one is missing.
func (p Pair) draw(dc draw.Canvas, f Format, at vg.Point, side vg.Length) {
	whole := p[0] == nil || p[1] == nil || *p[0] == *p[1]
	switch {
	case p[0] == nil && p[1] == nil:
		return
	case whole:
		p.half(0).draw(dc, vg.Rectangle{Min: vg.Point{X: at.X, Y: at.Y - side}, Max: vg.Point{X: at.X + side, Y: at.Y}}, f.Text*0.9)
	default:
		for i, s := range p {
			y := at.Y - side/2*vg.Length(i)
			s.draw(dc, vg.Rectangle{Min: vg.Point{X: at.X, Y: y - side/2}, Max: vg.Point{X: at.X + side, Y: y}}, f.Text*0.8)
		}
	}
}

// alt reads the maps out, row by row.
func (g panelGrid) alt(title string, maps []ToleranceMap) string {
	var b strings.Builder
	b.WriteString(title + ".")
	for _, m := range maps {
		fmt.Fprintf(&b, " %s:", m.label())
		for _, r := range g.rows(m) {
			fmt.Fprintf(&b, " of %d", r.Nodes)
			for k, p := range g.pairs(r) {
				if text := p.String(); text != "" {
					fmt.Fprintf(&b, ", %d: %s", k+g.first, text)
				}
			}
			b.WriteString(";")
		}
	}
	return strings.TrimSuffix(b.String(), ";") + "."
}

// String is such as RW, or RW/– where the halves say different things, with ! after
// what theory does not say; "" if there is neither.
func (p Pair) String() string {
	word := func(s *Standing) string {
		if s.differs() {
			return s.Says + "!"
		}
		return s.Says
	}
	switch a, b := p.half(0), p.half(1); {
	case a == nil:
		return ""
	case word(a) == word(b):
		return word(a)
	default:
		return word(a) + "/" + word(b)
	}
}
