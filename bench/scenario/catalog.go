package scenario

import (
	"slices"
	"time"

	"nines/chaos"
)

// A Catalog is what a scenario can name, and what that can do.
type Catalog struct {
	Systems       []SystemEntry
	Hosts         []HostEntry
	Workloads     []WorkloadEntry
	Distributions []string // of keys
	Links         []string // profiles
	// Policy says what is wrong with a balancing policy for that many nodes.
	Policy func(policy string, nodes int) error
}

// A SystemEntry is a system that exists.
type SystemEntry struct {
	Name  string
	Nodes int        // it always has so many; 0: as many as the scenario says
	Caps  chaos.Caps // what it can suffer, on a host that offers it
	// Points are its protocol points, at which faults can strike.
	Points      []string
	Txns        bool // whether it has transactions
	Partitioned bool // whether its nodes own parts of the keys
	// Settings are the names of its own settings.
	Settings []string
	// Check says what is wrong with a system's settings, on so many nodes. It is
	// called if all their names are known. Nil: nothing can be.
	Check func(settings map[string]string, nodes int) error
}

// A HostEntry is a host that exists.
type HostEntry struct {
	Name string
	Caps chaos.Caps
	// Systems are those that it can run. Nil: all.
	Systems []string
}

// A WorkloadEntry is a workload that exists, with its own defaults.
type WorkloadEntry struct {
	Name  string
	Keys  uint64  // 0: the general default
	Reads float64 // share
	CAS   bool    // whether it has compare-and-swap

	Distribution string // of the keys; "": the general default

	Txns bool // whether it has transactions
	// Of those: 0 means that there is no such thing.
	Accounts  uint64
	Initial   uint64
	Span      int
	Micros    int
	MaxWrites uint64

	ScanLength int           // of those with scans, which need all keys on one node
	Lease      time.Duration // of those with locks

	// Check says what is wrong with the settings of the workload, each of which is
	// possible by itself. Nil: nothing can be.
	Check func(Workload) error
}

func (c *Catalog) system(name string) *SystemEntry {
	for i := range c.Systems {
		if c.Systems[i].Name == name {
			return &c.Systems[i]
		}
	}
	return nil
}

func (c *Catalog) host(name string) *HostEntry {
	for i := range c.Hosts {
		if c.Hosts[i].Name == name {
			return &c.Hosts[i]
		}
	}
	return nil
}

func (c *Catalog) workload(name string) *WorkloadEntry {
	for i := range c.Workloads {
		if c.Workloads[i].Name == name {
			return &c.Workloads[i]
		}
	}
	return nil
}

func (c *Catalog) systemNames() (names []string) {
	for _, s := range c.Systems {
		names = append(names, s.Name)
	}
	return names
}

func (c *Catalog) hostNames() (names []string) {
	for _, h := range c.Hosts {
		names = append(names, h.Name)
	}
	return names
}

func (c *Catalog) workloadNames() (names []string) {
	for _, w := range c.Workloads {
		names = append(names, w.Name)
	}
	return names
}

// systemsAt lists the systems that have a protocol point.
func (c *Catalog) systemsAt(point string) (names []string) {
	for _, s := range c.Systems {
		if slices.Contains(s.Points, point) {
			names = append(names, s.Name)
		}
	}
	return names
}

// hostsWith lists the hosts that offer all of caps.
func (c *Catalog) hostsWith(caps chaos.Caps) (names []string) {
	for _, h := range c.Hosts {
		if h.Caps.Lacks(caps) == 0 {
			names = append(names, h.Name)
		}
	}
	return names
}
