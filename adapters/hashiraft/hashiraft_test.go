package hashiraft_test

import (
	"testing"

	"go.uber.org/goleak"

	"nines/adapters/adaptertest"
	"nines/adapters/hashiraft"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	local, plain := hashiraft.DefaultConfig(), hashiraft.DefaultConfig()
	local.Reads = hashiraft.ReadLocal
	plain.PreVote, plain.Pipeline = false, 16
	for _, test := range []struct {
		name  string
		nodes int
		cfg   hashiraft.Config
	}{
		{"default", 3, hashiraft.DefaultConfig()},
		{"five nodes", 5, hashiraft.DefaultConfig()},
		{"alone", 1, hashiraft.DefaultConfig()},
		{"local reads", 3, local},
		{"no pre-vote and a deep pipeline", 3, plain},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, err := hashiraft.Open(test.cfg)
			if err != nil {
				t.Fatal(err)
			}
			adaptertest.Run(t, adaptertest.System{Open: o, Nodes: test.nodes, Stale: test.cfg.Reads == hashiraft.ReadLocal, Txns: true})
		})
	}
}
