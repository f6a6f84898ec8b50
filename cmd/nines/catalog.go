package main

import (
	"fmt"

	"nines/adapters"
	"nines/adapters/controls"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/bench/balance"
	"nines/bench/scenario"
	"nines/workloads"
)

// catalog is what scenarios can name.
func catalog() scenario.Catalog {
	cat := scenario.Catalog{
		Hosts:         []scenario.HostEntry{{Name: "inproc", Caps: inproc.Caps}, {Name: controls.Host}},
		Distributions: workloads.Distributions(),
		Links:         link.ProfileNames(),
		Policy: func(policy string, nodes int) error {
			p, err := balance.Parse(policy)
			if err != nil {
				return err
			}
			_, err = p.Balance(balance.Config{Nodes: nodeNames(nodes), Leads: func() int { return 0 }})
			return err
		},
	}
	broken := adapters.Broken()
	for _, s := range broken {
		cat.Hosts[1].Systems = append(cat.Hosts[1].Systems, s.Name)
	}
	for _, s := range append(adapters.Systems(), broken...) {
		e := scenario.SystemEntry{Name: s.Name, Nodes: s.Nodes, Caps: s.Caps, Points: s.Points, Check: s.Check}
		if p, err := s.Prepare(s.Effective(nil)); err == nil { // else Check says what is wrong
			e.Txns, e.Partitioned = p.Guarantees.Txns != "", p.Guarantees.Partitioned
		}
		for _, set := range s.Settings {
			e.Settings = append(e.Settings, set.Name)
		}
		cat.Systems = append(cat.Systems, e)
	}
	for _, w := range workloads.Catalog() {
		cat.Workloads = append(cat.Workloads, scenario.WorkloadEntry{
			Name: w.Name, Keys: w.Keys, Reads: w.Reads, CAS: w.CAS, Distribution: string(w.Distribution), Txns: w.Txns(),
			Accounts: w.Accounts, Initial: w.Initial, Span: w.Span, Micros: w.Micros, MaxWrites: w.MaxWrites,
			ScanLength: w.ScanLength, Lease: w.Lease,
			Check: func(w scenario.Workload) error { return workloads.Check(w.Name, workloadConfig(&w)) },
		})
	}
	return cat
}

// workloadConfig is what the scenario says of its workload.
func workloadConfig(w *scenario.Workload) workloads.Config {
	return workloads.Config{
		Keys: w.Keys, Distribution: workloads.Distribution(w.Distribution), Theta: w.Theta, HotKeys: w.HotKeys, HotOps: w.HotOps,
		ValueSize: uint32(w.ValueSize), Users: uint32(w.Users), Reads: &w.Reads, CAS: w.CAS,
		Accounts: w.Accounts, Initial: w.Initial, Span: w.Span, Micros: w.Micros, MaxWrites: w.MaxWrites,
		ScanLength: w.ScanLength, Lease: w.Lease,
	}
}

// nodeNames are n1, n2 and so on.
func nodeNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("n%d", i+1)
	}
	return names
}
