package link

import (
	"fmt"
	"strings"
	"time"
)

// A Profile says how far apart the nodes are: the round-trip time between each
// two, half of which delays a message one way. The zero Profile adds no delay.
type Profile struct {
	name  string
	rtt   [][]time.Duration // between sites; the diagonal is within a site
	dealt bool              // nodes are dealt to the sites round-robin; else one node per site
}

// within is the round trip within a datacenter: Dean, "Designs, Lessons and
// Advice from Building Large Distributed Systems", LADIS 2009.
const within = 500 * time.Microsecond

// profiles are those that have a name.
func profiles() []Profile {
	const ms = time.Millisecond
	return []Profile{
		{name: "none"},
		{name: "lan", dealt: true, rtt: [][]time.Duration{{within}}},
		{name: "3-region", dealt: true, rtt: [][]time.Duration{
			{within, 83 * ms, 108 * ms},
			{83 * ms, within, 171 * ms},
			{108 * ms, 171 * ms, within},
		}},
	}
}

// ParseProfile returns the profile of that name.
func ParseProfile(name string) (Profile, error) {
	var names []string
	for _, p := range profiles() {
		if p.name == name {
			return p, nil
		}
		names = append(names, p.name)
	}
	return Profile{}, fmt.Errorf("no link profile %q, there are %s, or a table of round-trip times", name, strings.Join(names, ", "))
}

// Table returns the profile of a cluster with one row of round-trip times for
// each node: rtt[i][j]/2 is the delay from node i to node j. It need not be
// symmetric. Its diagonal is zero.
func Table(rtt [][]time.Duration) (Profile, error) {
	p := Profile{name: "table"}
	for i, row := range rtt {
		if len(row) != len(rtt) {
			return Profile{}, fmt.Errorf("link table: row %d has %d round-trip times, want %d, one for each node", i, len(row), len(rtt))
		}
		for j, d := range row {
			switch {
			case d < 0:
				return Profile{}, fmt.Errorf("link table: row %d column %d: round-trip time %v is negative", i, j, d)
			case i == j && d != 0:
				return Profile{}, fmt.Errorf("link table: row %d column %d: a node's round-trip time to itself is %v, want 0", i, j, d)
			}
		}
		p.rtt = append(p.rtt, append([]time.Duration(nil), row...))
	}
	return p, nil
}

// String returns the profile's name.
func (p Profile) String() string {
	if p.name == "" {
		return "none"
	}
	return p.name
}

// Delays returns the one-way delay from node i to node j of a cluster of n.
func (p Profile) Delays(n int) ([][]time.Duration, error) {
	if p.rtt != nil && !p.dealt && len(p.rtt) != n {
		return nil, fmt.Errorf("link table: it is for %d nodes, the cluster has %d", len(p.rtt), n)
	}
	delays := make([][]time.Duration, n)
	for i := range delays {
		delays[i] = make([]time.Duration, n)
		for j := range delays[i] {
			if i != j && p.rtt != nil {
				delays[i][j] = p.rtt[i%len(p.rtt)][j%len(p.rtt)] / 2
			}
		}
	}
	return delays, nil
}
