package paxos_test

import (
	"strings"
	"testing"

	"nines/adapters/paxos"
)

func TestConfigValidate(t *testing.T) {
	reads := func(r paxos.Reads) paxos.Config { return paxos.Config{Reads: r} }
	quorums := func(p1, p2 int) paxos.Config {
		return paxos.Config{Reads: paxos.ReadIndex, Quorums: paxos.Quorums{Phase1: p1, Phase2: p2}}
	}
	for _, tc := range []struct {
		cfg   paxos.Config
		nodes int
		want  string
	}{
		{paxos.DefaultConfig(), 1, ""},
		{paxos.DefaultConfig(), 4, ""},
		{reads(paxos.ReadLease), 3, ""},
		{quorums(5, 1), 5, ""},
		{quorums(0, 3), 5, ""},
		{quorums(3, 2), 5, "quorums: 3 nodes in phase 1 and 2 in phase 2 need not share one of 5"},
		{quorums(0, 2), 5, "must be at least 6"},
		{quorums(6, 2), 5, "quorums: 6 nodes in phase 1: the cluster has 5"},
		{quorums(3, -1), 5, "quorums: -1 nodes in phase 2"},
		{reads(""), 3, `reads: "" is none of linearizable, lease, local`},
		{paxos.Config{Reads: paxos.ReadLease, Classic: true}, 3, "reads: lease needs a leader"},
		{paxos.DefaultConfig(), 0, "0 nodes: want 1 to 256"},
	} {
		err := tc.cfg.Validate(tc.nodes)
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%+v among %d: %v, want %q", tc.cfg, tc.nodes, err, tc.want)
		}
	}
}
