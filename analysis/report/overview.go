package report

import (
	"fmt"
	"slices"

	"nines/analysis"
	"nines/analysis/episodes"
	"nines/analysis/plot"
	"nines/analysis/stats"
)

// inCells answers, for a campaign over so many cells that they cannot be shown one by
// one: all at once, system by system; which fault stopped which system for how long; and
// cell by cell. There is nothing for fewer cells.
func (c campaign) inCells(rows []total) []table {
	all := c.overview(rows)
	if len(all.Rows) == 0 {
		return nil
	}
	return []table{c.short(), c.outBySystem(), all}
}

// outBySystem sets systems side by side, fault by fault, where the faults are too many
// for the first table.
func (c campaign) outBySystem() table {
	t := table{Title: "Out, fault by fault", Keys: 2, Columns: []column{{"fault", word}, {"for s", figure}}}
	faults, systems := c.faults(), totalsOf(plot.WholeSystems(c.all))
	if len(faults) <= mostClasses || len(systems) > plot.ManySystems {
		return t
	}
	for _, r := range systems {
		t.Columns = append(t.Columns, column{oneLine(r.Name) + ": out ms", figure})
	}
	for i, class := range faults {
		same := func(o plot.FaultClass) bool { return o.Fault == class.Fault && o.For == class.For }
		if slices.ContainsFunc(faults[:i], same) { // at another load, which is a system's own
			continue
		}
		cells := []string{oneLine(class.Fault), number(float64(class.For) / 1000)}
		for j := range systems {
			cell := "n/a"
			for _, o := range faults[i:] {
				if same(o) && cell == "n/a" {
					cell = c.out(&systems[j], o)
				}
			}
			cells = append(cells, cell)
		}
		t.add(cells...)
	}
	t.modelled(systems)
	t.note(fmt.Sprintf("Out: the median episode, all the time in which nobody was served, with its %g %% interval; it takes %d episodes.",
		100*episodes.Level, stats.SampleSizeFor(0.5, episodes.Level)))
	for i := range systems {
		t.explain(systems[i].mark)
	}
	return t
}

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
	t.note("Back at 95 %: the median episode.")
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
