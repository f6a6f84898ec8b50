package rates

import (
	"math"
	"strings"
	"testing"

	"nines/analysis/project"
	"nines/chaos"
)

func parse(t *testing.T, text string) project.Table {
	t.Helper()
	table, err := Parse("rates.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestParse(t *testing.T) {
	table := parse(t, `
kill(leader): {per_year: 4}
crash:
  per_node: {low: 0.5, mid: 2, high: 5}
  leader: kill(leader)
  follower: [kill(follower), "kill(n*)"]
  node_down: true
  repair: {lognormal: {median: 3m, p95: 24m}}
  source: some
    where
  assumption: guessed
slow: {per_node: 1, faults: "slow-sync(*)", repair: 1h30m}
exp: {per_year: 1, repair: {exponential: {mean: 90s}}}
mean: {per_year: 1, repair: {lognormal: {mean: 100s, p95: 250s}}}
seen: {per_year: 1, repair: {empirical: [1s, 2s, 6s]}}
const: {per_year: 0, repair: {constant: 5m}}
`)
	if table.Name != "rates.yaml" || len(table.Entries) != 7 {
		t.Fatalf("%+v", table)
	}
	kill, crash := table.Entries[0], table.Entries[1]
	if kill.Name != "kill(leader)" || kill.Rate != (project.Range{Low: 4, Mid: 4, High: 4}) || kill.PerNode || len(kill.Faults) != 1 || kill.Faults[0] != "kill(leader)" || kill.Repair != nil {
		t.Errorf("%+v", kill)
	}
	if crash.Rate != (project.Range{Low: 0.5, Mid: 2, High: 5}) || !crash.PerNode || !crash.NodeDown || crash.Source != "some where" || crash.Assumption != "guessed" ||
		strings.Join(crash.Leader, ";") != "kill(leader)" || strings.Join(crash.Follower, ";") != "kill(follower);kill(n*)" || len(crash.Faults) != 0 {
		t.Errorf("%+v", crash)
	}
	for i, want := range map[int]float64{1: 180 * math.Exp(math.Pow(math.Log(8)/1.6448536269514722, 2)/2), 2: 5400, 3: 90, 4: 100, 5: 3, 6: 300} {
		if got := table.Entries[i].Repair.Mean(); math.Abs(got-want) > 1e-9*want {
			t.Errorf("%s: mean repair %v, want %v", table.Entries[i].Name, got, want)
		}
	}
}

func TestRefused(t *testing.T) {
	for text, says := range map[string]string{
		"":                                "there is no class in it",
		"# nothing":                       "there is no class in it",
		"{}":                              "there is no class in it",
		"a: [":                            "not YAML",
		"- a":                             "rates.yaml:1:1: the file: want a mapping",
		"a: 4":                            "rates.yaml:1:4: a: want a mapping",
		"a: {}":                           "want one of per_year (faults of the cluster a year) and per_node",
		"a: {per_year: 1, per_node: 2}":   "want one of per_year",
		"a: {per_yaer: 1}":                `unknown field "per_yaer": did you mean "per_year"?`,
		"a: {per_year: x}":                `"x" is no number of faults a year`,
		"a: {per_year: .nan}":             "is no number",
		"a: {per_year: -1}":               "-1: want from 0 to",
		"a: {per_year: 1e300}":            "want from 0 to",
		"a: {per_year: {low: 1, mid: 2}}": "all three, and rising",
		"a: {per_year: {low: 3, mid: 2, high: 4}}":                     "all three, and rising",
		"a: {per_year: {low: 1, mid: 2, hgih: 4}}":                     `did you mean "high"?`,
		"a: {per_year: [1]}":                                           "a rate: want a mapping",
		"a: {per_year: 1}\na: {per_year: 2}":                           `"a" is there twice`,
		"a: {per_node: 1, leader: kill(leader)}":                       "leader and follower are given together",
		"a: {per_node: 1, leader: x, follower: y, faults: z}":          "want either faults, or leader and follower",
		"a: {per_year: 1, faults: []}":                                 "want a fault such as kill(leader)",
		"a: {per_node: 1, node_down: true}":                            "node_down needs a repair",
		"a: {per_year: 1, node_down: true, repair: 1s}":                "node_down needs a rate per_node",
		"a: {per_year: 1, node_down: perhaps}":                         "want true or false",
		"a: {per_year: 1, repair: soon}":                               `"soon": want a time`,
		"a: {per_year: 1, repair: -5s}":                                "want a time from above 0",
		"a: {per_year: 1, repair: {expnential: {mean: 1s}}}":           `did you mean "exponential"?`,
		"a: {per_year: 1, repair: {}}":                                 "a repair is one of constant",
		"a: {per_year: 1, repair: {constant: 1s, empirical: [1s]}}":    "a repair is one of constant",
		"a: {per_year: 1, repair: {exponential: {}}}":                  "it has no mean",
		"a: {per_year: 1, repair: {lognormal: {median: 1s}}}":          "want p95, and one of median and mean",
		"a: {per_year: 1, repair: {lognormal: {median: 2s, p95: 1s}}}": "a p95 that is not below it",
		"a: {per_year: 1, repair: {lognormal: {mean: 1s, p95: 9s}}}":   "a p95 from 1 to 3.86 times as long",
		"a: {per_year: 1, repair: {empirical: []}}":                    "want a list of times",
		"a: {per_year: 1, repair: {empirical: [1s, x]}}":               `"x": want a time`,
		"a: {per_year: 1, source: [x]}":                                "want a text",
	} {
		table, err := Parse("rates.yaml", []byte(text))
		if err == nil {
			t.Errorf("%q was taken: %+v", text, table)
		} else if !strings.Contains(err.Error(), says) || !strings.HasPrefix(err.Error(), "rates.yaml") {
			t.Errorf("%q: the error says nothing of %q: %v", text, says, err)
		}
	}
	_, err := Parse("r", []byte("a: {per_year: x}\nb: {per_year: -1}"))
	if n := strings.Count(err.Error(), "\n") + 1; n != 2 {
		t.Errorf("of two errors, %d are told: %v", n, err)
	}
}

// TestBuiltin: the table that is taken by default reads, each class has a source, and
// every fault that it names is one that can be injected.
func TestBuiltin(t *testing.T) {
	table, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Entries) < 5 {
		t.Errorf("only %d classes", len(table.Entries))
	}
	amounts := map[string]string{"slow-sync": "20ms", "loss": "50%"}
	for _, e := range table.Entries {
		if e.Source == "" || e.Assumption == "" || e.Repair == nil || !(e.Rate.Low > 0) {
			t.Errorf("%s: source %q, assumption %q, repair %v, rate %v", e.Name, e.Source, e.Assumption, e.Repair, e.Rate)
		}
		for _, list := range [][]string{e.Faults, e.Leader, e.Follower} {
			for _, name := range list {
				kind, _, _ := strings.Cut(name, "(")
				text := strings.ReplaceAll(name, "*", amounts[kind])
				f, err := chaos.Parse(text)
				if err != nil {
					t.Errorf("%s: %s: %v", e.Name, name, err)
				} else if f.String() != text {
					t.Errorf("%s: %s is written %s in results", e.Name, text, f)
				}
			}
		}
	}
	classes, err := table.Classes(3)
	if err != nil {
		t.Fatal(err)
	}
	// 0.56 crashes a node of 3: 0.56 of the leader, 1.12 of a follower.
	if c := classes[0]; c.Rate.Low != 0.56 || !c.Matches("kill(leader)") || c.Matches("kill(follower)") {
		t.Errorf("%+v", c)
	}
	if c := classes[1]; math.Abs(c.Rate.Low-1.12) > 1e-12 {
		t.Errorf("%+v", c)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(string(BuiltinText()))
	f.Add("kill(leader): {per_year: 4}")
	f.Add("a: &x {per_year: 1, repair: {empirical: [1s]}}\nb: *x")
	f.Add("a: {per_node: {low: 1, mid: 2, high: 3}, leader: x, follower: [y]}")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := Parse("f", []byte(text))
		if err != nil {
			return
		}
		if len(table.Entries) == 0 {
			t.Fatal("a table of nothing")
		}
		for _, e := range table.Entries {
			if !(e.Rate.Low >= 0 && e.Rate.Low <= e.Rate.Mid && e.Rate.Mid <= e.Rate.High) || math.IsInf(e.Rate.High, 0) {
				t.Fatalf("%s: rate %v", e.Name, e.Rate)
			}
			if e.Repair == nil {
				continue
			}
			if _, _, square := e.Repair.Above(0); !(e.Repair.Mean() > 0 && !math.IsInf(square, 0)) {
				t.Fatalf("%s: repair %v of mean %v, square %v", e.Name, e.Repair, e.Repair.Mean(), square)
			}
		}
		if _, err := table.Classes(3); err != nil {
			t.Fatal(err)
		}
	})
}
