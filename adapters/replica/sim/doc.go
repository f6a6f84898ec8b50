// Package sim runs a whole cluster of step machines in one goroutine, without
// a clock: every order of events can be tried, and the same seed gives the same
// history on every machine.
//
// # By hand
//
// A [Cluster] does nothing by itself. Messages that were sent, forced writes and
// snapshots that were begun are [Action]s that are pending, each with a number,
// until they are told to happen: [Cluster.Do]. A message that is never told to is
// lost. What machines do is written down, one line each, for [Cluster.Log]. This
// is for scripts that pin how a protocol behaves in a named situation;
// [Cluster.Exec] runs them as text, such as the input of a datadriven test:
//
//	func TestScripts(t *testing.T) {
//		datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
//			var c *sim.Cluster
//			datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
//				if d.Cmd == "cluster" {
//					var err error
//					if c, err = sim.New(sim.ClusterConfig{Nodes: 3, New: paxos.New(cfg)}); err != nil {
//						return err.Error()
//					}
//					return c.Log()
//				}
//				return c.Exec(d.Input) // one command a line
//			})
//		})
//	}
//
// # By chance
//
// [Run] lets things happen at random times on a virtual clock: messages are
// delayed, lost, sent twice and overtaken, nodes crash and come back, at random,
// at a given time or at a protocol point, while clients ask for operations and
// try again as the sessions of package replica do. It returns a [History], which
// the checkers take.
//
// A crash loses what was not durable; a forced write takes time. Input from
// several sources that comes while a node takes a step makes up its next step.
package sim
