package report

import (
	"slices"

	"nines/analysis"
	"nines/analysis/plot"
)

// overview answers, for a campaign over so many cells that they cannot be shown
// one by one: how long out under which fault. A row is a system under a fault of
// one length; there are none for fewer cells.
func (c campaign) overview(rows []total) table {
	t := table{Title: "Outages, fault by fault", Keys: 3, Means: termOutage}
	if len(rows) <= plot.ManySystems || len(c.classes) == 0 {
		return t
	}
	t.Columns = []column{
		{"fault", word}, {"for s", figure}, {"system", word}, {"episodes", figure}, {"any outage", figure},
		{"median ms", figure}, {"p90 ms", figure}, {"back at 95 % ms", figure},
	}
	loads := c.severalLoads()
	if loads {
		t.Columns, t.Keys = slices.Insert(t.Columns, 2, column{"load", word}), 4
	}
	var all []outageRow
	for _, class := range c.classes {
		for _, r := range c.rows(class) {
			cells := []string{oneLine(class.Fault), number(float64(class.For) / 1000)}
			if loads {
				cells = append(cells, class.Load())
			}
			cells = append(cells, r.withoutFault(), r.count())
			for _, figure := range []string{
				countText(r.Out.Some), r.quantile(&r.Out, r.Out.Median), r.quantile(&r.Out, r.Out.P90), r.value(&r.Back95),
			} {
				cells = append(cells, r.marked(figure))
			}
			t.add(cells...)
			t.explain(r.mark)
			all = append(all, r)
		}
	}
	t.modelled(rows)
	t.outageNotes(all)
	t.note("Back at 95 %: the median episode. How many nines a year that makes depends on how often faults come: nines project DIR.")
	return t
}

// severalLoads reports whether the offered load is something that cells differ in.
func (c campaign) severalLoads() bool {
	return slices.ContainsFunc(c.classes, func(k plot.FaultClass) bool { return k.Load() != c.classes[0].Load() })
}

// withoutFault is the row's system without the fault, where a column of its own has
// it.
func (r outageRow) withoutFault() string {
	if len(r.system.Trials) == 0 { // of another run
		return r.name()
	}
	f := r.system.Trials[0].Facts
	f.System = r.name()
	return analysis.LabelWithout(&f, analysis.ScheduleAxes(&f)...)
}
