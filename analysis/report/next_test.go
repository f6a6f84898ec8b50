package report

import (
	"fmt"
	"strings"
	"testing"

	"nines/analysis/project"
)

// many has eight classes that nobody measured, and two with a standard error, of which
// episodes of "often" tighten the figure more: of (n = 2, s² = 2) its part of the error's square
// is 10²·2/2, and that of "rare" 1.
func many(t *testing.T) *project.Projection {
	t.Helper()
	rate := func(x float64) project.Range { return project.Range{Low: x, Mid: x, High: x} }
	table := project.Table{Name: "rates.yaml", Entries: []project.Entry{
		{Name: "rare", Rate: rate(1), Faults: []string{"rare"}}, {Name: "often", Rate: rate(10), Faults: []string{"often"}},
	}}
	for i := range 8 {
		name := fmt.Sprintf("x%d", i)
		table.Entries = append(table.Entries, project.Entry{Name: name, Rate: rate(1), Faults: []string{name}, Repair: project.Constant(600 + float64(i))})
	}
	s := project.System{Name: "raft (3 nodes)", Nodes: 3}
	for _, fault := range []string{"rare", "often"} {
		for _, outage := range []float64{1, 3} {
			s.Episodes = append(s.Episodes, project.Episode{Fault: fault, Duration: 2, Outage: outage})
		}
	}
	p, err := project.Project(s, table, project.Options{SLO: 0.9999, Years: 1000, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// However much there is that is more urgent, which further episodes would tighten the
// figure most is said; and of what is left out it is true that it tells less.
func TestTighterIsAlwaysSaid(t *testing.T) {
	tab := nextOf(many(t))
	if len(tab.Rows) != mostAdvice+1 {
		t.Fatalf("%d rows: %q", len(tab.Rows), tab.Rows)
	}
	if first := tab.Rows[0]; first[1] != "x7" || !strings.Contains(first[2], "was not measured") {
		t.Errorf("the most urgent is %q, want what may cost most", first)
	}
	last := tab.Rows[mostAdvice]
	if last[1] != "often" || !strings.HasPrefix(last[2], "tightens the figure most: 10 more episodes of often make the standard error ") {
		t.Errorf("last %q", last)
	}
	if want := "And 4 more: 3 of what may cost no more, 1 which would lower the standard error by no more."; tab.Notes[0] != want {
		t.Errorf("%q, want %q", tab.Notes[0], want)
	}
	for _, r := range tab.Rows[1:mostAdvice] {
		for _, left := range []string{"x0", "x1", "x2"} {
			if r[1] == left {
				t.Errorf("%s is shown, and costs less than what is not", left)
			}
		}
	}
}

// A chance to meet the SLO that leaves out what nobody measured says so beside it.
func TestMeetsSLOSaysWhatIsLeftOut(t *testing.T) {
	p := many(t)
	tab := spreads([]*project.Projection{p})
	for _, i := range []int{6, 7} {
		if got := tab.Rows[0][i]; !strings.HasSuffix(got, " *") {
			t.Errorf("%s is %q, want a mark", tab.Columns[i].Name, got)
		}
	}
	// 22 s a year, and at worst 8·600 + 28 s more: 4850 s of 3153.6 that the SLO allows.
	want := "* raft (3 nodes): without the 8 classes of fault that nobody measured. With these at their worst it is 3.8 nines, which misses the SLO."
	if got := tab.Notes[len(tab.Notes)-1]; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	p.Unmeasured = nil
	if tab := spreads([]*project.Projection{p}); strings.Contains(tab.Rows[0][7], "*") || strings.Contains(strings.Join(tab.Notes, ""), "*") {
		t.Errorf("a mark where nothing is left out: %q, %q", tab.Rows, tab.Notes)
	}
}
