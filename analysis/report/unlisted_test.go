package report

import (
	"strings"
	"testing"

	"nines/analysis/plot"
	"nines/analysis/plot/plottest"
)

// TestUnlisted: of 60 episodes the first 50 have rows, and the table says where the
// others are.
func TestUnlisted(t *testing.T) {
	all := plottest.Cells([]string{"etcdraft"}, 1, 60)
	systems, steps := plot.Systems(all), plot.Steps(all)
	for _, tab := range []table{stepEpisodes(systems, steps[0]), stepEvidence(systems, steps[0])} {
		rows, said := 0, strings.Join(tab.Notes, " ")
		for _, s := range systems {
			rows += min(50, len(everyOccurrence(s, steps[0])))
		}
		if len(tab.Rows) != rows || rows%50 != 0 || !strings.Contains(said, "The first 50 of each system; ") || !strings.Contains(said, " more are in episodes.json.") {
			t.Errorf("%s: %d rows of %d, %s", tab.Title, len(tab.Rows), rows, said)
		}
	}
}
