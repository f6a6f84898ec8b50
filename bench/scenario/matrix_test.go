package scenario

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestMatrix(t *testing.T) {
	const file = `
systems: [{system: etcdraft, label: a}, single]
matrix:
  nodes: [3, 5]
  load.rate: [100, 4000]
  systems[0].prevote: [false]
  faults:
    - []
    - [{at: 5s, for: 1s, fault: kill(leader)}]
`
	s, err := Parse("f.yaml", []byte(file), fakeCatalog())
	if err != nil {
		t.Fatal(err)
	}
	check := func(s *Scenario) {
		t.Helper()
		var got []string
		for _, c := range s.Cells() {
			got = append(got, fmt.Sprintf("%d %v %d %s %d", c.Nodes, c.Load.Rate, c.Load.MaxInFlight, c.Systems[0].Settings["prevote"], len(c.Faults)))
			if len(c.Cells()) != 1 || len(c.Values) != 4 {
				t.Errorf("a cell has %d cells and %d values", len(c.Cells()), len(c.Values))
			}
		}
		want := `3 100 1000 false 0
3 100 1000 false 1
3 4000 40000 false 0
3 4000 40000 false 1
5 100 1000 false 0
5 100 1000 false 1
5 4000 40000 false 0
5 4000 40000 false 1`
		if strings.Join(got, "\n") != want {
			t.Errorf("cells\n%s\nwant\n%s", strings.Join(got, "\n"), want)
		}
	}
	check(s)
	again, err := Parse("effective.yaml", reparse(t, s), fakeCatalog())
	if err != nil {
		t.Fatal(err)
	}
	check(again)
}

// An override changes what all cells have in common; an axis wins over it.
func TestMatrixUnderOverrides(t *testing.T) {
	s, err := Parse("f.yaml", []byte("systems: single\nmatrix: {load.deadline: [1s, 2s]}"), fakeCatalog(),
		Set{"warmup", "7s"}, Set{"load.deadline", "9s"})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range s.Cells() {
		if c.Warmup != 7*time.Second || c.Load.Deadline != time.Duration(i+1)*time.Second {
			t.Errorf("cell %d: warm-up %v, deadline %v", i, c.Warmup, c.Load.Deadline)
		}
	}
	s, err = Parse("f.yaml", []byte("systems: single\nmatrix: {nodes: [3, 5]}"), fakeCatalog(), Set{"matrix", ""})
	if err != nil || len(s.Cells()) != 1 {
		t.Errorf("%d cells, %v", len(s.Cells()), err)
	}
}

func TestAxisName(t *testing.T) {
	for path, want := range map[string]string{"nodes": "nodes", "load.rate": "rate", "faults[0].for": "for"} {
		if got := (Axis{Path: path}).Name(); got != want {
			t.Errorf("%s is called %s, want %s", path, got, want)
		}
	}
}
