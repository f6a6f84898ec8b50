package main

import (
	"strings"
	"testing"

	"nines/analysis"
	"nines/results"
)

// TestExpectedVerdicts: a control exits 0 if it ends as it must, and only then.
func TestExpectedVerdicts(t *testing.T) {
	for _, c := range []struct {
		expect  string
		verdict analysis.Verdict
		valid   bool
		want    int
	}{
		{"illegal", analysis.VerdictIllegal, true, exitFine},
		{"illegal", analysis.VerdictOK, false, exitIllegal},
		{"illegal", analysis.VerdictUnknown, false, exitIllegal},
		{"ok", analysis.VerdictOK, true, exitFine},
		{"ok", analysis.VerdictIllegal, false, exitIllegal},
		{"ok", analysis.VerdictUnknown, false, exitIllegal},
		{"ok", analysis.VerdictOK, false, exitInvalid},
		{"", analysis.VerdictIllegal, true, exitIllegal},
	} {
		s := analysis.Summary{Facts: results.Facts{Expect: c.expect}, Verdict: c.verdict, Valid: c.valid}
		if got := exitCode(verdict([]analysis.Summary{s}), &strings.Builder{}); got != c.want {
			t.Errorf("%q, %s, valid %t: exit code %d, want %d", c.expect, c.verdict, c.valid, got, c.want)
		}
	}
}

// TestSimHost: it runs nothing but controls.
func TestSimHost(t *testing.T) {
	_, errs, code := nines(t, "run", "controls", "--systems", "paxos", "--out", t.TempDir())
	if code != exitBadInput || !strings.Contains(errs, "host sim does not run paxos") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

// TestRunControls: all are caught, and no right system is convicted.
func TestRunControls(t *testing.T) {
	out, errs, code := nines(t, "run", "controls", "--out", t.TempDir())
	if code != exitFine || !strings.Contains(out, "The checkers are calibrated: all 12 broken systems") {
		t.Errorf("exit code %d:\n%s%s", code, out, errs)
	}
}
