package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"nines/analysis"
)

// A trouble is one gate or check that did not pass.
type trouble struct {
	Trial, Test, Saw, Do string
	When                 string           // of an illegal check: with the fault in force
	Verdict              analysis.Verdict // of a check; empty for a gate
}

// troubles lists those of all trials, checks before gates: an incorrect history
// is worse than a bad measurement.
func troubles(summaries []analysis.Summary) []trouble {
	var checks, gates []trouble
	for i := range summaries {
		s := &summaries[i]
		for _, c := range s.Checks {
			if c.Verdict != analysis.VerdictOK && c.Verdict != analysis.VerdictNA {
				checks = append(checks, trouble{Trial: trialName(s), Test: oneLine(c.Name) + " " + string(c.Verdict), Saw: orDash(c.Why), When: oneLine(c.Under), Verdict: c.Verdict})
			}
		}
		if f := oneLine(s.Facts.Failure); f != "" {
			gates = append(gates, trouble{Trial: trialName(s), Test: "it ended early", Saw: f, Do: "see stacks.txt and nodes/ in the trial's folder"})
		}
		for _, g := range s.Gates {
			if !g.Pass {
				gates = append(gates, trouble{Trial: trialName(s), Test: oneLine(g.Name), Saw: orDash(g.Saw), Do: oneLine(g.Do)})
			}
		}
	}
	return append(checks, gates...)
}

// failedGates lists why trials are not to be believed, and what to do.
func failedGates(summaries []analysis.Summary) table {
	t := table{Title: "Gates that failed", Keys: 1, Columns: []column{{"trial", word}, {"gate", word}, {"what was seen", prose}, {"what to do", prose}}}
	for _, x := range troubles(summaries) {
		if x.Verdict == "" {
			t.add(x.Trial, x.Test, x.Saw, orDash(x.Do))
		}
	}
	return t
}

// failedChecks lists histories that were wrong or could not be judged.
func failedChecks(summaries []analysis.Summary) table {
	t := table{Title: "Checks that did not pass", Keys: 1, Columns: []column{{"trial", word}, {"check", word}, {"why", prose}}}
	for _, x := range troubles(summaries) {
		if x.Verdict == "" {
			continue
		}
		why := x.Saw
		if x.When != "" {
			why += ". When: " + x.When
		}
		t.add(x.Trial, x.Test, why)
	}
	return t
}

// trialName names a trial for people: system and repeat.
func trialName(s *analysis.Summary) string {
	return fmt.Sprintf("%s #%d", oneLine(s.Facts.System), s.Facts.Repeat)
}

// settings are a system's own, in alphabetical order.
func settings(m map[string]string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, oneLine(k)+"="+oneLine(m[k]))
	}
	return strings.Join(parts, ", ")
}
