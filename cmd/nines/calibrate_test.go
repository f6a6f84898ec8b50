package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nines/analysis/calibration"
	"nines/results"
)

// littlePlan is a plan of everything, as short as can be.
func littlePlan() calibrationPlan {
	p := standardPlan()
	p.queues.Duration, p.queues.List = 20*time.Second, p.queues.List[:2]
	p.arrivals.Duration = p.queues.Duration
	p.outages.Rates = p.outages.Rates[2:]
	p.hurried.Duration = 2700 * time.Millisecond // the stall ends at 2.5 s
	p.ladder.Rates, p.ladder.Duration = p.ladder.Rates[:2], 400*time.Millisecond
	p.recording = calibration.Recording{Operations: 1000, Rounds: 2}
	return p
}

// judged runs one experiment, changed behind the back of who judges it.
func judged(t *testing.T, p calibrationPlan, name string, change func(scenario string) string) []calibration.Check {
	t.Helper()
	c := calibrateCmd{Seed: 1}
	show := newDisplay(io.Discard, true)
	defer show.close()
	for _, e := range p.experiments() {
		if !strings.Contains(e.scenarios[0], "name: "+name+"\n") {
			continue
		}
		text := change(e.scenarios[0])
		all, err := c.trials(t.Context(), t.TempDir(), text, e.sampled, show)
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		for _, part := range e.judge(all) {
			if part.Name == name {
				return part.Checks
			}
		}
	}
	t.Fatalf("no experiment %s", name)
	return nil
}

// What runs is calibrated; a harness that does other than it says is found. These
// are whole trials in virtual time, so the same on every machine.
func TestCalibrationFindsABrokenHarness(t *testing.T) {
	whole(t)
	p := littlePlan()
	for _, c := range []struct {
		name, part string
		from, to   string // in the scenario
		fails      []string
	}{
		{"queues as said", "queues", "", "", nil},
		{"services 1.2 times as long", "queues", "exponential(500µs)", "exponential(600µs)", []string{"M/M/1, load 0.5 p50", "M/M/1, load 0.5 mean"}},
		{"no queue", "queues", "servers: 1", "servers: 0", []string{"M/M/1, load 0.3 p90", "M/M/1, load 0.5 p90"}},
		{"a stall as said", "stall", "", "", nil},
		{"a stall of another length", "stall", "1.5s+1s", "1.5s+980ms", []string{"p99 open loop", "max open loop"}},
		{"arrivals at another rate", "stall", "rate: 1000", "rate: 1010", []string{"operations due open loop"}},
		{"outages as said", "outages", "", "", nil},
		{"half the probes", "outages", "[100, 200]", "[50, 100]", []string{"100 probes/s probe period", "200 probes/s probe period"}},
		{"an outage of another length", "outages", "+80ms", "+76ms", []string{"200 probes/s gap, 80ms stall", "100 probes/s gap, 80ms stall"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			checks := judged(t, p, c.part, func(text string) string {
				if c.from == "" {
					return text
				}
				out := strings.ReplaceAll(text, c.from, c.to)
				if out == text {
					t.Fatalf("no %q in:\n%s", c.from, text)
				}
				return out
			})
			var failed []string
			for _, check := range checks {
				if !check.Pass {
					failed = append(failed, check.Case+" "+check.Figure)
				}
			}
			if c.fails == nil && failed != nil {
				t.Errorf("fails: %q", failed)
			}
			for _, want := range c.fails {
				if !slices.Contains(failed, want) {
					t.Errorf("fails: %q, want %q among them", failed, want)
				}
			}
		})
	}
}

// A calibration goes with a run: it is added to the run's folder, which is as it was.
func TestCalibrate(t *testing.T) {
	whole(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, results.ManifestFile), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	c := calibrateCmd{Seed: 3, Out: dir}
	err := c.calibrate(t.Context(), terminal{strings.NewReader(""), &out, &errs}, littlePlan())
	if code := exitCode(err, &errs); code != exitFine && code != exitInvalid { // which says that the machine is busy
		t.Fatalf("exit code %d:\n%s", code, &errs)
	}
	in := filepath.Join(dir, results.CalibrationDir)
	data, err := os.ReadFile(filepath.Join(in, results.CalibrationFile))
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Seed  uint64
		Pass  bool
		Parts []struct {
			Name   string
			Checks []struct{ Informs, Pass bool }
		}
	}
	if err := json.Unmarshal(data, &report); err != nil {
		t.Fatal(err)
	}
	virtual := []string{"queues", "arrivals", "stall", "outages"}
	var names []string
	passes := true
	for _, p := range report.Parts {
		names = append(names, p.Name)
		for _, c := range p.Checks {
			passes = passes && c.Pass
			if !c.Pass && slices.Contains(virtual, p.Name) {
				t.Errorf("%s does not pass in virtual time:\n%s", p.Name, &out)
			}
		}
	}
	if want := append(virtual, "omission", "generator", "recording"); !slices.Equal(names, want) || report.Seed != 3 || report.Pass != passes {
		t.Errorf("seed %d, pass %v, parts %q, want %q", report.Seed, report.Pass, names, want)
	}
	for _, name := range []string{results.CalibrationTables, "recording.json", "queues/manifest.json", "closed-loop/manifest.json"} {
		if !exists(filepath.Join(in, name)) {
			t.Errorf("no %s", name)
		}
	}
	if exists(filepath.Join(in, results.SamplesFile)) {
		t.Error("the samples of the recording are left")
	}
	if !strings.Contains(out.String(), "calibration: "+filepath.Join(in, results.CalibrationTables)) {
		t.Errorf("does not say where it is:\n%s", &out)
	}
}

func TestCalibrateIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "calibration")
	var out, errs bytes.Buffer
	code := execute(ctx, []string{"calibrate", "--out", dir, "-q"}, terminal{strings.NewReader(""), &out, &errs})
	if code != exitInterrupted || !strings.Contains(errs.String(), "(nothing was kept)") || exists(dir) || out.Len() > 0 {
		t.Errorf("exit code %d, folder left: %v:\n%s", code, exists(dir), &errs)
	}
}

func TestCalibrateRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, errs, code := nines(t, "calibrate", "--out", dir)
	if code != exitBadInput || !strings.Contains(errs, "is not empty (it has thesis.txt)") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

// Whatever is planned, its scenarios are right.
func TestCalibrationScenarios(t *testing.T) {
	c := calibrateCmd{Seed: 5}
	for _, e := range standardPlan().experiments() {
		for _, text := range e.scenarios {
			s, err := c.parse(text)
			if err != nil {
				t.Errorf("%v:\n%s", err, text)
				continue
			}
			if s.Seed != 5 || e.sampled < 1 {
				t.Errorf("%s: seed %d, %d trials with operations", s.Name, s.Seed, e.sampled)
			}
		}
	}
}
