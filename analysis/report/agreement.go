package report

import (
	"fmt"
	"io"
	"math"
	"slices"

	"nines/analysis/episodes"
	"nines/analysis/plot"
)

// Agreement writes, for a terminal of the given width in characters, what was
// measured beside what was modelled, where a set has both. It says so if there is none.
func Agreement(w io.Writer, set episodes.Set, width int) error {
	t := sideBySide(set)
	if len(t.Rows) == 0 {
		_, err := fmt.Fprintln(w, "No fault was both measured and modelled with the same length, system and number of nodes.")
		return err
	}
	return t.terminal(w, max(width, leastWidth))
}

// sideBySide holds what the run and the one that it is held against measured against what
// they modelled.
func (c campaign) sideBySide() table {
	if len(c.against.Set.Groups) == 0 {
		return sideBySide(c.set)
	}
	t := sideBySide(episodes.Merge(c.set, c.against.Set))
	t.note("Held against the episodes of " + oneLine(c.against.Run) + ".")
	return t
}

// sideBySide holds what was measured against what was modelled, where there is both.
func sideBySide(set episodes.Set) table {
	t := table{Title: "Measured and modelled", Keys: 2, Means: termOutage, Columns: []column{
		{"fault", word}, {"system", word}, {"measured", figure}, {"median ms", figure}, {"modelled", figure}, {"at op/s", figure}, {"modelled median ms", figure}, {"modelled is longer by ms", figure},
	}}
	classes := plot.Classes(set)
	for _, p := range set.Pairs() {
		class := classes[slices.IndexFunc(classes, func(c plot.FaultClass) bool { return c.Class == p.Measured.Class() })]
		real, model := outageRow{Group: p.Measured, mark: groupMark(p.Measured)}, outageRow{Group: p.Modelled, mark: groupMark(p.Modelled)}
		shift := dash
		if !math.IsNaN(p.Shift.Value) {
			shift = fmt.Sprintf("%s [%s, %s]", number(p.Shift.Value), number(p.Shift.Lo), number(p.Shift.Hi))
		}
		t.add(oneLine(class.Name), oneLine(p.Measured.System), real.count(), real.marked(real.quantile(&real.Out, real.Out.Median)),
			model.count(), number(p.Modelled.Rate), model.marked(model.quantile(&model.Out, model.Out.Median)), shift)
		t.explain(real.mark)
		t.explain(model.mark)
	}
	t.note(fmt.Sprintf("Outage of the same fault on the same system: episodes, and medians with their %g %% intervals. What was modelled at another load than was measured says at which. The difference is the median of all differences of two episodes "+
		"(Hodges and Lehmann), which is not the difference of the medians. None is given where an episode is censored.", 100*episodes.Level))
	return t
}
