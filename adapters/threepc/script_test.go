package threepc

import (
	"testing"

	"github.com/cockroachdb/datadriven"

	"nines/adapters/replica/sim"
)

// TestScripts pins what the protocol does in named situations. A script begins
// with "cluster" and its options; go test -rewrite writes down what happens now.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var c *sim.Cluster
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd != "cluster" {
				return c.Exec(d.Input)
			}
			nodes := 3
			for _, a := range d.CmdArgs {
				switch a.Key {
				case "nodes":
					a.Scan(t, 0, &nodes)
				}
			}
			var err error
			c, err = sim.New(sim.ClusterConfig{Nodes: nodes, New: New(DefaultConfig()), HeartbeatTicks: 2, ElectionTicks: 10})
			if err != nil {
				return err.Error()
			}
			return c.Exec("settle\n" + d.Input)
		})
	})
}
