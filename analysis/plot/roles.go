package plot

import (
	"cmp"
	"slices"

	"golang.org/x/image/font"
	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
)

// roleLanes are strips under a chart over time, one a node: who led, who was
// down, and who was cut off, wholly or partly.
type roleLanes []analysis.NodeRoles

const (
	mostRoleLanes = 15   // nodes that are drawn
	roleRows      = 1.3  // from lane to lane, in text sizes
	roleHigh      = 1.05 // a lane, likewise
)

// rolesOf are the lanes of a trial; none if it tells of no roles.
func rolesOf(t *analysis.Summary) roleLanes {
	return t.Roles[:min(len(t.Roles), mostRoleLanes)]
}

// note says what the lanes show.
func (l roleLanes) note() string {
	if len(l) == 0 {
		return ""
	}
	note := " Lanes: what each node was."
	for _, look := range cutLooks {
		if l.cut(look.partly) {
			note += look.note
		}
	}
	return note
}

// cut reports whether a node was cut off, or partly.
func (l roleLanes) cut(partly bool) bool {
	return slices.ContainsFunc(l, func(n analysis.NodeRoles) bool {
		return slices.ContainsFunc(n.Cut, func(c analysis.RoleCut) bool { return c.Partly == partly })
	})
}

func (l roleLanes) height(f Format) vg.Length {
	if len(l) == 0 {
		return 0
	}
	return f.length(0.5 + roleRows*float64(len(l)))
}

// A roleLook is how a role is drawn: it can be told by its height alone.
type roleLook struct {
	role  analysis.NodeRole
	label string
	part  float64 // of the lane's height
	alpha float64
	tint  func(tint) tint // from that of the system
}

var (
	own   = func(t tint) tint { return t }
	quiet = func(tint) tint { return muted }
	loud  = func(tint) tint { return alarm }
)

var roleLooks = []roleLook{
	{analysis.RoleLeads, "leads", 0.8, 1, own},
	{analysis.RoleFollows, "follows", 0.4, 0.4, own},
	{analysis.RoleUp, "up", 0.4, 0.4, own},
	{analysis.RoleNoLeader, "knows no leader", 0.12, 0.7, quiet},
	{analysis.RoleDown, "down", 0.12, 1, loud},
}

func lookOf(r analysis.NodeRole) *roleLook {
	for i := range roleLooks {
		if roleLooks[i].role == r {
			return &roleLooks[i]
		}
	}
	return nil // of a later version
}

// keys explain the roles that there are.
func (l roleLanes) keys(t tint) []key {
	seen := map[analysis.NodeRole]bool{}
	for _, n := range l {
		for _, s := range n.Spans {
			seen[s.Role] = true
		}
	}
	var keys []key
	for _, look := range roleLooks {
		if seen[look.role] {
			keys = append(keys, key{look.label, func(c draw.Canvas) {
				look.fill(c, t, c.Min.X, c.Max.X, c.Center().Y, c.Size().Y*1.2)
			}})
		}
	}
	for _, look := range cutLooks {
		if l.cut(look.partly) {
			keys = append(keys, key{string(look.role), func(c draw.Canvas) { look.mark(c, c.Min.X, c.Max.X, c.Center().Y, c.Size().Y*1.2) }})
		}
	}
	return keys
}

// draw draws the lanes below dc, whose chart over time p has been drawn in it. below is
// what lies between.
func (l roleLanes) draw(dc draw.Canvas, f Format, p *gonum.Plot, plan schedule, t tint, below vg.Length) {
	if len(l) == 0 {
		return
	}
	area := p.DataCanvas(dc)
	area.Max.Y = dc.Min.Y - below - f.length(0.2)
	area.Min.Y = area.Max.Y - f.length(roleRows)*vg.Length(len(l))
	x := func(ms analysis.MS) vg.Length { return clampX(area, area.X(p.X.Norm(float64(ms)/1000))) }
	bands(plan.spans)(area, func(s float64) vg.Length { return area.X(p.X.Norm(s)) }, nil)
	label := aligned(letters(muted, f.Text*0.85, font.WeightNormal), text.XRight)
	for i, n := range l {
		y := area.Max.Y - f.length(roleRows)*(vg.Length(i)+0.5)
		write(area, label, vg.Point{X: area.Min.X - f.length(0.4), Y: y - f.length(0.3)}, cut(plain(n.Node), label, f.length(3.8)))
		for _, s := range cutSpans(n.Cut, plan.seconds*1000) {
			for _, look := range cutLooks {
				if look.role == s.Role {
					look.mark(area, x(s.From), x(s.To), y, f.length(roleHigh))
				}
			}
		}
		for _, s := range drawable(n.Spans, plan.seconds*1000, rarestRoles) {
			if look := lookOf(s.Role); look != nil {
				look.fill(area, t, x(s.From), x(s.To), y, f.length(roleHigh))
			}
		}
	}
}

func (k *roleLook) fill(c draw.Canvas, t tint, x0, x1, y, height vg.Length) {
	half := height * vg.Length(k.part) / 2
	c.SetColor(k.tint(t).alpha(k.alpha))
	c.Fill(box(x0, y-half, max(x1, x0+0.6), y+half))
}

// rolePoints is how many spans of a lane are drawn one by one.
const rolePoints = 1000

var rarestRoles = []analysis.NodeRole{analysis.RoleDown, analysis.RoleLeads, analysis.RoleNoLeader, analysis.RoleFollows, analysis.RoleUp}

// drawable puts spans together where they are so many that they could not be told
// apart: a slot then shows the rarest role that there was in it.
func drawable(spans []analysis.RoleSpan, end float64, rarest []analysis.NodeRole) []analysis.RoleSpan {
	if len(spans) <= rolePoints {
		return spans
	}
	width := analysis.MS(end / rolePoints)
	var out []analysis.RoleSpan
	for from := analysis.MS(0); len(spans) > 0 && float64(from) < end; from += width {
		slot := analysis.RoleSpan{From: from, To: from + width, Role: spans[0].Role}
		for len(spans) > 0 && spans[0].From < slot.To {
			if cmp.Less(slices.Index(rarest, spans[0].Role), slices.Index(rarest, slot.Role)) {
				slot.Role = spans[0].Role
			}
			if spans[0].To > slot.To {
				break
			}
			spans = spans[1:]
		}
		if n := len(out); n > 0 && out[n-1].Role == slot.Role {
			out[n-1].To = slot.To
			continue
		}
		out = append(out, slot)
	}
	return out
}
