package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"nines/analysis"
	"nines/analysis/episodes"
	"nines/analysis/plot"
	"nines/analysis/project"
	"nines/analysis/stats"
)

// leastEpisodes is how many one system needs for a table of the distribution of
// its outages; of fewer, each episode is listed with its step.
const leastEpisodes = 5

// A campaign is the episodes of a run that has many of them.
type campaign struct {
	all     []analysis.Summary
	set     episodes.Set
	classes []plot.FaultClass // those of which a system has enough
	against Other
	years   []*project.Projection
}

// beside is the campaign with what is said of it beside its episodes.
func (c campaign) beside(b Beside) campaign {
	c.against, c.years = b.Against, b.Years
	return c
}

func newCampaign(summaries []analysis.Summary) campaign {
	c := campaign{all: summaries, set: episodes.Of(summaries)}
	for _, class := range plot.Classes(c.set) {
		for _, r := range c.rows(class) {
			if r.Episodes >= leastEpisodes {
				c.classes = append(c.classes, class)
				break
			}
		}
	}
	return c
}

// A row is one system in a class of faults.
type outageRow struct {
	*episodes.Group
	system plot.System
	mark   plot.Mark
}

// rows are in the order of the run's systems.
func (c campaign) rows(class plot.FaultClass) []outageRow {
	var out []outageRow
	for i := range c.set.Groups {
		if g := &c.set.Groups[i]; g.Class() == class.Class {
			s := plot.GroupSystem(c.all, c.set, g)
			at := len(out)
			for at > 0 && out[at-1].system.Index > s.Index {
				at--
			}
			out = append(out[:at], append([]outageRow{{g, s, groupMark(g)}}, out[at:]...)...)
		}
	}
	return out
}

// tables are the distributions of the outages of every class, whole or in the
// form that fits a terminal.
func (c campaign) tables(compact bool) []table {
	var out []table
	for _, class := range c.classes {
		t := table{Title: "Outage of " + oneLine(class.Name), Keys: 1, Means: termOutage}
		for _, col := range outageColumns {
			if !compact || col.compact != nil {
				t.Columns = append(t.Columns, column{col.name, col.kind})
			}
		}
		for _, r := range c.rows(class) {
			t.addOutage(r, compact)
		}
		t.outageNotes(c.rows(class))
		out = append(out, t)
		if !compact {
			out = append(out, c.sides(class))
		}
	}
	if compact { // what is said of all is said once, at the end
		for i := range len(out) - 1 {
			out[i].Notes = slices.DeleteFunc(out[i].Notes, func(n string) bool { return slices.Contains(out[i+1].Notes, n) })
		}
	}
	return out
}

// An outageColumn writes one figure: whole, and, if the terminal shows it too, compact.
type outageColumn struct {
	name           string
	kind           kind
	whole, compact func(outageRow) string
}

var outageColumns = []outageColumn{
	{"system", word, outageRow.name, outageRow.name},
	{"episodes", figure, outageRow.count, outageRow.count},
	{"any outage", figure, func(r outageRow) string { return shareText(r.Out.Some) }, func(r outageRow) string { return countText(r.Out.Some) }},
	{"median ms", figure, func(r outageRow) string { return r.quantile(&r.Out, r.Out.Median) }, func(r outageRow) string { return r.quantile(&r.Out, r.Out.Median) }},
	{"p90 ms", figure, func(r outageRow) string { return r.quantile(&r.Out, r.Out.P90) }, func(r outageRow) string { return r.quantile(&r.Out, r.Out.P90) }},
	{"p95 ms", figure, func(r outageRow) string { return r.quantile(&r.Out, r.Out.P95) }, nil},
	{"p99 ms", figure, func(r outageRow) string { return r.quantile(&r.Out, r.Out.P99) }, func(r outageRow) string { return r.quantile(&r.Out, r.Out.P99) }},
	{"SLO outage median ms", figure, func(r outageRow) string { return r.quantile(&r.OutSLO, r.OutSLO.Median) }, nil},
	{"again on healing", figure, func(r outageRow) string { return shareText(r.OnHeal.Some) }, nil},
	{"partial outage", figure, func(r outageRow) string { return shareText(r.Partial.Some) }, nil},
	{"partial median ms", figure, func(r outageRow) string { return r.quantile(&r.Partial, r.Partial.Median) }, func(r outageRow) string { return r.value(&r.Partial) }},
	{"new leader median ms", figure, func(r outageRow) string { return r.quantile(&r.Detect, r.Detect.Median) }, func(r outageRow) string { return r.value(&r.Detect) }},
	{"back at 95 % median ms", figure, func(r outageRow) string { return r.quantile(&r.Back95, r.Back95.Median) }, func(r outageRow) string { return r.value(&r.Back95) }},
	{"lost ops median", figure, func(r outageRow) string { return r.quantile(&r.LostOps, r.LostOps.Median) }, func(r outageRow) string { return r.value(&r.LostOps) }},
	{"lasting damage", figure, func(r outageRow) string { return countText(r.Lasting.Some) }, nil},
}

func (t *table) addOutage(r outageRow, compact bool) {
	var cells []string
	for i, col := range outageColumns {
		write := col.whole
		if compact {
			write = col.compact
		}
		if write == nil {
			continue
		}
		cell := write(r)
		if i > 1 {
			cell = r.marked(cell)
		}
		cells = append(cells, cell)
	}
	t.add(cells...)
	t.explain(r.mark)
}

// groupMark is the worst that is to be said about the episodes in the figures.
func groupMark(g *episodes.Group) plot.Mark {
	return plot.MarkOf(&analysis.Summary{Verdict: g.Verdict, Valid: g.Valid})
}

func (r outageRow) marked(cell string) string { return (&total{mark: r.mark}).marked(cell) }

func (r outageRow) name() string { return oneLine(r.system.Name) }

func (r outageRow) count() string { return strconv.Itoa(r.Episodes) }

// quantile writes an estimate with its interval: 1142 [1078, 1276].
func (r outageRow) quantile(d *episodes.Distribution, e episodes.Estimate) string {
	if math.IsNaN(e.Value) {
		return dash
	}
	return fmt.Sprintf("%s [%s, %s]", r.estimate(d, e), number(e.Lo), number(e.Hi))
}

// value writes the median alone.
func (r outageRow) value(d *episodes.Distribution) string {
	if math.IsNaN(d.Median.Value) {
		return dash
	}
	return r.estimate(d, d.Median)
}

// estimate of what is longer than all that was seen is beyond the lower bound.
func (r outageRow) estimate(d *episodes.Distribution, e episodes.Estimate) string {
	if math.IsInf(e.Value, 1) {
		return "> " + number(float64(d.Longest))
	}
	return number(e.Value)
}

// shareText writes a probability: 31 of 31: 88.8 to 100 %.
func shareText(s episodes.Share) string {
	switch {
	case s.Of == 0:
		return dash
	case s.Count == 0:
		return fmt.Sprintf("0 of %d: < %s", s.Of, share(s.UpperIfNone))
	}
	return fmt.Sprintf("%d of %d: %.3g to %.3g %%", s.Count, s.Of, 100*s.Lo, 100*s.Hi)
}

func countText(s episodes.Share) string {
	if s.Of == 0 {
		return dash
	}
	return fmt.Sprintf("%d of %d", s.Count, s.Of)
}

// outageNotes say what the figures are, how sure and how fine.
func (t *table) outageNotes(rows []outageRow) {
	censored, unready, left, resolution := 0, 0, 0, 0.0
	for _, r := range rows {
		censored, unready, left = censored+r.Out.Censored, unready+r.Unready, left+r.LeftOut
		resolution = max(resolution, float64(r.Resolution)) // NaN is not larger
	}
	note := "Outage: all the time in which nobody was served, from injection to the next fault or the end."
	for _, r := range rows {
		if partitioned([]plot.System{r.system}) {
			note = "Outage: all the time in which nobody was served by one owner of keys, the one that was out for the longest, from injection to the next fault or the end."
		}
	}
	if resolution > 0 {
		note += fmt.Sprintf(" Resolution: one probe period, %s ms, a gap.", trimmed(resolution))
	}
	t.note(note)
	t.note(fmt.Sprintf("[lo, hi]: %g %% interval of order statistics, over episodes; it takes %d for the median, %d for p90, %d for p95, %d for p99. "+
		"Shares: Clopper and Pearson, and where none was seen the one-sided bound.", 100*episodes.Level,
		stats.SampleSizeFor(0.5, episodes.Level), stats.SampleSizeFor(0.9, episodes.Level), stats.SampleSizeFor(0.95, episodes.Level), stats.SampleSizeFor(0.99, episodes.Level)))
	t.note("Partial: clients of some nodes were out while others were served.")
	if censored > 0 {
		t.note(fmt.Sprintf("In %s the outage had not ended when the next fault or the end came: a lower bound, by Kaplan and Meier.", count(censored, "episode")))
	}
	if unready > 0 {
		t.note(fmt.Sprintf("In %s the service was out already when the fault came.", count(unready, "episode")))
	}
	if left > 0 {
		t.note(fmt.Sprintf("Left out: %s of trials that are not to be believed, or in which the fault did not bite.", count(left, "episode")))
	}
}
