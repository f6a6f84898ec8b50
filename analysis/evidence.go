package analysis

import (
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
// matrix: of etcdraft,rate=500,for=4s without for it is etcdraft,rate=500.
func LabelWithout(f *results.Facts, axes ...string) string {
	label := f.System
	for _, v := range f.Variant {
		for _, name := range axes {
			if v.Name == name {
				label = strings.Replace(label, ","+v.Name+"="+v.Value, "", 1)
			}
		}
	}
	return label
}
