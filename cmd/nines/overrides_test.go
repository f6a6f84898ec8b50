package main

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"nines/bench/scenario"
)

// flags reads the flags of nines run.
func flags(t *testing.T, args ...string) *runCmd {
	t.Helper()
	var c runCmd
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	return &c
}

func effective(t *testing.T, c *runCmd) *scenario.Scenario {
	t.Helper()
	s, err := c.effective()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFlags(t *testing.T) {
	s := effective(t, flags(t, "steady", "--systems", "null,single", "--systems=etcdraft", "--duration", "7s", "--rate=123.5",
		"--nodes", "5", "--repeat", "2", "--seed", "18446744073709551615",
		"--set", "systems[2].prevote=false", "--set", "load.policy=weighted(n1=3, n2=1)", "--set", "warmup="))
	for what, pair := range map[string][2]any{
		"systems": {len(s.Systems), 3}, "the first": {s.Systems[0].Name, "null"}, "prevote": {s.Systems[2].Settings["prevote"], "false"},
		"duration": {s.Duration, 7 * time.Second}, "rate": {s.Load.Rate, 123.5}, "nodes": {s.Nodes, 5}, "repeat": {s.Repeat, 2},
		"seed": {s.Seed, uint64(1<<64 - 1)}, "policy": {s.Load.Policy, "weighted(n1=3, n2=1)"}, "warm-up": {s.Warmup, 2 * time.Second},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %v, want %v", what, pair[0], pair[1])
		}
	}
	if s := effective(t, flags(t)); s.Name != "quickstart" {
		t.Errorf("without arguments: %s", s.Name)
	}
	if s := effective(t, flags(t, "--rate", "5", "--set", "load.rate=6")); s.Load.Rate != 6 {
		t.Errorf("--set comes after the other flags: rate %v", s.Load.Rate)
	}
}

// TestCommand: the command of the manifest repeats the run, into a folder of its
// own.
func TestCommand(t *testing.T) {
	for _, args := range [][]string{
		nil,
		{"steady", "--out", "somewhere", "--json", "-q"},
		{"--systems", "etcdraft,hashiraft", "--rate", "50", "--seed=3", "--out=x"},
		{"--set", "faults=[{at: 5s, for: 1s, fault: 'delay(leader -> rest, 5ms)'}]", "--set", "systems[0].label=a b", "--set=warmup="},
	} {
		c := flags(t, args...)
		command := c.command()
		if !slices.Equal(command[:2], []string{"nines", "run"}) || slices.Contains(command, "--out") || slices.Contains(command, "somewhere") {
			t.Errorf("%v: %v", args, command)
		}
		again := flags(t, command[2:]...)
		if c.scenario() != again.scenario() || !reflect.DeepEqual(c.changes(), again.changes()) || !slices.Equal(c.Set, again.Set) {
			t.Errorf("%v: %v is another run", args, command)
		}
	}
	one, two := flags(t, "--rate", "70", "--nodes", "5"), flags(t, "--nodes", "5", "--rate", "70")
	a, err := effective(t, flags(t, one.command()[2:]...)).YAML()
	if err != nil {
		t.Fatal(err)
	}
	b, err := effective(t, two).YAML()
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("%v: the effective scenarios differ:\n%s\n%s", err, a, b)
	}
}
