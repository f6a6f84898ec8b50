package workloads

import (
	"fmt"

	"nines/bench"
)

// An Entry of the catalog is one kind of workload.
type Entry struct {
	Name  string
	About string // one line

	Keys  uint64  // how many, if nothing is said
	Reads float64 // their share, if nothing is said
	CAS   bool    // whether there can be compare-and-swap
}

// Catalog returns every workload that [New] knows.
func Catalog() []Entry {
	return []Entry{
		{Name: "ycsb-a", About: "update heavy: 50 % reads, 50 % writes (YCSB, Cooper et al., SoCC 2010)", Keys: 1000, Reads: 0.5},
		{Name: "ycsb-b", About: "read mostly: 95 % reads, 5 % writes", Keys: 1000, Reads: 0.95},
		{Name: "ycsb-c", About: "read only", Keys: 1000, Reads: 1},
		{Name: "register", About: "one key: 50 % reads, 50 % writes, of which `cas` compare-and-swap", Keys: 1, Reads: 0.5, CAS: true},
	}
}

// Names returns the names of the catalog.
func Names() []string {
	var names []string
	for _, e := range Catalog() {
		names = append(names, e.Name)
	}
	return names
}

// New makes the workload with the given name.
func New(name string, cfg Config) (*Workload, error) {
	for _, e := range Catalog() {
		if e.Name != name {
			continue
		}
		cfg = cfg.withDefaults(&e)
		if err := cfg.validate(&e); err != nil {
			return nil, fmt.Errorf("workload %s: %w", name, err)
		}
		return newWorkload(e.Name, cfg), nil
	}
	return nil, bench.UnknownName("workload", name, Names())
}
