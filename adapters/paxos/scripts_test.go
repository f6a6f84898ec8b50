package paxos_test

import (
	"testing"

	"github.com/cockroachdb/datadriven"

	"nines/adapters/paxos"
	"nines/adapters/replica"
	"nines/adapters/replica/sim"
)

// Named situations, event by event: see package sim for the language. "cluster"
// starts one of three nodes, of which n1 leads already if it is asked to; -rewrite
// writes what happens now.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var c *sim.Cluster
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd != "cluster" {
				return c.Exec(d.Input)
			}
			cfg := paxos.DefaultConfig()
			cfg.Classic = d.HasArg("classic")
			var err error
			c, err = sim.New(sim.ClusterConfig{
				Nodes: 3, New: paxos.New(cfg), Batch: replica.Batch{MaxEntries: 4, SnapshotEvery: 4, Trailing: 1},
			})
			if err != nil {
				return err.Error()
			}
			if d.HasArg("led") {
				c.Exec("tick n2 100\ntick n3 100\ntick n1 200\nsettle\ntick n1 10\nsettle")
			}
			return c.Log()
		})
	})
}
