package plot

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
)

// A System is the trials of one system under test, in the order given.
type System struct {
	Name   string
	Index  int // among the run's systems: fixes colour and glyph
	Trials []*analysis.Summary
}

// Systems groups summaries by system, in order of first appearance. Each cell of a matrix
// is one.
func Systems(all []analysis.Summary) []System {
	return grouped(all, func(s *analysis.Summary) string { return s.Facts.System })
}

// WholeSystems are those of which a matrix over faults and their lengths has cells: the same
// system suffers them all.
func WholeSystems(all []analysis.Summary) []System {
	return grouped(all, func(s *analysis.Summary) string {
		return analysis.LabelWithout(&s.Facts, analysis.ScheduleAxes(&s.Facts)...)
	})
}

func grouped(all []analysis.Summary, by func(*analysis.Summary) string) []System {
	var systems []System
	at := map[string]int{}
	for i := range all {
		name := by(&all[i])
		j, ok := at[name]
		if !ok {
			j = len(systems)
			at[name] = j
			systems = append(systems, System{Name: name, Index: j})
		}
		systems[j].Trials = append(systems[j].Trials, &all[i])
	}
	return systems
}

// Tint is the name of the CSS custom property with the system's colour.
func (s System) Tint() string { return s.tint().name }

func (s System) tint() tint              { return palette[s.Index%len(palette)] }
func (s System) glyph() draw.GlyphDrawer { return glyphs[(s.Index+s.Index/len(palette))%len(glyphs)] }

// Trusted returns the trials whose figures stand, and all of them if none do.
func (s System) Trusted() []*analysis.Summary {
	var ok []*analysis.Summary
	for _, t := range s.Trials {
		if MarkOf(t).Trusted() {
			ok = append(ok, t)
		}
	}
	if len(ok) == 0 {
		return s.Trials
	}
	return ok
}

// Typical is the trusted trial whose longest service gap is the median one (the
// lower of two), or whose p99 is where there were no probes.
func (s System) Typical() *analysis.Summary {
	trials := slices.Clone(s.Trusted())
	slices.SortStableFunc(trials, func(a, b *analysis.Summary) int {
		if c := cmp.Compare(a.Gaps.Max, b.Gaps.Max); c != 0 {
			return c
		}
		return cmp.Compare(a.Response.P99, b.Response.P99)
	})
	return trials[(len(trials)-1)/2]
}

// Mark qualifies the figures of a trial.
type Mark string

// The marks. They follow a name or a figure; [Mark.Note] explains them.
const (
	MarkNone       Mark = ""
	MarkInvalid    Mark = "†"
	MarkIllegal    Mark = "‡"
	MarkUnverified Mark = "§"
)

// MarkOf returns the worst that is to be said about a trial.
func MarkOf(s *analysis.Summary) Mark {
	switch {
	case s.Verdict == analysis.VerdictIllegal:
		return MarkIllegal
	case !s.Valid:
		return MarkInvalid
	case s.Verdict != analysis.VerdictOK && s.Verdict != analysis.VerdictNA:
		return MarkUnverified
	}
	return MarkNone
}

// Trusted reports whether a figure so marked stands.
func (m Mark) Trusted() bool { return m == MarkNone || m == MarkUnverified }

// Word is the mark as a word.
func (m Mark) Word() string {
	switch m {
	case MarkInvalid:
		return "invalid"
	case MarkIllegal:
		return "illegal"
	case MarkUnverified:
		return "unverified"
	}
	return ""
}

// Note says what the mark means.
func (m Mark) Note() string {
	switch m {
	case MarkInvalid:
		return "not to be believed: the trial failed a gate"
	case MarkIllegal:
		return "void: the history was not correct, so the performance means nothing"
	case MarkUnverified:
		return "unverified: the checks came to no verdict on the history"
	}
	return ""
}

// Mark is the worst mark of the trials that stand for the system.
func (s System) Mark() Mark {
	worst := MarkNone
	for _, t := range s.Trusted() {
		worst = Worse(worst, MarkOf(t))
	}
	return worst
}

// ranked are the marks, the worst last.
var ranked = []Mark{MarkNone, MarkUnverified, MarkInvalid, MarkIllegal}

// Worse is the worse of two marks: that of a figure of both trials.
func Worse(a, b Mark) Mark {
	if slices.Index(ranked, b) > slices.Index(ranked, a) {
		return b
	}
	return a
}

// label is the system's name, and what is to be said against its figures.
func (s System) label() string { return plain(s.Name) + s.Mark().aside() }

// aside is the mark's word, as it follows others.
func (m Mark) aside() string {
	if m == MarkNone {
		return ""
	}
	return " (" + m.Word() + ")"
}
