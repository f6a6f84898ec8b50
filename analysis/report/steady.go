package report

import (
	"fmt"
	"math"
	"slices"

	"nines/analysis"
	"nines/analysis/episodes"
	"nines/analysis/stats"
)

// steadyState answers: what were the faults held against, and had the system settled.
func steadyState(rows []total) table {
	t := table{Title: "Steady state before the first fault", Keys: 1, Columns: []column{
		{"system", word}, {"band s", word}, {"MSER-5 cut ms", figure}, {"throughput op/s", figure}, {"95 % interval", figure}, {"p50 ms", figure}, {"p99 ms", figure},
	}}
	seen := false
	for i := range rows {
		r := &rows[i]
		seen = seen || r.trials[0].Steady.To > 0
		t.add(oneLine(r.Name), r.band(), r.cut(),
			r.number(func(s *analysis.Summary) float64 { return s.Steady.Rate.Mean }), r.rateInterval(),
			r.ms(func(s *analysis.Summary) analysis.MS { return s.Steady.Response.P50 }),
			r.ms(func(s *analysis.Summary) analysis.MS { return s.Steady.Response.P99 }))
	}
	if !seen { // no time before the first fault, or it was not looked at
		t.Rows = nil
		return t
	}
	if modelledRows(rows) {
		t.Columns[3].Name = "answered op/s"
	}
	t.note("The no-fault band, which episodes are held against: from the cut, or from the start of the measured period (0) if that is later, to the first fault. " +
		"The cut is where MSER-5 ends the warm-up, negative within it; a dash where there was too little to tell. Figures of other tables are of the whole measured period, whatever the cut.")
	t.note(fmt.Sprintf("Interval of throughput: of one trial within it, by batch means; of several that of the median between trials, from %d of them on.", stats.SampleSizeFor(0.5, episodes.Level)))
	explain(&t, rows)
	return t
}

// band is where the no-fault band begins and ends, in seconds.
func (t *total) band() string {
	at := func(f func(*analysis.Steady) analysis.MS) string {
		return trimmed(t.of(func(s *analysis.Summary) float64 { return float64(f(&s.Steady)) / 1000 }))
	}
	return at(func(s *analysis.Steady) analysis.MS { return s.From }) + " – " + at(func(s *analysis.Steady) analysis.MS { return s.To })
}

// cut is where MSER-5 ends the warm-up; it may refuse to.
func (t *total) cut() string {
	refused := 0
	for _, s := range t.trials {
		if s.Steady.Refused {
			refused++
		}
	}
	switch {
	case refused > 0 && len(t.trials) == 1:
		return t.marked("refused")
	case refused > 0:
		return t.marked(fmt.Sprintf("refused in %d of %d", refused, len(t.trials)))
	}
	return t.number(func(s *analysis.Summary) float64 { return float64(s.Steady.Cut) })
}

// rateInterval covers the throughput at 95 %: within a trial if there is one, of the
// median between trials if there are enough.
func (t *total) rateInterval() string {
	i := stats.Interval{Lo: t.trials[0].Steady.Rate.Lo, Hi: t.trials[0].Steady.Rate.Hi}
	if len(t.trials) > 1 {
		var v []float64
		for _, s := range t.trials {
			v = append(v, s.Steady.Rate.Mean)
		}
		slices.Sort(v)
		i, _ = stats.QuantileInterval(v, 0.5, episodes.Level)
	}
	if math.IsNaN(i.Lo) || math.IsNaN(i.Hi) {
		return dash
	}
	return t.marked(number(i.Lo) + " – " + number(i.Hi))
}
