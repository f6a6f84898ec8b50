package scenario

import (
	"strings"
	"testing"

	"nines/chaos"
)

// builtinCatalog has what the built-in scenarios name: also broken systems, and a
// host for them alone.
func builtinCatalog() Catalog {
	cat := txnCatalog()
	const every = chaos.CanSkew | chaos.CanDrift | chaos.CanTransfer | chaos.CanMember
	cat.Hosts[0].Caps |= every
	for i := range cat.Systems {
		if cat.Systems[i].Name == "etcdraft" || cat.Systems[i].Name == "hashiraft" {
			cat.Systems[i].Caps |= every
		}
	}
	var broken []string
	for _, fault := range []string{"promise", "phase1b", "quorum", "reads", "vote", "timeout", "decision", "partition",
		"phase1b-queue", "phase1b-lock", "quorum-scan", "reads-counter"} {
		broken = append(broken, "broken-"+fault)
		cat.Systems = append(cat.Systems, SystemEntry{Name: "broken-" + fault, Settings: []string{"planted"}})
	}
	cat.Hosts = append(cat.Hosts, HostEntry{Name: "sim", Systems: broken})
	return cat
}

// A host may run some systems only.
func TestHostOfFew(t *testing.T) {
	_, err := Parse("f.yaml", []byte("{systems: [broken-vote, etcdraft], host: sim}"), builtinCatalog())
	if err == nil || !strings.Contains(err.Error(), "systems[1]: host sim does not run etcdraft: want one of broken-promise") {
		t.Errorf("%v", err)
	}
}
