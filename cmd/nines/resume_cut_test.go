package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nines/analysis"
	"nines/bench"
	"nines/results"
)

// TestInterruptedWhileReading: going on with a run that is complete, and cut short
// before all of it was read again, leaves the report and the end of the run as they
// were.
func TestInterruptedWhileReading(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	c := flags(t, short(dir, "--systems", "null,single")[1:]...)
	s := effective(t, c)
	run, _, err := c.create(s)
	if err != nil {
		t.Fatal(err)
	}
	finishAll(t, run, plan(s))
	if err := run.End(time.Now()); err != nil {
		t.Fatal(err)
	}
	summary := run.Path(results.SummaryFile)
	write(t, summary, "of both")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	show := &signalled{word: "reading what there is: 1 of 2", call: cancel}
	code := execute(ctx, []string{"run", "--resume", dir}, terminal{strings.NewReader(""), show, show})
	if code != exitInterrupted || show.call != nil {
		t.Errorf("exit code %d; interrupted: %t: %s", code, show.call == nil, show.text.String())
	}
	if b, err := os.ReadFile(summary); string(b) != "of both" {
		t.Errorf("%v: the report is now\n%s", err, b)
	}
	if again, err := results.Open(dir); err != nil || again.Manifest().Ended == nil {
		t.Errorf("%v: the run that had ended has not any more", err)
	}
}

// finishAll has trials in the folder that are complete, with an operation each.
func finishAll(t *testing.T, run *results.Run, all []planned) {
	t.Helper()
	for _, p := range all {
		x, err := specify(p)
		if err != nil {
			t.Fatal(err)
		}
		files, err := run.Begin(p.name, p.label, p.repeat)
		if err != nil {
			t.Fatal(err)
		}
		if err := files.Samples.Record([]bench.Sample{{Class: bench.Main, Kind: bench.Read, Outcome: bench.OK, Due: 1, Sent: 1, Done: 2}}); err != nil {
			t.Fatal(err)
		}
		if _, err := files.Finish(x.facts(), nil, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// TestResumeAfterReboot: a machine that is started anew leaves a trial that runs, by the
// manifest and by its folder, though no process does. The run goes on with it, with
// another kernel too, which is told, and then stands in manifest and report.
func TestResumeAfterReboot(t *testing.T) {
	whole(t)
	dir := filepath.Join(t.TempDir(), "run")
	c := flags(t, short(dir, "--systems", "null,single")[1:]...)
	s := effective(t, c)
	run, _, err := c.create(s)
	if err != nil {
		t.Fatal(err)
	}
	all := plan(s)
	finishAll(t, run, all[:1])
	files, err := run.Begin(all[1].name, all[1].label, 1)
	if err != nil {
		t.Fatal(err)
	}
	disk := filepath.Join(files.Dir(), disksDir, "n1")
	if err := os.MkdirAll(disk, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(disk, "log"), "half a")
	if got := states(t, dir); got != "null-1 done, single-1 running" || !exists(trialDir(dir, "single-1.partial")) {
		t.Fatalf("trials: %s", got)
	}
	text, err := os.ReadFile(run.Path(results.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	before := strings.Replace(string(text), `"kernel": "`, `"kernel": "0-before-`, 1)
	write(t, run.Path(results.ManifestFile), before)

	_, errs, code := nines(t, "run", "--resume", dir)
	done(t, code, errs)
	if got := states(t, dir); got != "null-1 done, single-1 done" {
		t.Errorf("trials: %s", got)
	}
	if got := reported(t, dir); got != "null-1, single-1" {
		t.Errorf("reported: %s", got)
	}
	if f := facts(t, dir, "single-1"); f.Failure != "" || f.Offered == 0 {
		t.Errorf("%+v", f)
	}
	tidy(t, dir)
	if before == string(text) {
		t.Skip("nobody tells the kernel")
	}
	const says = "figures of trials before "
	for what, text := range map[string]string{"it": errs, results.TablesFile: "", results.ReportFile: ""} {
		if text == "" {
			text = contents(t, dir)[what]
		}
		text = strings.Join(strings.Fields(text), " ")
		if !strings.Contains(text, says) || !strings.Contains(text, "are of kernel 0-before-") {
			t.Errorf("%s does not say that there were two kernels:\n%.1500s", what, text)
		}
	}
	again, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	m := again.Manifest()
	if len(m.Kernels) != 1 || !strings.HasPrefix(m.Machine.Kernel, "0-before-"+m.Kernels[0].Release) || !m.Kernels[0].Since.Equal(m.Resumed[0]) {
		t.Errorf("kernels %+v after %s, resumed %v", m.Kernels, m.Machine.Kernel, m.Resumed)
	}
}

// TestTrialsAreInOrder of the scenario, whatever the order in which they ran, and the
// parts of each by number.
func TestTrialsAreInOrder(t *testing.T) {
	s := parse(t, "{systems: [null, single], repeat: 3, warmup: 0s, duration: 1s}")
	run, err := results.Create(filepath.Join(t.TempDir(), "run"), results.Manifest{})
	if err != nil {
		t.Fatal(err)
	}
	finishAll(t, run, plan(s))
	all, err := trials(t.Context(), &held{run: run}, s, newDisplay(nil, true))
	if err != nil {
		t.Fatal(err)
	}
	if got := namesOf(all); got != "null-1 single-1 null-2 single-2 null-3 single-3" {
		t.Errorf("%s", got)
	}
	part := func(name string, n int) analysis.Summary {
		return analysis.Summary{Facts: results.Facts{Trial: name, Episodes: &results.Episodes{Part: n}}}
	}
	all = []analysis.Summary{part("single-1", 1), part("null-1.10", 10), part("null-1.9", 9), part("null-1", 1)}
	inOrder(all, listed(s))
	if got := namesOf(all); got != "null-1 null-1.9 null-1.10 single-1" {
		t.Errorf("%s", got)
	}
}

func namesOf(all []analysis.Summary) string {
	var names []string
	for i := range all {
		names = append(names, all[i].Facts.Trial)
	}
	return strings.Join(names, " ")
}
