package scenario

import (
	"fmt"
	"strings"
	"testing"

	"nines/chaos"
)

// A sequence needs a system that can suffer all of it, a choice one that can suffer
// some of it; membership changes need a host and a system that have them.
func TestComposedFaults(t *testing.T) {
	cat := fakeCatalog()
	cat.Systems = append(cat.Systems, SystemEntry{Name: "elastic", Caps: cat.Systems[2].Caps | chaos.CanMember | chaos.CanTransfer})
	cat.Hosts[0].Caps |= chaos.CanMember | chaos.CanTransfer
	for _, c := range []struct{ systems, fault, host, want string }{
		{"[etcdraft, elastic]", "remove(follower)", "inproc", ""},
		{"[etcdraft]", "remove(follower)", "inproc", ":6:30: faults[0].fault: no system of this scenario can suffer remove(follower): it does not offer membership changes"},
		{"[elastic]", "replace(leader)", "process", "host process does not offer membership changes, which replace(leader) needs: inproc would"},
		{"[elastic]", "remove(majority)", "inproc", "two nodes at least must remain members"},
		{"[elastic]", "add(3)", "inproc", "a host has 2 spare nodes: want add(2) or less"},
		{"[elastic]", "transfer-leader(leader)", "inproc", "leader leads already: want transfer-leader(follower)"},
		{"[etcdraft]", "kill(leader), remove(n1)", "inproc", "can suffer kill(leader), remove(n1): remove(n1): it does not offer membership changes"},
		{"[etcdraft]", "kill(leader) for 2s, isolate(leader)", "inproc", ""},
		{"[etcdraft]", "kill(leader) for 4s, isolate(leader)", "inproc", "faults[0].for: 4s leaves no time for 1 part that does not say how long"},
		{"[etcdraft]", "kill(leader) for 2s, isolate(n4)", "inproc", "isolate(n4): there is no node n4"},
		{"[etcdraft]", "one-of(kill(leader), remove(n1))", "inproc", ""},
		{"[etcdraft]", "one-of(transfer-leader(n2), remove(n1))", "inproc", "can suffer one-of(transfer-leader(n2), remove(n1)): transfer-leader(n2): it does not offer leadership transfer; remove(n1): it does not offer membership changes"},
		{"[etcdraft]", "one-of(kill(leader), slow-sync(n1, 1ms))", "process", "host process does not offer disk faults"},
	} {
		file := fmt.Sprintf("systems: %s\nhost: %s\nnodes: 3\nduration: 30s\nfaults:\n  - {at: 5s, for: 4s, fault: %q}\n", c.systems, c.host, c.fault)
		_, err := Parse("f.yaml", []byte(file), cat)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s on %s: %v", c.fault, c.systems, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s on %s:\n got %v\nwant %s", c.fault, c.systems, err, c.want)
		}
	}
}

// A sequence within { } that is not in quotes is told apart from a field.
func TestSequenceWithoutQuotes(t *testing.T) {
	_, err := Parse("f.yaml", []byte("systems: [etcdraft]\nnodes: 3\nduration: 30s\nfaults: [{at: 5s, for: 4s, fault: kill(n1), kill(n2)}]\n"), fakeCatalog())
	if want := `f.yaml:4:35: fault "kill(n1), kill(n2)": within { } a comma ends a value: put the fault in quotes`; err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}
