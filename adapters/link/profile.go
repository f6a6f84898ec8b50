package link

import (
	"errors"
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

// profiles are those that have a name. The regions of 3-region are Dallas,
// Washington DC and London, with the averages that IBM Cloud measured between
// them from 3 February to 3 March 2024 (documentation of VPC, "Network latency").
// The source says latency; it must be the round trip, since light in a fibre
// takes 29 ms for the 5,900 km from Washington to London alone.
func profiles() []Profile {
	const ms = time.Millisecond
	return []Profile{
		{name: "none"},
		{name: "lan", dealt: true, rtt: [][]time.Duration{{within}}},
		{name: "3-region", dealt: true, rtt: [][]time.Duration{
			{within, 32 * ms, 113 * ms},
			{32 * ms, within, 75 * ms},
			{113 * ms, 75 * ms, within},
		}},
	}
}

// ProfileNames lists the profiles that have a name.
func ProfileNames() []string {
	var names []string
	for _, p := range profiles() {
		names = append(names, p.name)
	}
	return names
}

// ParseProfile returns the profile of that name.
func ParseProfile(name string) (Profile, error) {
	for _, p := range profiles() {
		if p.name == name {
			return p, nil
		}
	}
	return Profile{}, fmt.Errorf("no link profile %q, there are %s, or a table of round-trip times", name, strings.Join(ProfileNames(), ", "))
}

// Table returns the profile of a cluster with one row of round-trip times for
// each node: rtt[i][j]/2 is the delay from node i to node j. It need not be
// symmetric. Its diagonal is zero.
func Table(rtt [][]time.Duration) (Profile, error) {
	if len(rtt) == 0 {
		return Profile{}, errors.New("link table: it is empty, want a row for each node")
	}
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
			delays[i][j] = p.delay(i, j)
		}
	}
	return delays, nil
}

// delay is that from node i to node j, dealt round-robin also where each site has
// a node of its own: those beyond them stand beside them.
func (p Profile) delay(i, j int) time.Duration {
	if i == j || p.rtt == nil {
		return 0
	}
	return p.rtt[i%len(p.rtt)][j%len(p.rtt)] / 2
}
