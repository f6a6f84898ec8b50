package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"nines/adapters"
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

// TestFaultsPageIsWhole: every fault, target and parameter stands there, as many of these as a
// fault takes, and each example is a step that some cluster can suffer.
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
		if takes := parameters(k.Usage); len(k.Params) != takes {
			t.Errorf("%s: %d parameters are told, and %q takes %d", k.Name, len(k.Params), k.Usage, takes)
		}
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

// parameters is how much a fault says beside its targets, in that of its forms that says most.
func parameters(forms []string) (most int) {
	for _, form := range forms {
		_, within, _ := strings.Cut(strings.TrimSuffix(form, ")"), "(")
		n := 0
		for arg := range strings.SplitSeq(within, ", ") {
			switch arg {
			case "", "T", "A | B", "A | B | C", "A -> B", "rolling":
			default:
				n += 1 + strings.Count(arg, "±")
			}
		}
		most = max(most, n)
	}
	return most
}

// TestLeaderFaults: what is done around a leader can be suffered by those systems of which
// one node leads; for the others it is n/a, which is known before anything starts.
func TestLeaderFaults(t *testing.T) {
	for _, fault := range []string{"quorum-loss(follower)", "constrained(follower, 250ms)", "chained(follower)"} {
		for _, s := range adapters.Systems() {
			text := fmt.Sprintf("{systems: [%s], nodes: 5, duration: 20s, faults: [{at: 5s, for: 4s, fault: %q}]}", s.Name, fault)
			_, err := scenario.Parse("around.yaml", []byte(text), catalog())
			leads := slices.Contains([]string{"etcdraft", "hashiraft", "paxos"}, s.Name)
			if leads && err != nil || !leads && err == nil {
				t.Errorf("%s, %s: %v", s.Name, fault, err)
			}
		}
	}
}

func TestMarkdownIsForFaults(t *testing.T) {
	_, errs, code := nines(t, "list", "systems", "--markdown")
	if code != exitBadInput || !strings.Contains(errs, "--markdown: only nines list faults has it") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
