package plot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"nines/analysis"
	"nines/analysis/stats"
)

// An Occurrence is one episode together with the trial that it belongs to.
type Occurrence struct {
	Trial   *analysis.Summary
	Episode *analysis.Episode
}

// Occurrences returns every episode of a step in the system's trusted trials,
// in their order.
func (s System) Occurrences(step Step) []Occurrence {
	var out []Occurrence
	for _, t := range s.Trusted() {
		for i := range t.Episodes {
			if step.Is(&t.Episodes[i]) {
				out = append(out, Occurrence{t, &t.Episodes[i]})
			}
		}
	}
	return out
}

// Elsewhere reports whether the system, a cell of a matrix, met another fault
// in the place of the step, so that the step does not concern it.
func (s System) Elsewhere(step Step) bool {
	another := false
	for _, t := range s.Trials {
		for i := range t.Episodes {
			e := &t.Episodes[i]
			if step.Is(e) {
				return false
			}
			another = another || e.Step == step.Index
		}
	}
	return another
}

// A Spread sums up the same outage over several episodes. Lengths are in ms;
// 0 stands for "none was seen".
type Spread struct {
	Values     []float64 // rising
	Median     float64
	Censored   bool // the median is a lower bound
	Resolution float64
	Threshold  float64 // shorter gaps are not told from normal service; 0 if unknown
}

// Side picks one side of an episode: its injection or its healing.
type Side func(*analysis.Episode) analysis.Window

// OnInject and OnHeal are the two sides of an episode.
func OnInject(e *analysis.Episode) analysis.Window { return e.Inject }

// OnHeal is the other side.
func OnHeal(e *analysis.Episode) analysis.Window { return e.Heal }

// GapSpread sums up the service gaps on one side of the episodes that were
// injected. A censored gap counts as long as it was seen to be: the median is a
// lower bound if such a gap stands at or below it.
func GapSpread(all []Occurrence, side Side) Spread {
	var s Spread
	var gaps []analysis.Outage
	for _, o := range all {
		g := side(o.Episode).Gap
		if o.Episode.NA != "" || !o.Trial.Gaps.Measured || math.IsNaN(float64(g.Length)) {
			continue
		}
		gaps = append(gaps, g)
		s.Resolution = max(s.Resolution, float64(o.Trial.Gaps.Resolution))
		s.Threshold = max(s.Threshold, float64(o.Trial.Gaps.Threshold))
	}
	slices.SortFunc(gaps, func(a, b analysis.Outage) int { return cmp.Compare(a.Length, b.Length) })
	for _, g := range gaps {
		s.Values = append(s.Values, float64(g.Length))
	}
	s.Median = stats.Median(s.Values)
	for i := 0; i <= len(gaps)/2 && i < len(gaps); i++ {
		s.Censored = s.Censored || gaps[i].Censored
	}
	return s
}

// Highest is the longest, 0 if there is none.
func (s Spread) Highest() float64 {
	if len(s.Values) == 0 {
		return 0
	}
	return s.Values[len(s.Values)-1]
}

// Text writes the median with its resolution, and the range if there were
// several: 1.30 s ± 10 ms.
func (s Spread) Text() string {
	switch {
	case len(s.Values) == 0 || math.IsNaN(s.Median):
		return "—"
	case s.Highest() == 0 && s.Threshold > 0:
		return "none over " + short(s.Threshold)
	case s.Highest() == 0:
		return "none"
	}
	text := Time(analysis.MS(s.Median))
	if s.Median == 0 {
		text = "none"
	}
	if s.Censored {
		text = "≥ " + text
	} else if s.Median > 0 && s.Resolution > 0 {
		text += " ± " + short(s.Resolution)
	}
	if n := len(s.Values); n > 1 {
		text += fmt.Sprintf(" (n = %d: %s)", n, between(s.Values[0], s.Values[n-1]))
	}
	return text
}

// between writes a range of times, the unit once if it is the same.
func between(lo, hi float64) string {
	a, b := Time(analysis.MS(lo)), Time(analysis.MS(hi))
	if a == b {
		return a
	}
	if _, unit, ok := strings.Cut(b, " "); ok && strings.HasSuffix(a, " "+unit) {
		a = strings.TrimSuffix(a, " "+unit)
	}
	return a + "–" + b
}

// TypicalOccurrence is the injected episode whose gap on injection is the
// median one (the lower of two); nil if the step was n/a.
func TypicalOccurrence(all []Occurrence) *Occurrence {
	injected := slices.DeleteFunc(slices.Clone(all), func(o Occurrence) bool { return o.Episode.NA != "" })
	if len(injected) == 0 {
		return nil
	}
	slices.SortStableFunc(injected, func(a, b Occurrence) int {
		return cmp.Compare(a.Episode.Inject.Gap.Length, b.Episode.Inject.Gap.Length)
	})
	return &injected[(len(injected)-1)/2]
}
