package analysis

import (
	"testing"

	"nines/bench"
	"nines/results"
)

// TestEpisodesHad: a period that is too short for all episodes warns; episodes that
// a further part has, or that the system cannot suffer, do not.
func TestEpisodesHad(t *testing.T) {
	had := func(n int) []bench.Interval { return make([]bench.Interval, n) }
	for name, c := range map[string]struct {
		facts results.Facts
		had   []bench.Interval
		says  string // "": no gate
		warns bool
	}{
		"none":          {results.Facts{}, had(1), "", false},
		"all":           {results.Facts{Episodes: &results.Episodes{Planned: 5}}, had(5), "5 of 5 episodes were had", false},
		"short":         {results.Facts{Episodes: &results.Episodes{Planned: 5}}, had(4), "4 of 5 episodes were had", true},
		"a part":        {results.Facts{Episodes: &results.Episodes{Planned: 5, Left: 3}}, had(2), "2 of 5 episodes were had; 3 are left to a further part", false},
		"the last part": {results.Facts{Episodes: &results.Episodes{Planned: 5, First: 2, Part: 2}}, had(3), "5 of 5 episodes were had, 2 of them by the parts before", false},
		"short part":    {results.Facts{Episodes: &results.Episodes{Planned: 5, First: 2, Part: 2}}, had(1), "3 of 5 episodes were had, 2 of them by the parts before", true},
		"failed":        {results.Facts{Episodes: &results.Episodes{Planned: 5, Left: 4}, Failure: "panic"}, nil, "", false},
		"n/a":           {results.Facts{Episodes: &results.Episodes{Planned: 5}}, []bench.Interval{{NA: "no disk"}}, "", false},
	} {
		g, ok := (&trial{Input: Input{Facts: c.facts, Faults: c.had}}).episodesHad()
		if ok != (c.says != "") || g.Saw != c.says || g.Warn != c.warns || ok && (!g.Pass || g.Name != GateEpisodes || (g.Do == "") == c.warns) {
			t.Errorf("%s: %t, %+v", name, ok, g)
		}
	}
}
