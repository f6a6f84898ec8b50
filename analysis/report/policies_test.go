package report

import (
	"slices"
	"strings"
	"testing"
	"time"

	"nines/analysis"
	"nines/analysis/plot/plottest"
	"nines/bench"
)

// There is a table for each system, by fault; a fault that only some trials had has
// only their lines. A run of one policy has none, nor one without faults.
func TestPolicies(t *testing.T) {
	all := plottest.Policies()
	all[5].Under = all[5].Under[:2]
	tables := policies(totals(all))
	for i, system := range []string{"paxos", "paxos-local-reads"} {
		var want, got []string
		for _, fault := range []string{"none", "delay(n1, 60ms)", "kill(n1)"} {
			for _, policy := range []string{"pinned(n1)", "round-robin", "round-robin + retry"} {
				want = append(want, fault+" "+policy)
			}
		}
		want = want[:len(want)-i]
		for _, r := range tables[i].Rows {
			got = append(got, strings.Join(r[:2], " "))
		}
		if !slices.Equal(got, want) || !strings.HasSuffix(tables[i].Title, ": "+system) {
			t.Errorf("%s has the rows\n%s, want those of %s\n%s", tables[i].Title, strings.Join(got, "\n"), system, strings.Join(want, "\n"))
		}
	}
	for name, few := range map[string][]analysis.Summary{"one policy": all[:2], "other runs": plottest.Quickstart()} {
		if tables := policies(totals(few)); len(tables) > 0 {
			t.Errorf("%s: %d tables", name, len(tables))
		}
	}
}

// A rate that is meant to change is never told as if it did not.
func TestChangingRate(t *testing.T) {
	s := plottest.Quickstart()[0]
	s.Facts.Rate, s.Facts.Profile = 1250, &bench.Profile{Rate: 500, Ramp: &bench.Ramp{To: 2000, Over: 20 * time.Second}}
	const want = "1250 op/s on average (500 to 2000 op/s within 20s)"
	rows := totals([]analysis.Summary{s})
	if says := rows[0].says(); !strings.Contains(says, "Asked for: "+want) {
		t.Errorf("the card says %q, want %q", says, want)
	}
	if line := setting(manifest(), []analysis.Summary{s}); !strings.Contains(line, want+" poisson") {
		t.Errorf("the page says %q, want %q", line, want)
	}
}
