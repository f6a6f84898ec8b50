package project

import (
	"math"
	"slices"
	"strings"
	"testing"

	"nines/analysis"
	"nines/results"
)

func trial(name string, change func(*analysis.Summary)) analysis.Summary {
	s := analysis.Summary{
		Valid: true, Verdict: analysis.VerdictOK,
		Facts: results.Facts{Trial: name, System: "raft", Adapter: "raft", Nodes: []string{"n1", "n2", "n3"}, Guarantees: results.Guarantees{Replicated: true}},
		Episodes: []analysis.Episode{{
			Fault: "kill(leader)", Start: 5000, HealFrom: 7000,
			Inject: analysis.Window{SLO: analysis.Outage{Length: 1000}, Gap: analysis.Outage{Length: 1100}},
			Heal:   analysis.Window{SLO: analysis.Outage{Length: 50}, Gap: analysis.Outage{Length: 20, Censored: true}},
			OutSLO: analysis.Stretches{Count: 2, Total: 1050, Longest: 1000}, Out: analysis.Stretches{Count: 2, Total: 1120, Longest: 1100, Censored: true},
		}},
	}
	if change != nil {
		change(&s)
	}
	return s
}

func TestCollect(t *testing.T) {
	nan := analysis.MS(math.NaN())
	systems := Collect([]Run{
		{"r1", []analysis.Summary{
			trial("raft-1", nil),
			trial("raft-2", func(s *analysis.Summary) { s.Valid, s.Gates = false, []analysis.Gate{{Name: "finished"}} }),
			trial("raft-3", func(s *analysis.Summary) { s.Verdict = analysis.VerdictIllegal }),
			trial("raft-4", func(s *analysis.Summary) { s.Facts.Virtual = true }),
			trial("raft-5", func(s *analysis.Summary) { s.Facts.Expect = "illegal" }),
			trial("raft-6", func(s *analysis.Summary) { s.Verdict = analysis.VerdictUnknown }),
		}},
		{"r2", []analysis.Summary{
			trial("raft-1", func(s *analysis.Summary) {
				s.Facts.System, s.Facts.Variant = "raft,for=4s", []results.Variable{{Name: "for", Value: "4s"}}
				s.Episodes[0].HealFrom = 9000
			}),
			trial("raft-2", func(s *analysis.Summary) { s.Episodes[0].NA = "no disk" }),
			trial("raft-3", func(s *analysis.Summary) { s.Episodes[0].Error = "it slipped" }),
			trial("raft-4", func(s *analysis.Summary) { s.Episodes[0].OutSLO.Total = nan }),
			trial("raft-5", func(s *analysis.Summary) { s.Facts.Nodes = append(s.Facts.Nodes, "n4", "n5") }),
			trial("raft-6", func(s *analysis.Summary) { s.Facts.Settings = map[string]string{"prevote": "false"} }),
		}},
	}, SLOOutage)
	var names []string
	for _, s := range systems {
		names = append(names, s.Name)
	}
	if got := strings.Join(names, "; "); got != "raft (3 nodes); raft (3 nodes), modelled; raft (5 nodes); raft (3 nodes), settings 2" {
		t.Fatalf("systems: %s", got)
	}
	raft := systems[0]
	want := []Episode{{"kill(leader)", 2, 1.05, 0.05, false}, {"kill(leader)", 4, 1.05, 0.05, false}}
	if len(raft.Episodes) != 2 || raft.Episodes[0] != want[0] || raft.Episodes[1] != want[1] || raft.Nodes != 3 || !raft.Quorum || raft.Modelled {
		t.Errorf("%+v", raft)
	}
	if left := strings.Join(raft.LeftOut, "\n"); left != strings.Join([]string{
		"r1: raft-2: not valid: finished", "r1: raft-3: its history is illegal", "r1: raft-5: it calibrates the checkers",
		"r1: raft-6: the checks of its history came to no verdict, which is not a pass",
		"r2: raft-3: kill(leader) at 5 s: the fault failed: it slipped", "r2: raft-4: kill(leader) at 5 s: outages were not measured: the trial had no probes",
	}, "\n") {
		t.Errorf("left out:\n%s", left)
	}
	if len(raft.NA) != 1 || raft.NA[0] != "kill(leader)" {
		t.Errorf("n/a: %v", raft.NA)
	}
	gaps := Collect([]Run{{"r1", []analysis.Summary{trial("raft-1", nil)}}}, Gap)
	if e := gaps[0].Episodes[0]; e != (Episode{"kill(leader)", 2, 1.12, 0.02, true}) {
		t.Errorf("%+v", e)
	}
}

// TestOverlappingEpisodes: a kill at 10 s takes the service out until 28 s, and another one comes at
// 20 s. The first one's outage was seen for 10 s and had not ended; of the 8 s that are left nobody
// can tell whose they are. The third fault at 40 s costs 2 s.
func TestOverlappingEpisodes(t *testing.T) {
	s := trial("raft-1", func(s *analysis.Summary) {
		out := func(ms analysis.MS, censored bool) analysis.Stretches {
			return analysis.Stretches{Count: 1, Total: ms, Longest: ms, Censored: censored}
		}
		s.Episodes = []analysis.Episode{
			{Fault: "kill(leader)", Start: 10_000, HealFrom: 12_000, Inject: analysis.Window{SLO: analysis.Outage{Start: 10_000, Length: 18_000}, Gap: analysis.Outage{Start: 10_000, Length: 18_000}},
				OutSLO: out(10_000, true), Out: out(10_000, true)},
			{Fault: "kill(leader)", Start: 20_000, HealFrom: 22_000, OutSLO: out(8000, false), Out: out(8000, false), Unready: true},
			{Fault: "kill(leader)", Start: 40_000, HealFrom: 42_000, Inject: analysis.Window{SLO: analysis.Outage{Start: 40_000, Length: 2000}, Gap: analysis.Outage{Start: 40_000, Length: 2000}},
				OutSLO: out(2000, false), Out: out(2000, false)},
		}
	})
	for _, which := range []Outage{SLOOutage, Gap} {
		got := Collect([]Run{{"r", []analysis.Summary{s}}}, which)[0]
		want := []Episode{{Fault: "kill(leader)", Duration: 2, Outage: 10, Censored: true}, {Fault: "kill(leader)", Duration: 2, Outage: 2}}
		if !slices.Equal(got.Episodes, want) {
			t.Errorf("%s: %+v, want %+v", which, got.Episodes, want)
		}
		left := "r: raft-1: kill(leader) at 20 s: the service was out already when it was injected, by an earlier fault"
		if len(got.LeftOut) != 1 || got.LeftOut[0] != left {
			t.Errorf("%s: left out: %q, want %q", which, got.LeftOut, left)
		}
	}
}

func TestReadCSV(t *testing.T) {
	got, err := ReadCSV("o.csv", strings.NewReader("class, outage_s\nkill(leader),1.5\n\"partition(a, b)\", 0\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Fault != "kill(leader)" || got[0].Outage != 1.5 || !math.IsNaN(got[0].Duration) || got[1].Fault != "partition(a, b)" || got[1].Outage != 0 {
		t.Errorf("%+v", got)
	}
	got, err = ReadCSV("o.csv", strings.NewReader("\ufeffcensored,duration_s,outage_s,class\ntrue,2,2,a\n,,1,a\nfalse,3,1,a\n"))
	if err != nil || len(got) != 3 || got[0] != (Episode{"a", 2, 2, 0, true}) || got[1].Censored || got[2] != (Episode{"a", 3, 1, 0, false}) {
		t.Errorf("%+v, %v", got, err)
	}
	for text, says := range map[string]string{
		"":                                     "o.csv: the file is empty: want a line class,outage_s",
		"class,outage_s\n":                     "no outage below the header",
		"class\na\n":                           "o.csv:1: no column is named outage_s",
		"class,outage_s,class\n":               "two columns are named class",
		"class,outage\na,1\n":                  `unknown column "outage": did you mean "outage_s"?`,
		"class,outage_s\na,1\nb,x\n":           `o.csv:3: outage_s: "x" is no number of seconds`,
		"class,outage_s\na,-1\n":               "o.csv:2: outage_s: -1: want seconds",
		"class,outage_s\na,NaN\n":              "no number of seconds",
		"class,outage_s\na,+Inf\n":             "want seconds",
		"class,outage_s\na\n":                  "wrong number of fields",
		"class,outage_s\n,1\n":                 "the class is empty",
		"class,outage_s\n\"a,1\n":              "o.csv: ",
		"class,outage_s,duration_s\na,1,0\n":   "duration_s: 0: want",
		"class,outage_s,censored\na,1,maybe\n": `censored: "maybe": want true or false`,
	} {
		if got, err := ReadCSV("o.csv", strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %+v, %v; want an error with %q", text, got, err, says)
		}
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add("class,outage_s\nkill(leader),1.5\n")
	f.Add("\ufeffcensored,duration_s,outage_s,class\ntrue,2,2,a\n,,1,a\n")
	f.Fuzz(func(t *testing.T, text string) {
		episodes, err := ReadCSV("f", strings.NewReader(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f:") {
				t.Fatalf("the error does not name the file: %v", err)
			}
			return
		}
		s := System{Name: "f", Episodes: episodes}
		var table Table
		for _, fault := range s.faults() {
			table.Entries = append(table.Entries, Entry{Name: fault, Rate: Range{1, 1, 1}, Faults: []string{fault}})
		}
		p, err := Project(s, table, Options{SLO: 0.9, Years: 1, Seed: 1})
		if err != nil {
			if strings.Contains(err.Error(), "would count for") { // a class that is a pattern of another
				return
			}
			t.Fatal(err)
		}
		if e := float64(p.Mid.Expected); !(e >= 0) || math.IsInf(e, 0) {
			t.Fatalf("%q: E = %v", text, e)
		}
	})
}
