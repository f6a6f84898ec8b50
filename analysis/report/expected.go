package report

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"nines/analysis"
)

// formulas puts what a transaction cost beside what it should cost. It is there only
// where the trials say so.
func formulas(rows []total) table {
	t := table{Title: "Cost of a committed transaction, beside the formula", Keys: 2, Columns: []column{
		{"system", word}, {"participants", figure}, {"messages", figure}, {"messages formula", figure}, {"messages paper", figure},
		{"forced writes", figure}, {"writes formula", figure}, {"writes paper", figure}, {"delays", figure}, {"delays formula", figure}, {"delays paper", figure},
	}}
	var with []total
	for i := range rows {
		if rows[i].trials[0].Facts.Expected != nil {
			with = append(with, rows[i])
		}
	}
	slices.SortStableFunc(with, func(a, b total) int { return strings.Compare(baseName(&a), baseName(&b)) })
	for i := range with {
		t.addFormula(&with[i])
	}
	if len(with) == 0 {
		return t
	}
	t.note("Of a transaction that one of its participants coordinates and all write, in an idle cluster. Messages between different nodes; a node's messages to itself are free. " +
		"Delays: messages one after the other until the client is answered, measured as the median service time by the delay of a link, as forced writes take no time here.")
	for i := range with {
		f := &with[i].trials[0].Facts
		t.note(f.Adapter + ": paper is " + oneLine(f.Expected.Source+". "+f.Expected.Differs))
	}
	explain(&t, with)
	return t
}

func (t *table) addFormula(r *total) {
	e := r.trials[0].Facts.Expected
	cells := []string{oneLine(baseName(r)), strconv.Itoa(e.Participants)}
	for _, c := range []struct {
		measured       func(*analysis.Summary) float64
		formula, paper float64
	}{
		{func(s *analysis.Summary) float64 { return s.PerOp.Messages }, e.Formula.Messages, e.Paper.Messages},
		{func(s *analysis.Summary) float64 { return s.PerOp.Syncs }, e.Formula.Forced, e.Paper.Forced},
		{delays, e.Formula.Delays, e.Paper.Delays},
	} {
		cells = append(cells, r.marked(beside(r.of(c.measured), c.formula)), trimmed(c.formula), orDash(paper(c.paper)))
	}
	t.add(cells...)
}

// delays is how many messages come one after the other until a client is answered.
func delays(s *analysis.Summary) float64 {
	if s.Facts.Expected.Hop <= 0 {
		return math.NaN()
	}
	return float64(s.Service.P50) / (float64(s.Facts.Expected.Hop) / 1e6)
}

// beside writes a measured figure with as many digits as show whether it is the
// formula's.
func beside(measured, formula float64) string {
	switch diff := measured - formula; {
	case math.IsNaN(diff):
		return dash
	case math.Abs(diff) < 0.005:
		return trimmed(formula)
	}
	return strconv.FormatFloat(measured, 'f', 2, 64)
}

func paper(x float64) string {
	if x == 0 {
		return ""
	}
	return trimmed(x)
}

// baseName is the system's label without what the matrix added to it.
func baseName(r *total) string {
	f := &r.trials[0].Facts
	var axes []string
	for _, v := range f.Variant {
		axes = append(axes, v.Name)
	}
	return analysis.LabelWithout(f, axes...)
}
