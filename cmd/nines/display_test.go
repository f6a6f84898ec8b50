package main

import (
	"bytes"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"nines/analysis"
	"nines/bench"
	"nines/bench/trial"
	"nines/results"
)

func TestGoes(t *testing.T) {
	for want, m := range map[string]message{
		"starting":                   {Phase: trial.Starting},
		"reading back":               {Phase: trial.Reading, At: 25 * time.Second, Counts: bench.ProgressNow{OK: 5}},
		"warm-up, 0 ok":              {Phase: trial.Measuring},
		"warm-up, 7 ok, p99 16.3 ms": {Phase: trial.Measuring, At: -1, Counts: bench.ProgressNow{OK: 7, P99: 16_300 * time.Microsecond}},
		"3 of 20 s, 7 ok, 5 failed, p99 1235 ms": {Phase: trial.Measuring, At: 3 * time.Second,
			Counts: bench.ProgressNow{OK: 7, Failed: 2, Dropped: 3, P99: 1_234_567 * time.Microsecond}},
		"episode 12 of 30, 19 s, 3 ok": {Phase: trial.Measuring, At: 19 * time.Second, Episode: 12, Counts: bench.ProgressNow{OK: 3}},
		"last answers, 1 ok":           {Phase: trial.Measuring, At: 21 * time.Second, Counts: bench.ProgressNow{OK: 1}},
	} {
		if got := goes(m, 20*time.Second, 30); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestOutcome(t *testing.T) {
	nan, inf := analysis.MS(math.NaN()), analysis.MS(math.Inf(1))
	facts := results.Facts{Abandon: time.Second}
	for want, s := range map[string]analysis.Summary{
		"FAILED: it fell over": {Facts: results.Facts{Failure: "it fell over"}, Verdict: analysis.VerdictOK},
		"verdict ok, 12 op/s, p50 1.5 ms, 1 service gap (longest 1235 ms)": {Facts: facts, Verdict: analysis.VerdictOK, Throughput: 12.3,
			Response: analysis.Quantiles{P50: 1.5}, Gaps: analysis.Outages{Measured: true, Count: 1, Max: 1234.6}, Valid: true},
		"verdict illegal, 0 op/s; NOT VALID: lag, load": {Facts: facts, Verdict: analysis.VerdictIllegal, Response: analysis.Quantiles{P50: nan},
			Gates: []analysis.Gate{{Name: "lag"}, {Name: "bite", Pass: true}, {Name: "load"}}},
		"verdict ok, 0 op/s": {Facts: facts, Verdict: analysis.VerdictOK, Response: analysis.Quantiles{P50: inf}},
	} {
		if got := outcome(&s); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestPlainLines is what a run shows where there is no terminal.
func TestPlainLines(t *testing.T) {
	s := parse(t, "{systems: [null], repeat: 2, duration: 20s}")
	var out bytes.Buffer
	d := newDisplay(&out, false)
	for i, p := range plan(s) {
		g := d.begin(place{n: i + 1, of: 2}, p)
		g.heard(message{Phase: trial.Measuring, At: time.Second})
		d.said = d.said.Add(-sayEvery)
		g.heard(message{Phase: trial.Measuring, At: 5 * time.Second, Counts: bench.ProgressNow{OK: 9}})
		g.heard(message{Phase: trial.Measuring, At: 6 * time.Second})
		g.analysing()
		g.end(&analysis.Summary{Facts: results.Facts{Failure: "no " + strings.Repeat("word ", 30)}})
	}
	d.close()
	words := strings.Repeat("word ", 15)
	one := "[1/2] null #1: starts\n[1/2] null #1: 5 of 20 s, 9 ok\n[1/2] null #1: FAILED: no " + words[:len(words)-1]
	got := out.String()
	if !strings.HasPrefix(got, one[:80]) || !strings.Contains(got, "\n[2/2] null #2: starts\n") || !strings.Contains(got, "\n  word word") {
		t.Errorf("%s", got)
	}
	out.Reset()
	d = newDisplay(&out, true)
	d.line("anything")
	d.close()
	if out.Len() > 0 {
		t.Errorf("quiet, and says %q", &out)
	}
}

// The time that the run still takes is told, and grows shorter while a trial runs.
func TestTimeLeft(t *testing.T) {
	p := plan(parse(t, "{systems: [null], repeat: 2, duration: 60s}"))[0]
	for _, c := range []struct {
		at   place
		want string
	}{
		{place{n: 2, of: 3, left: 3 * time.Minute}, ", about 2m20s left"},
		{place{n: 1, of: 3, left: time.Minute}, ", about 20s left"},
		{place{n: 1, of: 3, left: 40 * time.Second}, ""}, // it takes longer than was thought
		{place{n: 1, of: 3}, ""},
		{place{n: 1, of: 1, left: time.Minute}, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			d := newDisplay(&out, false)
			g := d.begin(c.at, p)
			time.Sleep(40 * time.Second)
			g.heard(message{Phase: trial.Measuring, At: 39 * time.Second})
			if last := out.String()[strings.Index(out.String(), "\n")+1:]; last != g.head+": 39 of 60 s, 0 ok"+c.want+"\n" {
				t.Errorf("of %+v: %q", c.at, last)
			}
			d.close()
		})
	}
}

// TestJobs: only trials that do not share the processors with others run at once.
func TestJobs(t *testing.T) {
	all := runtime.NumCPU()
	for text, want := range map[string]int{
		"{systems: [null], repeat: 2}":                   1,
		"{systems: [null], time: virtual}":               1,
		"{systems: [null], time: virtual, repeat: 1000}": min(all, 1000),
	} {
		if got := jobs(plan(parse(t, text)), false); got != want {
			t.Errorf("%s: %d at once, want %d", text, got, want)
		}
		if got := jobs(plan(parse(t, text)), true); got != 1 {
			t.Errorf("%s: %d at once while somebody watches", text, got)
		}
	}
}
