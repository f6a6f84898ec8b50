package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"nines/analysis"
	"nines/analysis/episodes"
	"nines/analysis/plot"
	"nines/analysis/project"
	"nines/analysis/stats"
)

// mostClasses is how many classes of faults the first table has room for.
const mostClasses = 5

// short answers in one line a system: was it correct, may it be believed, how fast
// was it undisturbed, and for how long did each fault stop it.
func (c campaign) short(rows []total) table {
	t := table{Title: "In short", Keys: 1, Columns: []column{
		{"system", word}, {"correct", word}, {"believed", word}, {"p99 ms", figure}, {"in time op/s", figure},
	}}
	if len(c.classes) == 0 {
		return t
	}
	faults := c.faults()
	if len(faults) > mostClasses {
		faults = nil
	}
	for _, class := range faults {
		t.Columns = append(t.Columns, column{oneLine(class.Name) + ": out ms", figure})
	}
	most := 0
	for i := range rows {
		r := &rows[i]
		cells := []string{oneLine(r.Name), r.verdict(), r.valid(), r.spread(undisturbed), r.spread(baseline)}
		for _, class := range faults {
			cells = append(cells, c.out(r, class))
		}
		t.add(cells...)
		most = max(most, len(r.trials))
	}
	t.modelled(rows)
	note := "p99 of the response and goodput: before the first fault, with an interval over trials where they are enough"
	if least := stats.SampleSizeFor(0.5, episodes.Level); most < least {
		note += fmt.Sprintf(" (%d)", least)
	}
	t.note(note + fmt.Sprintf(". Out: the median episode, all the time in which nobody was served, with its %g %% interval.", 100*episodes.Level))
	t.note("How many nines a year that makes depends on how often faults come: nines project DIR.")
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

// spread is the median over trials, with its interval if there is one.
func (t *total) spread(f func(*analysis.Summary) float64) string {
	var v []float64
	for _, s := range t.trials {
		v = append(v, f(s))
	}
	slices.Sort(v)
	text := millis(analysis.MS(t.of(f)), t.trials[0].Facts.Abandon)
	if i, ok := stats.QuantileInterval(v, 0.5, episodes.Level); ok {
		text += fmt.Sprintf(" [%s, %s]", number(i.Lo), number(i.Hi))
	}
	return t.marked(text)
}

// out is how long a class of faults stopped a system.
func (c campaign) out(r *total, class plot.FaultClass) string {
	class.Virtual = r.trials[0].Facts.Virtual
	for _, row := range c.rows(class) {
		if !slices.ContainsFunc(row.Observations, func(o episodes.Observation) bool { return o.Label == r.Name }) {
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

// yearText is what a run comes to in a year, with rates that are nobody's own.
func yearText(p *project.Projection) string {
	return "A YEAR, with rates of faults from the literature, not yours (nines project --rates): " + strings.ReplaceAll(projectedHeadline(p), " %", "\u00a0%")
}
