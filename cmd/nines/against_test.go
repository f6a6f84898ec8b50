package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nines/analysis/episodes"
	"nines/results"
)

// TestAgainst: a run is held against itself, once as it is and once as if it had
// been measured: then nothing is longer.
func TestAgainst(t *testing.T) {
	whole(t)
	dir := filepath.Join(t.TempDir(), "run")
	_, errs, code := nines(t, "run", "steady", "--systems", "single", "--time", "virtual", "--duration", "70s", "--rate", "50", "--seed", "4", "--out", dir,
		"--set", "faults=[{at: 5s, every: 10s, jitter: 1s, for: 2s, fault: kill(leader)}]")
	if code != exitFine {
		t.Fatalf("exit code %d:\n%s", code, errs)
	}
	set, err := episodes.Read(filepath.Join(dir, results.EpisodesFile))
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Groups) != 1 || set.Groups[0].Out.N != 7 || set.Groups[0].Out.Some.Count != 7 || set.Groups[0].For != 2000 || !set.Groups[0].Virtual {
		t.Fatalf("%+v: want 7 episodes of 2 s, all with an outage", set.Groups)
	}
	if m := set.Groups[0].Out.Median.Value; m < 1990 || m > 2500 {
		t.Errorf("the median outage is %v ms; the only node was down for 2 s", m)
	}

	out, errs, code := nines(t, "report", dir, "--against", dir)
	if code != exitFine || !strings.Contains(out, "No fault was both measured and modelled") {
		t.Errorf("against itself: exit code %d, %s\n%s", code, errs, out)
	}

	other := t.TempDir()
	manifest, err := os.ReadFile(filepath.Join(dir, results.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(other, results.ManifestFile), manifest, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, errs, code = nines(t, "report", dir, "--against", other); code != exitBadInput || !strings.Contains(errs, "nines report on its folder makes it") {
		t.Errorf("against a run without episodes.json: exit code %d, %s", code, errs)
	}
	set.Groups[0].Virtual = false
	if err := set.Write(filepath.Join(other, results.EpisodesFile)); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	out, errs, code = nines(t, "report", dir, "--against", other)
	if code != exitFine || strings.Count(out, "Measured and modelled") != 1 || !strings.Contains(out, "0 [") {
		t.Errorf("against a measured run: exit code %d, %s\n%s", code, errs, out)
	}
	for _, file := range []string{results.TablesFile, results.ReportFile} {
		got := contents(t, dir)[file]
		if !strings.Contains(got, "Measured and modelled") || !strings.Contains(got, "Held against the episodes of "+filepath.Base(other)+".") {
			t.Errorf("%s has nothing of the other run", file)
		}
	}
	if _, errs, code = nines(t, "report", dir, "-q"); code != exitFine || !maps.Equal(contents(t, dir), before) {
		t.Errorf("a report of the run alone is not what it was before: exit code %d, %s", code, errs)
	}
}
