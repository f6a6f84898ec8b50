package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"nines/analysis"
	"nines/results"
)

// A stall of known length comes out at that length, and in virtual time nothing
// but the probes' period is between them: also a second time.
func TestVirtualTime(t *testing.T) {
	whole(t)
	dir := filepath.Join(t.TempDir(), "run")
	_, errs, code := nines(t, "run", "calibrate-stall", "--time", "virtual", "--repeat", "2", "--seed", "4", "--out", dir)
	if code != exitFine {
		t.Fatalf("exit code %d:\n%s", code, errs)
	}
	for _, name := range []string{"null-1", "null-2"} {
		f := facts(t, dir, name)
		if !f.Virtual || time.Since(f.Started) > time.Hour || f.CPU != 0 || f.Usage != nil {
			t.Errorf("%s: virtual: %v, started %v, processor time %v, usage %v", name, f.Virtual, f.Started, f.CPU, f.Usage)
		}
		s, err := analysis.Trial(trialDir(dir, name), analysis.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s.Gaps.Count != 1 || s.Gaps.Max < 70 || s.Gaps.Max > 90 {
			t.Errorf("%s: %d gaps, the longest of %v ms; want one of 80 ± 10", name, s.Gaps.Count, s.Gaps.Max)
		}
		if s.Lag.P99 != 0 {
			t.Errorf("%s: operations were sent %v ms late where no time passes", name, s.Lag.P99)
		}
	}
}

// An interrupted trial in virtual time is gone at once, whatever its bubble does.
func TestInterruptVirtualTime(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "run")
	p := startProcess(t, "run", "steady", "--systems", "null", "--time", "virtual", "--duration", "1000h", "--out", dir)
	await(t, "the trial runs", func() bool { return exists(filepath.Join(trialDir(dir, "null-1.partial"), results.NodesDir)) })
	code, took := p.signal(t, syscall.SIGINT)
	if code != exitInterrupted || took > 10*time.Second {
		t.Errorf("exit code %d after %v:\n%s", code, took, &p.err)
	}
	if exists(dir) {
		t.Error("the folder was left behind although nothing is in it")
	}
}

// A trial whose bubble panics is kept with the reason, as any other.
func TestPanicInVirtualTime(t *testing.T) {
	whole(t)
	dir := filepath.Join(t.TempDir(), "run")
	nines(t, "run", "steady", "--systems", "null", "--set", "systems[0].panics=300ms", "--time", "virtual",
		"--duration", "1s", "--out", dir)
	if f := facts(t, dir, "null-1"); !strings.Contains(f.Failure, "panic") || !f.Cut {
		t.Errorf("%+v", f)
	}
	tidy(t, dir)
}
