package report

import (
	"cmp"
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"

	"nines/analysis"
	"nines/bench"
)

// A sketch draws a witness: its operations as boxes from the first sent to the
// last, and beside them an arrow from each to one that must come after it. The
// arrows go round.
type sketch struct {
	class           string
	width, box      float64 // of the whole, and of the boxes
	letter, line    float64 // size of the letters, and from line to line
	boxText, labels int     // characters that fit into a box, and beside an arrow
}

var (
	wideSketch   = sketch{class: "wide", width: 1000, box: 590, letter: 14.5, line: 20, boxText: 74, labels: 34}
	narrowSketch = sketch{class: "narrow", width: 380, box: 220, letter: 12.5, line: 17, boxText: 31, labels: 15}
)

const (
	pad  = 10.0 // within a box
	room = 24.0 // between boxes
)

// A frame is a box as it is laid out.
type frame struct {
	top, height float64
	lines       []string
}

// An arrow is an edge as it is laid out.
type arrow struct {
	y1, y2, bulge float64
	at            float64 // of its label
	kind          string
	lines         []string
}

func (k sketch) draw(p *analysis.Picture, alt string) template.HTML {
	frames, height := k.frames(p)
	arrows, low := k.arrows(p, frames)
	height = max(height, low)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.6g %.6g" role="img" class="%s" aria-label="%s" font-size="%g">`,
		k.width, height, k.class, html.EscapeString(alt), k.letter)
	for i := range frames {
		k.drawFrame(&b, &frames[i], p.Nodes[i].Fate)
	}
	for i := range arrows {
		k.drawArrow(&b, &arrows[i])
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// frames lays the boxes out, one below the other.
func (k sketch) frames(p *analysis.Picture) (frames []frame, height float64) {
	at := 1.0
	for i := range p.Nodes {
		n := &p.Nodes[i]
		f := frame{top: at, lines: wrap(oneLine(n.Name+"  "+n.Who), k.boxText)}
		when := fmt.Sprintf("sent %.6g s, done %.6g s", n.Sent.Seconds(), n.Done.Seconds())
		if n.Done == bench.Never {
			when = fmt.Sprintf("sent %.6g s", n.Sent.Seconds())
		}
		if n.Fate != bench.OK.String() {
			when += ", " + n.Fate
		}
		f.lines = append(f.lines, wrap(when, k.boxText)...)
		for _, what := range n.What {
			f.lines = append(f.lines, wrap(oneLine(what), k.boxText)...)
		}
		f.height = float64(len(f.lines))*k.line + 2*pad
		frames = append(frames, f)
		at += f.height + room
	}
	return frames, at - room + 1
}

// arrows lays the edges out, and keeps their labels apart. The farther one
// reaches the farther out it bends, and ends are ordered so that arrows between
// the same boxes do not cross.
func (k sketch) arrows(p *analysis.Picture, frames []frame) (arrows []arrow, low float64) {
	order := make([]int, len(p.Edges))
	for i := range order {
		order[i] = i
	}
	span := func(i int) int { return max(p.Edges[i].From, p.Edges[i].To) - min(p.Edges[i].From, p.Edges[i].To) }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(span(a), span(b)) })
	most := k.width - k.box
	arrows = make([]arrow, len(p.Edges))
	for rank, i := range order {
		arrows[i].kind = oneLine(p.Edges[i].Kind)
		arrows[i].bulge = min(most*0.24, most*(0.12+0.05*float64(rank)))
	}
	for n := range frames {
		frames[n].attach(n, p, arrows)
	}
	for i, e := range p.Edges {
		a := &arrows[i]
		a.lines = append([]string{a.kind}, wrap(oneLine(e.Label), k.labels)...)
		a.at = max(0, (a.y1+a.y2)/2-float64(len(a.lines))*k.line/2)
	}
	slices.SortStableFunc(arrows, func(a, b arrow) int { return cmp.Compare(a.at, b.at) })
	for i := range arrows {
		arrows[i].at = max(arrows[i].at, low)
		low = arrows[i].at + float64(len(arrows[i].lines))*k.line + 6
	}
	return arrows, low
}

// attach places the ends of arrows at box n: above those that lead up, the
// inner ones first; below them those that lead down, the outer ones first.
func (f *frame) attach(n int, p *analysis.Picture, arrows []arrow) {
	var ends []int
	for i, e := range p.Edges {
		if e.From == n || e.To == n {
			ends = append(ends, i)
		}
	}
	place := func(i int) float64 {
		if e := p.Edges[i]; e.From+e.To-n > n {
			return 1e6 - arrows[i].bulge
		}
		return arrows[i].bulge
	}
	slices.SortStableFunc(ends, func(a, b int) int { return cmp.Compare(place(a), place(b)) })
	for at, i := range ends {
		y := f.top + f.height*float64(at+1)/float64(len(ends)+1)
		if p.Edges[i].From == n {
			arrows[i].y1 = y
		} else {
			arrows[i].y2 = y
		}
	}
}

func (k sketch) drawFrame(b *strings.Builder, f *frame, fate string) {
	dashes := ""
	if fate != bench.OK.String() {
		dashes = ` stroke-dasharray="5 4"`
	}
	fmt.Fprintf(b, `<rect x="1" y="%.5g" width="%.5g" height="%.5g" rx="5" style="fill:var(--card);stroke:var(--axis)"%s/>`, f.top, k.box-1, f.height, dashes)
	for i, line := range f.lines {
		colour, weight := "ink", "normal"
		switch i {
		case 0:
			weight = "bold"
		case 1:
			colour = "muted"
		}
		k.text(b, pad, f.top+pad+float64(i)*k.line, line, colour, weight)
	}
}

func (k sketch) drawArrow(b *strings.Builder, a *arrow) {
	colour := tintOf(a.kind)
	dashes := ""
	if colour == "muted" {
		dashes = ` stroke-dasharray="6 4"`
	}
	x := k.box + 2
	fmt.Fprintf(b, `<path d="M%.5g %.5gC%.5g %.5g %.5g %.5g %.5g %.5g" style="fill:none;stroke:var(--%s);stroke-width:2"%s/>`,
		x, a.y1, x+a.bulge*4/3, a.y1, x+a.bulge*4/3, a.y2, x+8, a.y2, colour, dashes)
	fmt.Fprintf(b, `<path d="M%.5g %.5gl10 -5v10z" style="fill:var(--%s)"/>`, x, a.y2, colour)
	for i, line := range a.lines {
		tint, weight := "ink", "normal"
		if i == 0 {
			tint, weight = colour, "bold"
		}
		k.text(b, x+(k.width-k.box)*0.27, a.at+float64(i)*k.line, line, tint, weight)
	}
}

// tintOf is the colour of an edge: dependencies have one each, and time has none.
func tintOf(kind string) string {
	switch kind {
	case "ww":
		return "s3"
	case "wr":
		return "s1"
	case "rw":
		return "s2"
	}
	return "muted"
}

// text writes a line whose top is at y.
func (k sketch) text(b *strings.Builder, x, y float64, line, colour, weight string) {
	fmt.Fprintf(b, `<text x="%.5g" y="%.5g" style="fill:var(--%s);font-weight:%s">%s</text>`, x, y+k.line*0.75, colour, weight, html.EscapeString(line))
}
