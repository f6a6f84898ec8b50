package plottest

import (
	"math"
	"strings"

	"nines/analysis"
)

// heat counts the operations by when they were due and how long they took, a
// twohundredth of the trial to a column.
func heat(sum *analysis.Summary, ops []op, c Config) {
	if len(ops) == 0 {
		return
	}
	width := math.Ceil(c.Seconds*1000/200/binMS) * binMS
	h := analysis.Heat{BinMS: analysis.MS(width), PerDecade: 8, Columns: make([]analysis.HeatColumn, int(math.Ceil(c.Seconds*1000/width)))}
	for _, o := range ops {
		col := &h.Columns[int(o.due/width)]
		if col.Counts == nil {
			col.Counts = make([]uint32, 60)
		}
		if col.Due++; math.IsInf(o.done, 1) {
			col.Failed++
			continue
		}
		row := 0
		for ; h.Top(row) < o.done-o.due && row < 59; row++ {
		}
		col.Counts[row]++
	}
	sum.Heat = h
}

// roles lets the first node lead until a fault stops or cuts off the leader; the
// next node leads from the end of the gap on.
func roles(sum *analysis.Summary, s Service, c Config) {
	nodes := sum.Facts.Nodes
	if len(nodes) < 2 || c.Seconds <= 0 {
		return
	}
	end, leader := analysis.MS(c.Seconds*1000), 0
	out := make([]analysis.NodeRoles, len(nodes))
	for i := range nodes {
		out[i] = analysis.NodeRoles{Node: nodes[i], Spans: []analysis.RoleSpan{{To: end, Role: analysis.RoleFollows}}}
	}
	turn := func(node int, at float64, role analysis.NodeRole) {
		spans := out[node].Spans
		last := &spans[len(spans)-1]
		last.To = min(analysis.MS(at*1000), end)
		if last.To < end {
			out[node].Spans = append(spans, analysis.RoleSpan{From: last.To, To: end, Role: role})
		}
	}
	out[0].Spans[0].Role = analysis.RoleLeads
	for _, st := range s.Stalls {
		if st.NA != "" {
			continue
		}
		was := leader
		if strings.HasPrefix(st.Fault, "kill") {
			turn(was, st.From, analysis.RoleDown)
		} else {
			turn(was, st.From+0.5, analysis.RoleNoLeader)
			out[was].Cut = append(out[was].Cut, analysis.RoleCut{From: analysis.MS(st.From * 1000), To: min(analysis.MS(st.To*1000), end)})
		}
		leader = (leader + 1) % len(nodes)
		turn(leader, st.From+st.Gap, analysis.RoleLeads)
		turn(was, max(st.To, st.From+st.Gap)+0.3, analysis.RoleFollows)
	}
	sum.Roles = out
}
