package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nines/analysis"
	"nines/analysis/plot/plottest"
	"nines/results"
)

// toyRun makes the run folder of a toy service, with as many trials of each
// system as there are factors: how much slower a trial is than the first
// version.
func toyRun(t *testing.T, systems []string, slower ...float64) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	run, err := results.Create(dir, results.Manifest{Name: "toy", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, factor := range slower {
		for k, system := range systems {
			toyTrial(t, run, plottest.Service{Name: system, Median: 2 * factor * float64(k+1), Spread: 0.3}, i+1)
		}
	}
	return dir
}

// toyTrial adds a trial as analysis leaves it.
func toyTrial(t *testing.T, run *results.Run, service plottest.Service, repeat int) {
	t.Helper()
	s := plottest.Trial(service, plottest.Config{Seconds: 4, Rate: 200, Repeat: repeat, Seed: uint64(repeat)})
	begun, err := run.Begin(fmt.Sprintf("%s-%d", service.Name, repeat), service.Name, repeat)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := begun.Finish(s.Facts, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Facts.Trial = filepath.Base(dir)
	ok := results.Tagged{Tag: "read", Fail: int(s.Counts.Due - s.Counts.OK)}
	for range s.Counts.OK {
		ok.OK = append(ok.OK, results.Timed{Response: time.Duration(service.Median * float64(time.Millisecond))})
	}
	if err := results.WriteLatency(filepath.Join(dir, results.LatencyFile), time.Unix(1767323045, 0), []results.Tagged{ok}); err != nil {
		t.Fatal(err)
	}
	if err := results.WriteJSON(filepath.Join(dir, results.TrialSummaryFile), &s); err != nil {
		t.Fatal(err)
	}
}

func TestCompareRuns(t *testing.T) {
	toy := []string{"toy"}
	old, slow := toyRun(t, toy, 1, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06), toyRun(t, toy, 1.5, 1.51, 1.52, 1.53, 1.54, 1.55, 1.56)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{old, slow}, exitFine, "7 trials of A, and 7 trials of B"},
		{[]string{old, slow, "--fail-on", "response_p50 +10%"}, exitWorse, "broken"},
		{[]string{old, slow, "--fail-on", "response_p50_ms +0.5 ms", "--fail-on", "throughput -50%"}, exitWorse, "broken"},
		{[]string{old, slow, "--fail-on", "response_p50 +100%", "--fail-on", "throughput -50%"}, exitFine, "kept"},
		{[]string{slow, old, "--fail-on", "response_p50 +10%"}, exitFine, "kept"},
		{[]string{old, slow, "--fail-on", "in_doubt_txns +1"}, exitInvalid, "unjudged"},
		{[]string{old, slow, "--fail-on", "in_doubt_txns +1", "--fail-on", "response_p50 +10%"}, exitWorse, "unjudged"},
	} {
		out, errs, code := nines(t, append([]string{"compare"}, c.args...)...)
		if code != c.code || errs != "" || !strings.Contains(out, c.says) {
			t.Errorf("%q: exit code %d, want %d and %q: %s\n%s", c.args[2:], code, c.code, c.says, errs, out)
		}
	}
	out, _, _ := nines(t, "compare", old, slow)
	if !strings.Contains(out, "│ worse │") || strings.Contains(out, "│ better") {
		t.Errorf("a slower one is not worse:\n%s", out)
	}
}

func TestCompareSingleTrials(t *testing.T) {
	old, slow := toyRun(t, []string{"toy"}, 1), toyRun(t, []string{"toy"}, 1.5)
	out, _, code := nines(t, "compare", old, slow, "--fail-on", "response_p50 +10%")
	if words := strings.Join(strings.Fields(out), " "); code != exitWorse || !strings.Contains(words, "judged without an interval") || strings.Contains(words, "worse │") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

func TestCompareBySystem(t *testing.T) {
	dir := toyRun(t, []string{"fast", "slow"}, 1, 1.1, 1.2, 1.3)
	out, errs, code := nines(t, "compare", dir, "--by", "system", "--json", "--fail-on", "response_p50 +50%")
	var got struct {
		Pairs []struct {
			Name string
			Rows []struct {
				Metric string
				A, B   json.RawMessage
			}
		}
		Conditions []struct{ Outcome string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitWorse {
		t.Fatalf("exit code %d, %v: %s\n%s", code, err, errs, out)
	}
	if len(got.Pairs) != 1 || got.Pairs[0].Name != "slow against fast" || len(got.Pairs[0].Rows) < 20 || len(got.Conditions) != 1 || got.Conditions[0].Outcome != "broken" {
		t.Errorf("%+v", got)
	}
	out, _, code = nines(t, "compare", dir, "--by", "system", "--against", "slow")
	if code != exitFine || !strings.Contains(out, "fast against slow: 4 trials of A, and 4 trials of B") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

// A trial whose figures cannot be believed has no part, and is named; a comparison
// without any is none.
func TestCompareLeavesOut(t *testing.T) {
	old, slow := toyRun(t, []string{"toy"}, 1), toyRun(t, []string{"toy"}, 1.5)
	path := filepath.Join(slow, results.TrialsDir, "toy-1")
	var s analysis.Summary
	if err := results.ReadTrialSummary(path, &s); err != nil {
		t.Fatal(err)
	}
	s.Verdict = analysis.VerdictIllegal
	if err := results.WriteJSON(filepath.Join(path, results.TrialSummaryFile), &s); err != nil {
		t.Fatal(err)
	}
	out, _, code := nines(t, "compare", old, slow)
	if code != exitInvalid || !strings.Contains(out, "B toy-1") || !strings.Contains(out, "its history is illegal") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

func TestCompareRefuses(t *testing.T) {
	old, other := toyRun(t, []string{"toy"}, 1), toyRun(t, []string{"another"}, 1)
	bare := toyRun(t, []string{"toy"})
	for _, c := range []struct {
		args []string
		says string
	}{
		{nil, "see: nines compare --help"},
		{[]string{old}, "two results folders, or one with --by system"},
		{[]string{old, other, "--by", "system"}, "not both"},
		{[]string{old, other, "--against", "x"}, "--against is for --by system"},
		{[]string{old, "--by", "phase"}, "system"},
		{[]string{old, "--by", "system"}, "has one system only, toy"},
		{[]string{old, filepath.Join(old, "nosuch")}, "not a results folder"},
		{[]string{old, bare}, "has no complete trial"},
		{[]string{old, other}, "no system is in both runs"},
		{[]string{old, old}, "both runs are"},
		{[]string{old, other, "--fail-on", "respnse_p99 +10%"}, `did you mean "response_p99"? There are ok, rejected,`},
		{[]string{old, other, "--fail-on", "response_p99"}, "want a metric, + or - for which way is worse, and an amount"},
	} {
		out, errs, code := nines(t, append([]string{"compare"}, c.args...)...)
		if code != exitBadInput || out != "" || !strings.Contains(errs, c.says) {
			t.Errorf("%q: exit code %d, want %q: %s%s", c.args, code, c.says, errs, out)
		}
	}
}
