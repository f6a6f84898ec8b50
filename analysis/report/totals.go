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

// A total is one row of the summary: a system, over its trusted trials.
type total struct {
	plot.System
	trials []*analysis.Summary // that stand for it
	mark   plot.Mark
}

// totals has a row for each cell of a matrix.
func totals(summaries []analysis.Summary) []total { return totalsOf(plot.Systems(summaries)) }

func totalsOf(systems []plot.System) []total {
	var out []total
	for _, s := range systems {
		out = append(out, totalOf(s))
	}
	return out
}

func totalOf(s plot.System) total { return total{System: s, trials: s.Trusted(), mark: s.Mark()} }

// has reports whether the label is that of one of its trials.
func (t *total) has(label string) bool {
	return slices.ContainsFunc(t.Trials, func(s *analysis.Summary) bool { return s.Facts.System == label })
}

// of is the median of a figure over the trials.
func (t *total) of(f func(*analysis.Summary) float64) float64 {
	v := make([]float64, len(t.trials))
	for i, s := range t.trials {
		v[i] = f(s)
	}
	return stats.Median(v)
}

// independent are the trials that tell how a figure varies: in virtual time those with the
// same seed, as cells of a matrix have it, are alike up to the first fault.
func (t *total) independent() (out []*analysis.Summary) {
	for _, s := range t.trials {
		if !s.Facts.Virtual || !slices.ContainsFunc(out, func(o *analysis.Summary) bool { return o.Facts.Seed == s.Facts.Seed }) {
			out = append(out, s)
		}
	}
	return out
}

// between is the interval of a figure's median between trials, if these are enough.
func (t *total) between(f func(*analysis.Summary) float64) (stats.Interval, bool) {
	trials := t.independent()
	v := make([]float64, len(trials))
	for i, s := range trials {
		if v[i] = f(s); math.IsNaN(v[i]) {
			return stats.Interval{}, false
		}
	}
	slices.Sort(v)
	return stats.QuantileInterval(v, 0.5, episodes.Level)
}

// range95 writes that interval, or a dash.
func (t *total) range95(f func(*analysis.Summary) float64, say func(float64) string) string {
	if i, ok := t.between(f); ok {
		return say(i.Lo) + " – " + say(i.Hi)
	}
	return dash
}

func throughput(s *analysis.Summary) float64   { return s.Throughput }
func successRatio(s *analysis.Summary) float64 { return s.SuccessRatio }

func (t *total) number(f func(*analysis.Summary) float64) string { return t.marked(number(t.of(f))) }
func (t *total) whole(f func(*analysis.Summary) float64) string  { return t.marked(whole(t.of(f))) }
func (t *total) share(f func(*analysis.Summary) float64) string  { return t.marked(share(t.of(f))) }

func (t *total) ms(f func(*analysis.Summary) analysis.MS) string {
	v := t.of(func(s *analysis.Summary) float64 { return float64(f(s)) })
	return t.marked(millis(analysis.MS(v), t.trials[0].Facts.Abandon))
}

// censored reports whether the longest gap of a trial had not ended.
func (t *total) censored() bool {
	return slices.ContainsFunc(t.trials, func(s *analysis.Summary) bool { return cutShort(s.Gaps) })
}

// cutShort reports whether the longest of these had not ended.
func cutShort(all analysis.Outages) bool {
	return slices.ContainsFunc(all.List, func(o analysis.Outage) bool { return o.Censored && o.Length >= all.Max })
}

// marked appends the system's mark to a figure that is one.
func (t *total) marked(s string) string {
	if s == dash || s == "n/a" {
		return s
	}
	return s + string(t.mark)
}

// verdict says what the histories of all trials were: ok, or 9 ok, 1 illegal.
func (t *total) verdict() string {
	return tally(t.Trials, func(s *analysis.Summary) string { return string(s.Verdict) })
}

func (t *total) valid() string {
	return tally(t.Trials, func(s *analysis.Summary) string {
		if s.Valid {
			return "yes"
		}
		return "no"
	})
}

// tally counts words: the word alone if there is only one.
func tally(trials []*analysis.Summary, word func(*analysis.Summary) string) string {
	var words []string
	n := map[string]int{}
	for _, s := range trials {
		w := word(s)
		if n[w] == 0 {
			words = append(words, w)
		}
		n[w]++
	}
	if len(words) == 1 {
		return words[0]
	}
	slices.Sort(words)
	for i, w := range words {
		words[i] = fmt.Sprintf("%d %s", n[w], w)
	}
	return strings.Join(words, ", ")
}

// explain adds the note on a mark.
func (t *table) explain(m plot.Mark) {
	if m != plot.MarkNone {
		t.note(string(m) + " " + m.Note() + ".")
	}
}

// explain adds the notes that the rows' marks need, and what a row stands for.
func explain(t *table, rows []total) {
	for i := range rows {
		t.explain(rows[i].mark)
	}
	several, without := false, false
	for i := range rows {
		r := &rows[i]
		several = several || len(r.Trials) > 1
		without = without || len(r.Trials) > 1 && len(r.trials) < len(r.Trials)
	}
	switch {
	case without:
		t.note("Each row holds medians over the trials of a system that can be trusted.")
	case several:
		t.note("Each row holds medians over the trials of a system.")
	}
}

// varies reports whether rows differ on an axis of the matrix, which may have one of
// several names.
func varies(rows []total, names ...string) bool {
	var seen []string
	for i := range rows {
		if v := axisOf(&rows[i], names...); v != "" && !slices.Contains(seen, v) {
			seen = append(seen, v)
		}
	}
	return len(seen) > 1
}

// axisOf is the row's value on that axis, "" if it has none.
func axisOf(r *total, names ...string) string {
	for _, v := range r.trials[0].Facts.Variant {
		if slices.Contains(names, v.Name) {
			return v.Value
		}
	}
	return ""
}
