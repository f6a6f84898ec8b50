package report

import (
	"math"
	"slices"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/bench"
)

// byKind answers: were reads served while writes were not, or the other way round.
func byKind(rows []total) table {
	t := table{Title: "Reads and writes apart", Keys: 2, Columns: []column{
		{"system", word}, {"kind", word}, {"intervals up", figure}, {"user-uptime", figure}, {"downtime ms", figure},
		{"gaps", figure}, {"longest gap ms", figure}, {"SLO outage ms", figure},
	}}
	for i := range rows {
		r := &rows[i]
		for _, kind := range kindsOf(r) {
			of := func(f func(*analysis.KindOut) float64) func(*analysis.Summary) float64 {
				return func(s *analysis.Summary) float64 { return ofKind(s, kind, f) }
			}
			censored := slices.ContainsFunc(r.trials, func(s *analysis.Summary) bool {
				return slices.ContainsFunc(s.ByKind, func(k analysis.KindOut) bool { return k.Kind == kind && cutShort(k.Gaps) })
			})
			t.add(oneLine(r.Name), oneLine(kind)+"s",
				r.share(of(func(k *analysis.KindOut) float64 { return k.IntervalAvailability })),
				r.share(of(func(k *analysis.KindOut) float64 { return k.UserUptime })),
				r.number(of(func(k *analysis.KindOut) float64 { return float64(k.Downtime) })),
				r.whole(of(measured(func(k *analysis.KindOut) float64 { return float64(k.Gaps.Count) }))),
				r.marked(gapText(r.of(of(func(k *analysis.KindOut) float64 { return float64(k.Gaps.Max) })),
					r.of(of(func(k *analysis.KindOut) float64 { return float64(k.Gaps.Resolution) })), censored)),
				r.number(of(func(k *analysis.KindOut) float64 { return float64(k.SLO.Total) })))
		}
	}
	t.note("By the operations of each kind and, of gaps and SLO outages, by the probes of each kind alone: a kind is probed in turn with the other, so that its resolution (±) is two probe periods, " +
		"and a gap of it takes three times that to be told. Success ratios: see Availability by kind and node.")
	explain(&t, rows)
	return t
}

// kindsOf are those of a system's trials, in order of first appearance.
func kindsOf(r *total) []string {
	var out []string
	for _, s := range r.trials {
		for i := range s.ByKind {
			if k := s.ByKind[i].Kind; !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	return out
}

// ofKind takes a figure of a kind from a trial; NaN if it has no such kind.
func ofKind(s *analysis.Summary, kind string, f func(*analysis.KindOut) float64) float64 {
	for i := range s.ByKind {
		if s.ByKind[i].Kind == kind {
			return f(&s.ByKind[i])
		}
	}
	return math.NaN()
}

// measured is a figure of probes: there is none of a kind that they do not do.
func measured(f func(*analysis.KindOut) float64) func(*analysis.KindOut) float64 {
	return func(k *analysis.KindOut) float64 {
		if !k.Gaps.Measured {
			return math.NaN()
		}
		return f(k)
	}
}

const apartNote = "Reads out, writes out: all the time from injection to the next fault or the end in which no probe that only reads, or writes, was answered. " +
	"Shown where they differ. Resolution: two probe periods."

var apartColumns = []column{{"reads out ms", figure}, {"writes out ms", figure}}

// apartOutages are what these columns hold.
var apartOutages = []func(*analysis.Episode) analysis.Outage{
	func(e *analysis.Episode) analysis.Outage { return allOf(e.OutReads) },
	func(e *analysis.Episode) analysis.Outage { return allOf(e.OutWrites) },
}

func allOf(s analysis.Stretches) analysis.Outage {
	return analysis.Outage{Length: s.Total, Censored: s.Censored}
}

// addApart adds to every episode how long reads and writes were out, if that differs.
func (t *table) addApart(systems []plot.System, step plot.Step) {
	var all []plot.Occurrence
	for _, s := range systems {
		all = append(all, listed(s, step)...)
	}
	if !slices.ContainsFunc(all, apart) {
		return
	}
	t.Columns = append(t.Columns, apartColumns...)
	t.note(apartNote)
	for row, o := range all {
		put := (&total{mark: plot.MarkOf(o.Trial)}).marked
		for _, out := range apartOutages {
			cell := "n/a"
			if o.Episode.NA == "" {
				cell = put(t.outage(out(o.Episode)))
			}
			t.Rows[row] = append(t.Rows[row], cell)
		}
	}
}

// apart reports whether reads were out for longer than writes, or the other way round, by more
// than a gap of them takes to be told.
func apart(o plot.Occurrence) bool {
	threshold := ofKind(o.Trial, bench.Read.String(), func(k *analysis.KindOut) float64 { return float64(k.Gaps.Threshold) })
	return math.Abs(float64(o.Episode.OutReads.Total-o.Episode.OutWrites.Total)) > threshold
}

// addApartMedians adds the same to the medians of each system.
func (t *table) addApartMedians(systems []plot.System, step plot.Step) {
	systems = slices.DeleteFunc(slices.Clone(systems), func(s plot.System) bool { return s.Elsewhere(step) })
	if !slices.ContainsFunc(systems, func(s plot.System) bool { return slices.ContainsFunc(s.Occurrences(step), apart) }) {
		return
	}
	t.Columns = append(t.Columns, apartColumns...)
	t.note(apartNote)
	for row, s := range systems {
		all := s.Occurrences(step)
		for _, out := range apartOutages {
			cell := "n/a"
			if plot.TypicalOccurrence(all) != nil {
				spread := plot.GapSpread(all, func(e *analysis.Episode) analysis.Window { return analysis.Window{Gap: out(e)} })
				cell = (&total{mark: s.Mark()}).marked(gapText(spread.Median, 0, spread.Censored))
			}
			t.Rows[row] = append(t.Rows[row], cell)
		}
	}
}
