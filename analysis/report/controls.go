package report

import (
	"fmt"
	"slices"
	"strings"

	"nines/analysis"
)

// calibrates reports whether trials are there to calibrate the checkers.
func calibrates(summaries []analysis.Summary) bool {
	return len(summaries) > 0 && !slices.ContainsFunc(summaries, func(s analysis.Summary) bool { return s.Facts.Expect == "" })
}

// controls is what negative controls came to: the first table of a run of them.
func controls(summaries []analysis.Summary) table {
	t := table{Title: "Negative controls", Keys: 1, Columns: []column{
		{"control", word}, {"what is planted", prose}, {"expected", word}, {"verdict", word}, {"caught by", prose}, {"explanation", prose},
	}}
	for i := range summaries {
		s := &summaries[i]
		if s.Facts.Expect == "" {
			continue
		}
		planted := oneLine(s.Facts.Planted)
		if planted == "" {
			planted = "nothing: the right system, same schedule and seed"
		}
		caught, verdict := "", string(s.Verdict)
		if s.Verdict == analysis.VerdictIllegal {
			caught = strings.Join(checksOf(s, analysis.VerdictIllegal), ", ")
		}
		if !met(s) {
			verdict += " (WRONG)"
		}
		t.add(oneLine(s.Facts.System), planted, oneLine(s.Facts.Expect), verdict, orDash(caught), orDash(explanation(s)))
	}
	if len(t.Rows) > 0 {
		t.note("The event queue has no clock and charges for no processor: the same seed gives the same history on every machine, and nothing here is a measurement of speed.")
	}
	return t
}

// met reports whether a control ended as it must.
func met(s *analysis.Summary) bool { return s.Valid && string(s.Verdict) == s.Facts.Expect }

// explanation is why the history is wrong: by the check that names operations.
func explanation(s *analysis.Summary) string {
	best := ""
	for _, c := range s.Checks {
		if c.Verdict != analysis.VerdictIllegal {
			continue
		}
		if best == "" || len(c.Witness) > 0 {
			best = oneLine(c.Why)
			if u := oneLine(c.Under); u != "" {
				best += ". When: " + u
			}
		}
		if len(c.Witness) > 0 {
			break
		}
	}
	return best
}

// believed says in a line or two whether the checkers can be believed.
func believed(summaries []analysis.Summary) []string {
	var missed, convicted, ended []string
	broken := 0
	for i := range summaries {
		s := &summaries[i]
		illegal := s.Facts.Expect == string(analysis.VerdictIllegal)
		if illegal {
			broken++
		}
		switch {
		case met(s):
		case s.Facts.Failure != "":
			ended = append(ended, trialName(s))
		case illegal:
			missed = append(missed, fmt.Sprintf("%s (verdict %s)", trialName(s), s.Verdict))
		default:
			convicted = append(convicted, fmt.Sprintf("%s (verdict %s)", trialName(s), s.Verdict))
		}
	}
	var out []string
	for _, g := range []struct {
		says   string
		trials []string
	}{
		{"NOT CAUGHT: the checkers did not find what is planted in ", missed},
		{"WRONGLY JUDGED: the checkers do not pass the right systems ", convicted},
		{"INVALID: these ended early: ", ended},
	} {
		if len(g.trials) > 0 {
			out = append(out, g.says+some(g.trials)+".")
		}
	}
	if out == nil {
		return []string{fmt.Sprintf("The checkers are calibrated: all %d broken systems were found illegal, as they must be, and all %d right ones ok under the same schedule.", broken, len(summaries)-broken)}
	}
	return out
}
