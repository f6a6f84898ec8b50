package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"nines/analysis"
	"nines/analysis/episodes"
	"nines/analysis/plot"
	"nines/analysis/stats"
)

// mostClasses is how many classes of faults the first table has room for.
const mostClasses = 5

// short answers in one line a system: was it correct, may it be believed, how fast
// was it undisturbed, for how long did each fault stop it, and how many nines a year that
// makes. A system is in one line whatever faults the cells of a matrix inject into it.
func (c campaign) short() table {
	rows := totalsOf(plot.WholeSystems(c.all))
	t := table{Title: "In short", Keys: 1, Columns: []column{
		{"system", word}, {"correct", word}, {"believed", word}, {"p99 ms", figure}, {"in time op/s", figure},
	}}
	if len(c.classes) == 0 && len(rows) == len(plot.Systems(c.all)) { // other tables have a row for each
		return t
	}
	faults := c.faults()
	if len(faults) > mostClasses { // they have a table of their own
		faults = nil
	}
	loaded := slices.ContainsFunc(rows, func(r total) bool { return ofKnee(&r.trials[0].Facts) != "" })
	if loaded {
		t.Columns = append(t.Columns, column{"of knee", figure})
	}
	for _, class := range faults {
		t.Columns = append(t.Columns, column{oneLine(class.Name) + ": out ms", figure})
	}
	if len(c.years) > 0 {
		t.Columns = append(t.Columns, column{"nines a year", figure})
	}
	most := 0
	for i := range rows {
		r := &rows[i]
		cells := []string{oneLine(r.Name), r.verdict(), r.valid(), r.spread(undisturbed), r.spread(baseline)}
		if loaded {
			cells = append(cells, orDash(ofKnee(&r.trials[0].Facts)))
		}
		for _, class := range faults {
			cells = append(cells, c.out(r, class))
		}
		if len(c.years) > 0 {
			cells = append(cells, c.nines(r))
		}
		t.add(cells...)
		most = max(most, len(r.independent()))
	}
	t.modelled(rows)
	if loaded {
		t.note("Of knee: the load that was offered, of what the scenario says the system was measured to hold.")
	}
	note := "p99 of the response and goodput: before the first fault, with an interval over trials where they are enough"
	if least := stats.SampleSizeFor(0.5, episodes.Level); most < least {
		note += fmt.Sprintf(" (%d)", least)
	}
	note += "."
	if len(faults) > 0 {
		note += fmt.Sprintf(" Out: the median episode, all the time in which nobody was served, with its %g %% interval.", 100*episodes.Level)
	}
	t.note(note)
	c.noteNines(&t)
	explain(&t, rows)
	return t
}

// modelled says so in the title if it is true of all rows, else of those that are.
func (t *table) modelled(rows []total) {
	var names []string
	for i := range rows {
		if rows[i].trials[0].Facts.Virtual {
			names = append(names, oneLine(rows[i].Name))
		}
	}
	switch {
	case len(names) == len(rows):
		t.Title += ", as modelled"
	case len(names) > 0:
		t.note("Modelled: " + some(names) + ".")
	}
}

// faults are the classes of faults, of which that they were modelled is no
// matter here: a row is one or the other.
func (c campaign) faults() []plot.FaultClass {
	var out []plot.FaultClass
	for _, class := range c.classes {
		class.Virtual = false
		class.Name = strings.TrimSuffix(class.Name, episodes.Modelled)
		if !slices.Contains(out, class) {
			out = append(out, class)
		}
	}
	return out
}

// undisturbed is the p99 before the first fault.
func undisturbed(s *analysis.Summary) float64 { return float64(calm(s).P99) }

// calm is the response before the first fault; its percentiles are NaN where there was none.
func calm(s *analysis.Summary) analysis.Quantiles {
	for _, l := range s.Latency {
		if l.Phase == "before" && l.Kind == "" && l.Node == "" {
			return l.Response
		}
	}
	nan := analysis.MS(math.NaN())
	return analysis.Quantiles{P50: nan, P99: nan}
}

// baseline is the goodput before the first fault.
func baseline(s *analysis.Summary) float64 {
	for i := range s.Episodes {
		if e := &s.Episodes[i]; e.NA == "" {
			return e.Baseline
		}
	}
	return s.Goodput
}

// spread is the median over trials, with its interval, or a dash for it.
func (t *total) spread(f func(*analysis.Summary) float64) string {
	return t.ranged(t.marked(millis(analysis.MS(t.of(f)), t.trials[0].Facts.Abandon)), f)
}

// ranged adds to such a median its interval: 2.70 [2.51, 2.98]†.
func (t *total) ranged(text string, f func(*analysis.Summary) float64) string {
	if text == dash {
		return dash
	}
	interval := dash
	if i, ok := t.between(f); ok {
		interval = number(i.Lo) + ", " + number(i.Hi)
	}
	return t.marked(strings.TrimSuffix(text, string(t.mark)) + " [" + interval + "]")
}

// out is how long a class of faults stopped a system.
func (c campaign) out(r *total, class plot.FaultClass) string {
	class.Virtual = r.trials[0].Facts.Virtual
	for _, row := range c.rows(class) {
		if !slices.ContainsFunc(row.Observations, func(o episodes.Observation) bool { return r.has(o.Label) }) {
			continue
		}
		some := row.Out.Some
		text := row.quantile(&row.Out, row.Out.Median)
		switch {
		case some.Count == 0:
			text = "none in " + fmt.Sprint(some.Of)
		case some.Count < some.Of:
			text += fmt.Sprintf(", in %d of %d", some.Count, some.Of)
		}
		return r.marked(text)
	}
	return "n/a"
}

// covers reports whether the episodes of a step are in one of the tables.
func (c campaign) covers(s plot.Step) bool {
	return slices.ContainsFunc(c.classes, func(class plot.FaultClass) bool { return class.Fault == s.Fault })
}
