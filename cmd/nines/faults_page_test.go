package main

import (
	"os"
	"strings"
	"testing"

	"nines/bench/scenario"
	"nines/chaos"
)

// TestFaultsPage: docs/faults.md is what the table of faults makes it.
func TestFaultsPage(t *testing.T) {
	const file = "../../docs/faults.md"
	out, errs, code := nines(t, "list", "faults", "--markdown")
	if code != exitFine || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	if *rewrite {
		write(t, file, out)
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if out != string(have) {
		t.Error("docs/faults.md is stale: go run ./cmd/nines list faults --markdown > docs/faults.md")
	}
}

// TestFaultsPageIsWhole: every fault, parameter and target stands there, and each
// example is a step that some cluster can suffer.
func TestFaultsPageIsWhole(t *testing.T) {
	page := faultsPage()
	says := func(what string) {
		if !strings.Contains(page, what) {
			t.Errorf("it says nothing of %q", what)
		}
	}
	for _, k := range chaos.Kinds() {
		says("### " + k.Name + "\n")
		says(k.Does)
		for _, p := range k.Params {
			says("| `" + p.Name + "` | " + p.Means + " | " + p.Range + " |")
		}
		says("Example: `" + exampleStep(&k) + "`\n")
		text := "{systems: [etcdraft, paxos, 2pc], nodes: 5, duration: 20s, faults: [" + exampleStep(&k) + "]}"
		if _, err := scenario.Parse("page.yaml", []byte(text), catalog()); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, w := range chaos.TargetWords() {
		says("| `" + w.Name + "` | " + w.Means + " |")
	}
	for _, w := range chaos.PointWords() {
		says("| `" + w.Name + "` |")
	}
}

func TestMarkdownIsForFaults(t *testing.T) {
	_, errs, code := nines(t, "list", "systems", "--markdown")
	if code != exitBadInput || !strings.Contains(errs, "--markdown: only nines list faults has it") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
