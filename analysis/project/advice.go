package project

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"nines/analysis/stats"
)

// more is how many further episodes an advice supposes.
const more = 10

// advice says what to measure next, the most useful first: what has no error at
// all; then what may cost more than it seems to, by how much: what was not measured, what
// caused no outage in few episodes, and what is presumed to be failover-bound; then the
// episodes that lower the standard error of E most. Ten more of n episodes leave
// n/(n+10) of their part of its square. Each of the three kinds is in its own order.
func advice(p *Projection, gs []*group) []Advice {
	return slices.Concat(unknown(gs), hidden(p), fewer(gs))
}

// hidden is what may cost more than is in E.
func hidden(p *Projection) []Advice {
	type risk struct {
		Advice
		worst float64
	}
	var risks []risk
	add := func(class string, worst Figure, format string, args ...any) {
		risks = append(risks, risk{Advice{class, Hidden, fmt.Sprintf(format, args...), Figure(nan)}, orInf(worst)})
	}
	for _, u := range p.Unmeasured {
		if u.Rate.Mid > 0 {
			add(u.Class, u.AtWorst, "was not measured: inject %s. At worst it costs %s", either(u.Faults), atWorst(u.AtWorst))
		}
	}
	for _, c := range p.Classes {
		switch {
		case c.Rate.Mid == 0:
		case c.AtMost != nil:
			add(c.Class, *c.AtMost, "caused no outage in %s, which leaves up to %s: %d more of %s without one leave a share of %.2g instead of %.2g",
				count(c.Episodes, "episode"), atWorst(*c.AtMost), more, either(c.Faults), stats.UpperIfNone(c.Episodes+more, Level), float64(*c.Share95))
		case c.IfRepair != nil:
			add(c.Class, *c.IfRepair, "is presumed to be failover-bound: inject %s at a second duration. If it lasts until the repair, it costs %s",
				either(c.Faults), atWorst(*c.IfRepair))
		}
	}
	slices.SortStableFunc(risks, func(a, b risk) int { return cmp.Compare(b.worst, a.worst) })
	var out []Advice
	for _, r := range risks {
		out = append(out, r.Advice)
	}
	return out
}

// unknown are the groups that leave E without a standard error, the costliest first.
func unknown(gs []*group) (out []Advice) {
	gs = slices.Clone(gs)
	slices.SortStableFunc(gs, func(a, b *group) int { return cmp.Compare(b.expected(Mid), a.expected(Mid)) })
	for _, g := range gs {
		if math.IsNaN(g.variance(Mid)) {
			what := "has one episode that tells, and so no standard error: inject " + either(g.terms[0].names) + " again"
			if g.fit.Censored == g.fit.N {
				what = "was never seen to end: watch longer after " + either(g.terms[0].names) + " is healed"
			}
			out = append(out, Advice{g.name(), NoStdErr, what, Figure(nan)})
		}
	}
	return out
}

// fewer are the groups by how much less the error would be.
func fewer(gs []*group) (out []Advice) {
	all, of := 0.0, "the standard error"
	for _, g := range gs {
		if v := g.variance(Mid); !math.IsNaN(v) {
			all += v
		} else {
			of = "what is known of the standard error"
		}
	}
	for _, g := range gs {
		v := g.variance(Mid)
		if math.IsNaN(v) || v == 0 {
			continue
		}
		n := float64(g.fit.N)
		then := math.Sqrt(max(0, all-v*more/(n+more)))
		out = append(out, Advice{g.name(), Tighter, fmt.Sprintf("%d more episodes of %s make %s %s instead of %s",
			more, either(g.terms[0].names), of, Duration(then), Duration(math.Sqrt(all))), Figure(then)})
	}
	slices.SortStableFunc(out, func(a, b Advice) int { return cmp.Compare(a.StdErr, b.StdErr) })
	if len(out) > 0 {
		out[0].What = "tightens the figure most: " + out[0].What
	}
	return out
}

func atWorst(f Figure) string {
	if math.IsNaN(float64(f)) {
		return "what nobody can tell, since the rates do not say how long its repair takes"
	}
	return Duration(float64(f)) + " a year"
}

func either(names []string) string { return strings.Join(names, " or ") }

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
