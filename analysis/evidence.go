package analysis

import (
	"slices"
	"strings"

	"nines/results"
)

// NoEvidence says why the figures of a trial count neither in distributions, nor in comparisons, nor
// in projections; "" if they do.
func (s *Summary) NoEvidence() string {
	switch {
	case s.Facts.Expect != "":
		return "it calibrates the checkers"
	case Stands(s.Valid, s.Verdict):
		return ""
	case s.Verdict == VerdictIllegal:
		return "its history is illegal"
	case s.Verdict == VerdictUnknown:
		return "the checks of its history came to no verdict, which is not a pass"
	}
	var failed []string
	for _, g := range s.Gates {
		if !g.Pass {
			failed = append(failed, g.Name)
		}
	}
	return "not valid: " + strings.Join(failed, ", ")
}

// Stands reports whether a trial that measures a system is evidence: it passed its gates, and its
// history was found to be correct, or promises nothing to check.
func Stands(valid bool, v Verdict) bool {
	return valid && v != VerdictIllegal && v != VerdictUnknown
}

// LabelWithout is the trial's label of its system without the values of these axes of a
// matrix: of etcdraft,rate=500,for=4s without for it is etcdraft,rate=500. In a label the
// value of an axis follows =, changed so that it can stand in the name of a folder and has
// no comma, or its number follows #.
func LabelWithout(f *results.Facts, axes ...string) string {
	label := f.System
	for _, v := range f.Variant {
		if !slices.Contains(axes, v.Name) {
			continue
		}
		for _, sep := range []string{"=", "#"} {
			if before, after, ok := strings.Cut(label, ","+v.Name+sep); ok {
				_, rest, more := strings.Cut(after, ",")
				if label = before; more {
					label += "," + rest
				}
				break
			}
		}
	}
	return label
}

// ScheduleAxes are the axes of the trial's matrix over which faults are injected, and for
// how long: the same system suffers them all.
func ScheduleAxes(f *results.Facts) (axes []string) {
	for _, v := range f.Variant {
		if v.Name == "fault" || v.Name == "for" || strings.HasPrefix(v.Name, "faults") {
			axes = append(axes, v.Name)
		}
	}
	return axes
}
