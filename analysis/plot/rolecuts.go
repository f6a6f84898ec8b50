package plot

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
)

// A cutLook is how it is drawn in a lane that the node was cut off. It can be told
// without colours: wholly has a ground and two edges, and partly a dashed one below.
type cutLook struct {
	partly bool
	role   analysis.NodeRole // what stands for it where spans are drawn
	note   string
}

var cutLooks = []cutLook{
	{false, "cut off", " Cut off: faults left it no link with a majority of the nodes."},
	{true, "partly cut off", " Partly: they cut some of its links, or one direction."},
}

// mark lies behind what the node was.
func (k *cutLook) mark(c draw.Canvas, x0, x1, y, height vg.Length) {
	half := height * 0.48
	x1 = max(x1, x0+0.6)
	if k.partly {
		c.StrokeLine2(stroke(alarm, 1, 0.9, 2, 1.4), x0, y-half, x1, y-half)
		return
	}
	c.SetColor(alarm.alpha(0.22))
	c.Fill(box(x0, y-half, x1, y+half))
	c.StrokeLine2(stroke(alarm, 1, 0.9), x0, y-half, x1, y-half)
	c.StrokeLine2(stroke(alarm, 1, 0.9), x0, y+half, x1, y+half)
}

// cutSpans are stretches as spans of a lane, in which whoever was cut off is told
// rather than who was partly.
func cutSpans(cuts []analysis.RoleCut, end float64) []analysis.RoleSpan {
	const not analysis.NodeRole = ""
	var (
		spans  []analysis.RoleSpan
		rarest []analysis.NodeRole
		at     analysis.MS
	)
	for _, c := range cuts {
		from := max(c.From, at)
		if from > at {
			spans = append(spans, analysis.RoleSpan{From: at, To: from, Role: not})
		}
		for _, look := range cutLooks {
			if look.partly == c.Partly && c.To > from {
				spans = append(spans, analysis.RoleSpan{From: from, To: c.To, Role: look.role})
			}
		}
		at = max(at, c.To)
	}
	for _, look := range cutLooks {
		rarest = append(rarest, look.role)
	}
	return drawable(spans, end, append(rarest, not))
}
