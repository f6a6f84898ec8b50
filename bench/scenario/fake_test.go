package scenario

import (
	"errors"
	"fmt"
	"strings"

	"nines/chaos"
)

// fakeCatalog is what the tests take for granted.
func fakeCatalog() Catalog {
	const net = chaos.CanKill | chaos.CanLink | chaos.CanLead
	return Catalog{
		Systems: []SystemEntry{
			{Name: "null", Settings: []string{"service", "stalls"}},
			{Name: "single", Nodes: 1, Caps: net | chaos.CanDisk},
			{
				Name: "etcdraft", Caps: net | chaos.CanDisk, Settings: []string{"prevote", "checkquorum", "reads"},
				Check: func(settings map[string]string, _ int) error {
					if settings["reads"] == "lease" && settings["checkquorum"] == "false" {
						return errors.New("reads: lease needs checkquorum: true")
					}
					return nil
				},
			},
			{Name: "hashiraft", Caps: net | chaos.CanDisk, Settings: []string{"prevote", "reads"}},
		},
		Hosts: []HostEntry{
			{Name: "inproc", Caps: net | chaos.CanDisk},
			{Name: "process", Caps: net},
			{Name: "bare", Caps: chaos.CanKill},
		},
		Workloads: []WorkloadEntry{
			{Name: "ycsb-a", Keys: 1000, Reads: 0.5}, {Name: "ycsb-b", Keys: 1000, Reads: 0.95},
			{Name: "ycsb-c", Keys: 1000, Reads: 1}, {Name: "register", Keys: 1, Reads: 0.5, CAS: true},
			{
				Name: "bank", Reads: 0.2, Distribution: "uniform", Txns: true, Accounts: 10, Initial: 1000, Span: 2,
				Check: func(w Workload) error {
					if uint64(w.Span) > w.Accounts {
						return fmt.Errorf("span: %d: want at most the %d accounts\nand so on", w.Span, w.Accounts)
					}
					return nil
				},
			},
			{Name: "append", Keys: 10, Reads: 0.5, Txns: true, Span: 8, Micros: 8, MaxWrites: 32},
		},
		Distributions: []string{"uniform", "zipfian", "scrambled-zipfian"},
		Links:         []string{"none", "lan", "3-region"},
		Policy: func(policy string, nodes int) error {
			policy, _, _ = strings.Cut(policy, " + ") // what is added is not this package's business
			if policy == "round-robin" || policy == "leader" || policy == "owner" || strings.HasPrefix(policy, "pinned ") {
				return nil
			}
			switch policy {
			case "pinned(n1)", "random", "two-choices", "least-loaded":
				return nil
			}
			return fmt.Errorf("unknown policy %q: there are pinned, round-robin, leader, owner", policy)
		},
	}
}
