package report

import (
	"fmt"
	"slices"
	"strings"

	"nines/analysis"
)

// headline is the run in one to four sentences: what may be believed.
func headline(summaries []analysis.Summary) []string {
	if len(summaries) == 0 {
		return []string{"No trial is complete: there is nothing to report."}
	}
	if calibrates(summaries) {
		return believed(summaries)
	}
	var illegal, unknown, invalid []string
	for i := range summaries {
		s := &summaries[i]
		switch s.Verdict {
		case analysis.VerdictIllegal:
			illegal = append(illegal, trialName(s)+" ("+strings.Join(checksOf(s, analysis.VerdictIllegal), ", ")+")")
		case analysis.VerdictUnknown:
			unknown = append(unknown, trialName(s)+" ("+strings.Join(checksOf(s, analysis.VerdictUnknown), ", ")+")")
		}
		if !s.Valid {
			invalid = append(invalid, trialName(s)+" ("+strings.Join(gatesOf(s), ", ")+")")
		}
	}
	n := len(summaries)
	var out []string
	if len(illegal)+len(unknown)+len(invalid) == 0 {
		out = append(out, count(n, "trial")+": no history was found wrong, and every gate passed. The figures can be believed.")
	}
	for _, g := range []struct {
		says   string
		trials []string
	}{
		{"INCORRECT: a guarantee was broken, which voids the performance of ", illegal},
		{"UNVERIFIED: the checks came to no verdict, which is not a pass, on ", unknown},
		{"INVALID: a gate failed, so do not believe the figures of ", invalid},
	} {
		if len(g.trials) > 0 {
			out = append(out, g.says+some(g.trials)+".")
		}
	}
	if explores(summaries) {
		out = append([]string{agreement(summaries)}, out...)
	}
	if modelled(summaries) {
		out = append(out, modelledNote)
	}
	return out
}

// modelled reports whether some trial was in virtual time.
func modelled(summaries []analysis.Summary) bool {
	return slices.ContainsFunc(summaries, func(s analysis.Summary) bool { return s.Facts.Virtual })
}

const modelledNote = "MODELLED: in virtual time links, forced writes and timeouts take what the scenario says, and no processor is charged for. " +
	"Times, messages and forced writes are the protocol's; throughput is the load that was offered, and no measure of what a system can do."

// some lists the first five.
func some(names []string) string {
	if n := len(names); n > 5 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:5], ", "), n-5)
	}
	return strings.Join(names, ", ")
}

func checksOf(s *analysis.Summary, v analysis.Verdict) []string {
	var names []string
	for _, c := range s.Checks {
		if c.Verdict == v {
			names = append(names, oneLine(c.Name))
		}
	}
	if len(names) == 0 {
		return []string{"no check says why"}
	}
	return names
}

func gatesOf(s *analysis.Summary) []string {
	var names []string
	if s.Facts.Failure != "" {
		names = append(names, "it ended early")
	}
	for _, g := range s.Gates {
		if !g.Pass {
			names = append(names, oneLine(g.Name))
		}
	}
	return names
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
