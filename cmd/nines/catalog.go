package main

import (
	"fmt"

	"nines/adapters"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/bench/balance"
	"nines/bench/scenario"
	"nines/workloads"
)

// catalog is what scenarios can name.
func catalog() scenario.Catalog {
	cat := scenario.Catalog{
		Hosts:         []scenario.HostEntry{{Name: "inproc", Caps: inproc.Caps}},
		Distributions: workloads.Distributions(),
		Links:         link.ProfileNames(),
		Policy: func(policy string, nodes int) error {
			p, err := balance.Parse(policy)
			if err != nil {
				return err
			}
			_, err = p.Pickers(nodeNames(nodes), 0, func() int { return 0 })
			return err
		},
	}
	for _, s := range adapters.Systems() {
		e := scenario.SystemEntry{Name: s.Name, Nodes: s.Nodes, Caps: s.Caps, Check: s.Check}
		for _, set := range s.Settings {
			e.Settings = append(e.Settings, set.Name)
		}
		cat.Systems = append(cat.Systems, e)
	}
	for _, w := range workloads.Catalog() {
		cat.Workloads = append(cat.Workloads, scenario.WorkloadEntry{Name: w.Name, Keys: w.Keys, Reads: w.Reads, CAS: w.CAS})
	}
	return cat
}

// nodeNames are n1, n2 and so on.
func nodeNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("n%d", i+1)
	}
	return names
}
