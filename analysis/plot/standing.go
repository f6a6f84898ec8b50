package plot

import (
	"golang.org/x/image/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// draw fills an area of a map with what a standing says.
func (s *Standing) draw(dc draw.Canvas, area vg.Rectangle, size vg.Length) {
	fill, alpha, on := s.look()
	if alpha > 0 {
		dc.SetColor(fill.alpha(alpha))
		dc.Fill(area.Path())
	}
	dc.SetLineStyle(stroke(axis, 1, 0.5))
	dc.Stroke(area.Path())
	text := s.Says
	if s.differs() {
		const in = 1.2
		dc.SetLineStyle(stroke(alarm, 1, 2))
		dc.Stroke(box(area.Min.X+in, area.Min.Y+in, area.Max.X-in, area.Max.Y-in))
		text += "!"
	}
	middle := vg.Point{X: (area.Min.X + area.Max.X) / 2, Y: (area.Min.Y+area.Max.Y)/2 - size*0.36}
	write(dc, aligned(letters(on, size, font.WeightNormal), draw.XCenter), middle, text)
}

// differs reports whether something else was measured than theory says.
func (s *Standing) differs() bool { return !s.Agrees && s.Says != NotJudged }

// look is the colour of a cell and that of its letters. Everything served is dark,
// nothing is blank, and what lies between is lighter the less it is, so that it can be told
// without colours as well; the letters say it too.
func (s *Standing) look() (fill tint, alpha float64, on tint) {
	switch s.Says {
	case BothServed:
		return palette[0], 1, paper
	case ReadsServed, WritesServed:
		return palette[4], 0.45, ink
	case NoneServed, NotJudged:
		return paper, 0, muted
	case MixedServed:
		return band, 0.3, ink
	}
	return palette[5], 0.55, ink // a part of the keys
}

// standingKeys explain what is in the maps.
func standingKeys(maps []ToleranceMap) []key {
	seen := map[string]bool{}
	for _, m := range maps {
		for _, r := range m.Rows {
			for _, p := range append(append([]Pair(nil), r.Killed...), r.Split...) {
				for _, s := range p {
					if s != nil {
						seen[s.class()] = true
					}
				}
			}
		}
	}
	var keys []key
	for _, k := range []struct{ says, label string }{
		{BothServed, "reads and writes"}, {ReadsServed, "reads only"}, {WritesServed, "writes only"}, {partServed, "percent of the keys"},
		{NoneServed, "nothing"}, {MixedServed, "neither nor"}, {NotJudged, "not judged"},
	} {
		if seen[k.says] {
			keys = append(keys, key{k.label, func(c draw.Canvas) {
				says := k.says
				if says == partServed {
					says = "67"
				}
				s := Standing{Says: says, Agrees: true}
				area := c.Rectangle
				area.Min.Y, area.Max.Y = area.Min.Y-1, area.Max.Y+1
				s.draw(c, area, (c.Max.Y-c.Min.Y)*0.95)
			}})
		}
	}
	return keys
}

// partServed stands for any percentage.
const partServed = "%"

func (s *Standing) class() string {
	switch s.Says {
	case BothServed, ReadsServed, WritesServed, NoneServed, MixedServed, NotJudged:
		return s.Says
	}
	return partServed
}
