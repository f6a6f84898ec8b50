package paxos_test

import (
	"testing"

	"go.uber.org/goleak"

	"nines/adapters/adaptertest"
	"nines/adapters/paxos"
	"nines/chaos"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	for _, tc := range []struct {
		name  string
		nodes int
		cfg   paxos.Config
	}{
		{"three", 3, paxos.DefaultConfig()},
		{"lease", 3, paxos.Config{Reads: paxos.ReadLease}},
		{"flexible", 5, paxos.Config{Reads: paxos.ReadIndex, Quorums: paxos.Quorums{Phase1: 4, Phase2: 2}}},
		{"alone", 1, paxos.DefaultConfig()},
		{"classic", 3, paxos.Config{Reads: paxos.ReadIndex, Classic: true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o, err := paxos.Open(tc.cfg)
			if err != nil {
				t.Fatal(err)
			}
			adaptertest.Run(t, adaptertest.System{Open: o, Nodes: tc.nodes, Txns: true, Leaderless: tc.cfg.Classic, Clock: clockOf(tc.cfg)})
		})
	}
}

// clockOf is what a clock may do: a lease holds only as long as clocks run at about
// the same rate.
func clockOf(c paxos.Config) chaos.Caps {
	if c.Reads == paxos.ReadLease {
		return 0
	}
	return chaos.CanSkew | chaos.CanDrift
}
