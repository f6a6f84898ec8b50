package etcdraft_test

import (
	"fmt"
	"testing"

	"nines/adapters/adaptertest"
	"nines/adapters/etcdraft"
	"nines/adapters/replica"
)

func open(t *testing.T, change func(*etcdraft.Config)) replica.Open {
	t.Helper()
	cfg := etcdraft.DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	o, err := etcdraft.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// Storms beyond those of the conformance suite.
func TestStorms(t *testing.T) {
	for _, nodes := range []int{3, 5} {
		t.Run(fmt.Sprintf("%d nodes", nodes), func(t *testing.T) {
			t.Parallel()
			adaptertest.Storms(t, adaptertest.System{Open: open(t, nil), Nodes: nodes}, 20)
		})
	}
}

// The suite holds for every configuration.
func TestConformanceOfVariants(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*etcdraft.Config)
		nodes  int
		stale  bool
	}{
		{"reads: lease", func(c *etcdraft.Config) { c.Reads = etcdraft.ReadLease }, 3, true},
		{"reads: local", func(c *etcdraft.Config) { c.Reads = etcdraft.ReadLocal }, 3, true},
		{"neither prevote nor checkquorum", func(c *etcdraft.Config) { c.PreVote, c.CheckQuorum = false, false }, 3, false},
		{"one node", nil, 1, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			adaptertest.Run(t, adaptertest.System{Open: open(t, tc.change), Nodes: tc.nodes, Stale: tc.stale, Txns: true})
		})
	}
}
