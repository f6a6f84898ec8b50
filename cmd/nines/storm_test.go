package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"nines/analysis"
	"nines/bench"
	"nines/bench/scenario"
	"nines/bench/trial"
)

// TestStorm: every fault there is upon both rafts, each for a tenth of its time in
// the built-in storm. All of them bite, or cannot be suffered; histories are right;
// and in the end nothing is hurt, which the trial itself sees to, and nothing runs,
// which the bubble does.
func TestStorm(t *testing.T) {
	file, data, err := scenario.Open("storm")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range [][2]string{{"kill(any) for 8s", "kill(any) for 1s"}, {"64KiB", "4KiB"}} {
		data = bytes.Replace(data, []byte(r[0]), []byte(r[1]), 1)
	}
	s, err := scenario.Parse(file, data, catalog(),
		scenario.Set{Path: "time", Value: "virtual"}, scenario.Set{Path: "duration", Value: "132.9s"},
		scenario.Set{Path: "load.rate", Value: "40"}, scenario.Set{Path: "probes.rate", Value: "2"},
		scenario.Set{Path: "faults[0].every", Value: "4s"}, scenario.Set{Path: "faults[0].for", Value: "3s"},
		scenario.Set{Path: "faults[1].at", Value: "129.5s"}, scenario.Set{Path: "faults[1].for", Value: "3s"})
	if err != nil {
		t.Fatal(err)
	}
	cannot := map[string][]string{
		"etcdraft":  {"skew", "strobe"},
		"hashiraft": {"skew", "strobe", "drift"},
	}
	for _, p := range plan(s) {
		t.Run(p.label, func(t *testing.T) {
			t.Parallel()
			r, recorded := storm(t, p)
			if r.Facts.Failure != "" {
				t.Errorf("the trial failed: %s", r.Facts.Failure)
			}
			sum := analysis.Analyze(analysis.Input{Facts: r.Facts, Samples: recorded, Faults: r.Faults, Events: r.Events}, analysis.Options{})
			if sum.Verdict != analysis.VerdictOK {
				t.Errorf("verdict %s: %+v", sum.Verdict, sum.Checks)
			}
			if len(r.Faults) != 33 {
				t.Errorf("%d faults, want 33", len(r.Faults))
			}
			for _, f := range r.Faults {
				name, _, _ := strings.Cut(f.Fault, "(")
				if na := slices.Contains(cannot[p.label], name); na != (f.NA != "") || f.Error != "" || !na && f.Evidence == "" {
					t.Errorf("%s at %v of %v: n/a %q, error %q, evidence %q", f.Fault, f.Start, f.Nodes, f.NA, f.Error, f.Evidence)
				}
			}
			if note := r.Facts.Notes["converged"]; !strings.Contains(note, "after the load had ended") {
				t.Errorf("note on convergence: %q", note)
			}
		})
	}
}

// storm runs a trial in virtual time, in this process.
func storm(t *testing.T, p planned) (r trial.Result, recorded []bench.Sample) {
	t.Helper()
	x, err := specify(p)
	if err != nil {
		t.Fatal(err)
	}
	cfg, logs, err := x.config(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var to samples
	cfg.Recorder = &to
	r = inBubble(t, cfg)
	if err := logs.close(); err != nil {
		t.Error(err)
	}
	return r, to.list
}
