package main

import (
	"fmt"
	"slices"
	"strings"

	"nines/bench/scenario"
	"nines/results"
)

// recall finds a trial in the manifest of its run: among those that the scenario
// plans or, if it was added while the run went on, by what its own entry
// changes in the scenario.
func recall(run *results.Run, name string) (planned, error) {
	m := run.Manifest()
	if i := slices.IndexFunc(m.Trials, func(e results.Entry) bool { return e.Trial == name && e.Set != nil }); i >= 0 {
		return added(m.Scenario, m.Trials[i])
	}
	s, err := scenario.Parse(results.ManifestFile, []byte(m.Scenario), catalog())
	if err != nil {
		return planned{}, fmt.Errorf("the scenario in %s: %w", run.Path(results.ManifestFile), err)
	}
	return find(plan(s), run.Dir(), name)
}

// added makes the trial of an entry that has its own changes.
func added(text string, e results.Entry) (planned, error) {
	var sets []scenario.Set
	for _, v := range e.Set {
		sets = append(sets, scenario.Set{Path: v.Name, Value: v.Value})
	}
	s, err := scenario.Parse(results.ManifestFile, []byte(text), catalog(), sets...)
	if err != nil {
		return planned{}, fmt.Errorf("the scenario of trial %s: %w", e.Trial, err)
	}
	label := strings.TrimSuffix(e.System, suffixOf(e.Variant))
	i := slices.IndexFunc(s.Systems, func(y scenario.System) bool { return y.Label == label })
	if i < 0 {
		return planned{}, badInput{fmt.Errorf("trial %s is of the system %q, which the scenario does not have", e.Trial, label)}
	}
	return planned{name: e.Trial, label: e.System, scenario: s, system: s.Systems[i], variant: e.Variant, repeat: e.Repeat, part: 1}, nil
}

// suffixOf is what a variant adds to the label of a system.
func suffixOf(variant []results.Variable) (suffix string) {
	for _, v := range variant {
		suffix += "," + v.Name + "=" + v.Value
	}
	return suffix
}
