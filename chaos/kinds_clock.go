package chaos

// clockKinds are the faults of clocks. A node that measures all times with timers
// cannot be hurt by skew and strobe, and one that does so with timers of its own
// not by drift.
var clockKinds = []kind{
	{
		Kind: Kind{
			Name: "skew", Needs: CanSkew, Usage: []string{"skew(T, 200ms)", "skew(T, -200ms)"}, Example: "skew(leader, 200ms)",
			Does:   "sets the clock of nodes forward by this much, or back; healing undoes that. To a protocol a clock that was set back stands still until it is where it was",
			Params: []Param{{"200ms", "by how much", "a time other than 0s; below 0s the clock is set back"}},
		},
		measure: offset,
		check:   anywhere, hurt: skewClocks,
	},
	{
		Kind: Kind{
			Name: "strobe", Needs: CanSkew, Usage: []string{"strobe(T, 200ms, 50ms)"}, Example: "strobe(leader, 200ms, 50ms)",
			Does: "sets the clock of nodes forward by the first time and back again, in turn, each time after the second",
			Params: []Param{
				{"200ms", "by how much", "a time of more than 0s"},
				{"50ms", "from one change to the next", "a time of 1ms or more"},
			},
		},
		measure: flips,
		check:   anywhere, hurt: strobeClocks,
	},
	{
		Kind: Kind{
			Name: "drift", Needs: CanDrift, Usage: []string{"drift(T, +20%)", "drift(T, -20%)"}, Example: "drift(leader, -20%)",
			Does:   "lets the clock of nodes run faster or slower by this share, and with it their heartbeats, election timeouts and leases; healing leaves it as far ahead or behind as it is",
			Params: []Param{{"-20%", "by how much faster, or slower if it is below 0", "from -90% to +900%, and not 0%"}},
		},
		measure: pace,
		check:   anywhere, hurt: driftClocks,
	},
}
