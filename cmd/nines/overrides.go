package main

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nines/bench/scenario"
)

// A change is what a flag changes in the scenario.
type change struct {
	flag string
	scenario.Set
}

// changes are those of the flags that have a name of their own.
func (c *runCmd) changes() []change {
	return changesOf(c.Systems, []option{
		{"--duration", "duration", c.Duration},
		{"--rate", "load.rate", c.Rate},
		{"--nodes", "nodes", c.Nodes},
		{"--time", "time", c.Time},
		{"--repeat", "repeat", c.Repeat},
		{"--seed", "seed", c.Seed},
	})
}

// An option stands for a field of the scenario; nil: it was not given.
type option struct {
	name, path string
	value      *string
}

// changesOf are those of --systems, unless there are none, and of the flags that
// were given.
func changesOf(systems []string, options []option) (all []change) {
	if systems != nil {
		all = append(all, changeSystems(systems))
	}
	for _, f := range options {
		if f.value != nil {
			all = append(all, change{f.name, scenario.Set{Path: f.path, Value: *f.value}})
		}
	}
	return all
}

// scenario is the name or the file of the scenario.
func (c *runCmd) scenario() string { return cmp.Or(c.Scenario, "quickstart") }

func changeSystems(names []string) change {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = strconv.Quote(name)
	}
	return change{"--systems", scenario.Set{Path: "systems", Value: "[" + strings.Join(quoted, ", ") + "]"}}
}

// effective reads the scenario with all that the flags change.
func (c *runCmd) effective() (*scenario.Scenario, error) {
	return readScenario(c.scenario(), nil, c.changes(), c.Set)
}

// readScenario reads a scenario with what a command changes by itself, with what
// its flags change, and with what each --set does, in this order; or it says all
// that is wrong with any of it.
func readScenario(name string, sets []scenario.Set, named []change, texts []string) (*scenario.Scenario, error) {
	var wrong complaints
	sets = slices.Clone(sets)
	for _, ch := range named {
		sets = append(sets, ch.Set)
	}
	given := len(sets)
	for _, text := range texts {
		set, err := scenario.ParseSet(text)
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		sets = append(sets, set)
	}
	file, data, err := scenario.Open(name)
	if err != nil {
		return nil, append(wrong, "nines: "+err.Error())
	}
	s, err := scenario.Parse(file, data, catalog(), sets...)
	var errs scenario.Errors
	switch {
	case errors.As(err, &errs):
		for _, e := range errs {
			wrong = append(wrong, says(e, named, sets[given:]))
		}
	case err != nil:
		return nil, err
	}
	if wrong != nil {
		return nil, wrong
	}
	return s, nil
}

// itemOfSystems begins an error about one of the systems that a flag lists.
var itemOfSystems = regexp.MustCompile(`^systems\[\d+\]: `)

// says names the flag that an error is about as it was given: --duration, unless
// a --set of the same field came after it.
func says(e *scenario.Error, named []change, sets []scenario.Set) string {
	for _, s := range sets {
		if s.Path == e.Set {
			return e.Error()
		}
	}
	for _, ch := range named {
		if ch.Path == e.Set {
			return ch.flag + ": " + itemOfSystems.ReplaceAllString(e.Text, "")
		}
	}
	return e.Error()
}

// command is the command line that repeats the run, into a folder of its own.
func (c *runCmd) command() []string {
	return commandLine([]string{"nines", "run", c.scenario()}, c.changes(), c.Systems, c.Set)
}

// commandLine adds what flags change to the words of a command.
func commandLine(words []string, named []change, systems, sets []string) []string {
	for _, ch := range named {
		if ch.flag == "--systems" {
			ch.Value = strings.Join(systems, ",")
		}
		words = append(words, ch.flag, ch.Value)
	}
	for _, set := range sets {
		words = append(words, "--set", set)
	}
	return words
}
