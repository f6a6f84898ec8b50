package scenario

import (
	"fmt"
	"strings"
	"testing"
)

// TestSizes: a system takes part in clusters of the sizes that it names, and is held
// to what it can be there alone.
func TestSizes(t *testing.T) {
	cat := fakeCatalog()
	for i := range cat.Systems {
		if e := &cat.Systems[i]; e.Name == "hashiraft" {
			e.Check = func(_ map[string]string, nodes int) error {
				if nodes != 5 {
					return fmt.Errorf("wants 5 nodes, not %d", nodes)
				}
				return nil
			}
		}
	}
	const file = `
systems: [{system: single, nodes: 1}, {system: etcdraft, nodes: [1, 2]}, {system: hashiraft, nodes: [5]}]
matrix: {nodes: [1, 2, 5]}
faults:
  - {at: 1s, for: 1s, fault: kill(with-leader(1))}
  - {at: 3s, for: 1s, fault: kill(without-leader(4))}
`
	s, err := Parse("f.yaml", []byte(file), cat)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = Parse("effective.yaml", reparse(t, s), cat); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range s.Cells() {
		for _, y := range c.Cast() {
			got = append(got, fmt.Sprintf("%s/%d", y.Label, c.Nodes))
		}
	}
	if want := "single/1 etcdraft/1 etcdraft/2 hashiraft/5"; strings.Join(got, " ") != want {
		t.Errorf("cast %v, want %s", got, want)
	}
}

// TestTooManyNodes: of steps that count nodes with and without the leader, those that
// a cluster is too small for are no mistake, unless all are.
func TestTooManyNodes(t *testing.T) {
	step := func(faults ...string) string {
		file := "systems: etcdraft\nfaults:\n"
		for i, f := range faults {
			file += fmt.Sprintf("  - {at: %ds, for: 1s, fault: %s}\n", 1+2*i, f)
		}
		return file
	}
	for _, c := range []struct{ file, want string }{
		{step("kill(with-leader(3))", "kill(with-leader(4))"), ""},
		{step("kill(with-leader(4))"), "f.yaml:3:30: faults[0].fault: no system of this scenario can suffer kill(with-leader(4)): " +
			"with-leader(4) needs 4 nodes, and 3 can be chosen: the cluster has 3 nodes"},
		{step("kill(with-leader(1))", "kill(random(4))"), "f.yaml:4:30: faults[1].fault: no system of this scenario can suffer kill(random(4)): " +
			"random(4) needs 4 nodes, and 3 can be chosen: the cluster has 3 nodes"},
		{"systems: [{system: etcdraft, nodes: [5]}]\nmatrix: {nodes: [3, 5]}",
			"f.yaml:1:10: systems: none takes part in a cluster of 3: each says nodes: of what sizes it does (in the cell nodes=3 of the matrix)"},
		{"systems: [{system: etcdraft, nodes: [5]}]",
			"f.yaml:1:10: systems: none takes part in a cluster of 3: each says nodes: of what sizes it does"},
		{"systems: [{system: etcdraft, nodes: [0]}]", "f.yaml:1:38: systems[0].nodes[0]: 0: want 1 to 100"},
	} {
		_, err := Parse("f.yaml", []byte(c.file), fakeCatalog())
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.file, got, c.want)
		}
	}
}
