package report

import (
	"slices"
	"strings"
	"testing"

	"nines/analysis"
	"nines/analysis/plot/plottest"
	"nines/results"
)

// checkpointed is two systems at two distances of snapshots, each with a node that was
// killed from 5 s to 9 s; of the last system it was not seen to come back.
func checkpointed() (all []analysis.Summary) {
	for _, every := range []string{"500", "5000"} {
		for _, s := range plottest.Quickstart()[1:3] {
			s.Facts.Variant = []results.Variable{{Name: snapshotAxis, Value: every}}
			s.Facts.System += "," + snapshotAxis + "=" + every
			s.Episodes = slices.Clone(s.Episodes[:1])
			e := &s.Episodes[0]
			e.Nodes, e.Start, e.HealFrom = []string{"n1"}, 5000, 9000
			gap := analysis.Outage{Start: 5000, Length: 4250}
			gap.Censored = strings.HasPrefix(s.Facts.System, "hashiraft") && every == "5000"
			e.ByNode = []analysis.EpNode{
				{Node: "n1", Inject: analysis.Window{Gap: gap}},
				{Node: "n2", Inject: analysis.Window{Gap: analysis.Outage{Start: 5000, Length: 9000}}}, // not hit
			}
			all = append(all, s)
		}
	}
	return all
}

// TestCheckpoints: a line for each system and distance, systems together; a node that
// was killed for 4 s and silent for 4.25 s took 250 ms to serve again.
func TestCheckpoints(t *testing.T) {
	tab := checkpoints(totals(checkpointed()))
	var got []string
	for _, r := range tab.Rows {
		got = append(got, strings.Join([]string{r[0], r[1], r[5], r[6], r[7]}, " "))
	}
	want := []string{"etcdraft 500 1 250 250", "etcdraft 5000 1 250 250", "hashiraft 500 1 250 250", "hashiraft 5000 0 — —"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if tab := checkpoints(totals(plottest.Quickstart())); len(tab.Rows) > 0 {
		t.Errorf("a run without that axis has %d rows", len(tab.Rows))
	}
}
