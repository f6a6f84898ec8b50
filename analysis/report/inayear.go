package report

import (
	"fmt"
	"slices"
	"strings"

	"nines/analysis/project"
)

// yearText is what a run comes to in a year, with rates that are nobody's own.
func yearText(p *project.Projection) string {
	return "A YEAR, with rates of faults from the literature, not yours (nines project --rates): " + strings.ReplaceAll(projectedHeadline(p), " %", "\u00a0%")
}

func yearTexts(ps []*project.Projection) (out []string) {
	for _, p := range ps {
		out = append(out, yearText(p))
	}
	return out
}

// nines is how many nines a year of a system's faults leave it, with the interval that
// follows from its episodes.
func (c campaign) nines(r *total) string {
	at := slices.IndexFunc(c.years, func(p *project.Projection) bool { return p.System == project.Name(r.trials[0]) })
	if at < 0 {
		return dash
	}
	p := c.years[at]
	text := fmt.Sprintf("%s [%s, %s]", ninesText(p.Mid.Nines), ninesOf(p.Mid.Hi), ninesOf(p.Mid.Lo))
	switch {
	case p.Quiet():
		text = "≥ " + ninesOf(p.Ruled)
	case p.LowerBound:
		text = "≤ " + ninesText(p.Mid.Nines)
	}
	if unmeasured(p) > 0 {
		text += without
	}
	return text
}

// noteNines says what the nines are, or where to have them from.
func (c campaign) noteNines(t *table) {
	if len(c.years) == 0 {
		t.note("How many nines a year that makes depends on how often faults come: nines project DIR.")
		return
	}
	note := "Nines a year: with rates of faults from the literature, not yours (nines project --rates), and the 95 % interval that follows from the episodes."
	if slices.ContainsFunc(c.years, (*project.Projection).Quiet) {
		note += " ≥: no fault caused an outage, which leaves that at 95 % confidence."
	}
	if slices.ContainsFunc(c.years, func(p *project.Projection) bool { return p.LowerBound }) {
		note += " ≤: some outages had not ended when they were last seen."
	}
	t.note(note)
	for _, p := range c.years {
		if unmeasured(p) > 0 {
			t.note(fmt.Sprintf("* %s: without the %s of fault that nobody measured, with which it is %s nines at worst.", oneLine(p.System), plural(unmeasured(p)), ninesOf(p.Worst)))
		}
	}
}
