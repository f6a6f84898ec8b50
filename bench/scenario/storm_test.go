package scenario

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"nines/chaos"
)

// TestStormHasEveryFault: what the built-in storm says of itself. It is not at(P, F),
// which strikes at a moment of a protocol: commit protocols and Paxos tell of theirs,
// and the two Raft libraries of the storm have none to tell.
func TestStormHasEveryFault(t *testing.T) {
	file, data, err := Open("storm")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(file, data, builtinCatalog())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(s.Description, "every fault there is") {
		t.Errorf("it says %q", s.Description)
	}
	var has []string
	for _, step := range s.Faults {
		for _, m := range regexp.MustCompile(`([a-z-]+)\(`).FindAllStringSubmatch(step.Fault.String(), -1) {
			has = append(has, m[1])
		}
	}
	for _, name := range chaos.Names() {
		if want := name != "at"; slices.Contains(has, name) != want {
			t.Errorf("%s: in the storm %t, want %t", name, !want, want)
		}
	}
}
