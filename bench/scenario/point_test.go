package scenario

import (
	"fmt"
	"strings"
	"testing"

	"nines/chaos"
)

// A fault at a protocol point that no system of the scenario has is refused; one
// that some have is n/a to the others, and no mistake.
func TestPointsOfSystems(t *testing.T) {
	cat := fakeCatalog()
	caps := cat.Systems[2].Caps | chaos.CanPoint
	cat.Systems = append(cat.Systems,
		SystemEntry{Name: "twopc", Caps: caps, Points: []string{"prepared", "voted"}},
		SystemEntry{Name: "threepc", Caps: caps, Points: []string{"prepared", "voted", "precommitted"}})
	cat.Hosts[0].Caps |= chaos.CanPoint
	for _, c := range []struct{ systems, fault, host, want string }{
		{"[etcdraft, twopc]", "at(prepared, kill(coordinator))", "inproc", ""},
		{"[etcdraft]", "at(prepared, kill(coordinator))", "inproc",
			"no system of this scenario can suffer at(prepared, kill(coordinator)): it has no protocol point prepared: twopc, threepc have"},
		{"[etcdraft, twopc]", "at(precommitted, kill(n1))", "inproc",
			"no system of this scenario can suffer at(precommitted, kill(n1)): it has no protocol point precommitted: threepc has"},
		{"[twopc]", "at(promised, kill(leader))", "inproc", "it has no protocol point promised: no system has"},
		{"[twopc]", "at(prepared, kill(n9))", "inproc", "there is no node n9"},
		{"[twopc]", "at(prepared, kill(coordinator))", "process", "host process does not offer protocol points"},
		{"[twopc]", "kill(coordinator)", "inproc", "only at a protocol point"},
	} {
		file := fmt.Sprintf("systems: %s\nhost: %s\nnodes: 3\nduration: 30s\nfaults: [{at: 5s, for: 4s, fault: %q}]\n", c.systems, c.host, c.fault)
		_, err := Parse("f.yaml", []byte(file), cat)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s on %s: %v", c.fault, c.systems, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s on %s:\n got %v\nwant %s", c.fault, c.systems, err, c.want)
		}
	}
}
