// Package adaptertest is the suite that every system must pass before its
// figures mean anything: what an adapter declares of its system is put to the
// test. All of it runs in virtual time, on the in-process host with memory
// disks.
//
// There are two kinds of system. In a replicated one every node holds everything,
// one leads, and in the end all have applied the same commands. In a partitioned
// one ([System.Partitioned]) each node owns a part of the keys and coordinates
// what it is asked for: there is no leader to agree on, to wait for or to hint at,
// no log to catch up with, and a node that is down takes its keys with it. What is
// asked of it in the end is that no node holds a lock or is in doubt about a
// transaction. An operation may be rejected for a while, and is then tried again.
//
// A system with transactions ([System.Txns]) is also tested with those.
package adaptertest

import (
	"testing"
	"testing/synctest"

	"nines/adapters/replica"
	"nines/chaos"
)

// System is what is tested.
type System struct {
	Open replica.Open
	// Nodes is the size of the cluster, 1 for a system that has no peers.
	Nodes int
	// Stale says that reads are local: they may be stale, so that histories are
	// not checked for linearizability.
	Stale bool
	// Partitioned says that each node owns a part of the keys.
	Partitioned bool
	// Txns says that the system has transactions, and that they are strictly
	// serializable.
	Txns bool
	// Leaderless says that every node of a replicated system proposes what it is
	// asked for.
	Leaderless bool
	// Clock is the faults of a clock that the system declares to suffer: as long as
	// they last it may be slow, and never wrong.
	Clock chaos.Caps
	// Synchronous says that the system is right only as long as messages arrive in
	// time: storms kill its nodes, and leave links and disks alone.
	Synchronous bool
}

// test is one of the suite.
type test struct {
	name string
	need need
	run  func(*testing.T, *cluster)
}

// need is the systems that a test is for.
type need int

const (
	anyone     need = iota
	peers           // replicated, with three nodes or more
	led             // the same, with a leader
	replicated      // of any size
	parts           // partitioned, with three nodes or more
)

// lacks tells what a system has not that is needed.
func (n need) lacks(s System) string {
	switch {
	case n == anyone:
	case s.Partitioned != (n == parts):
		if s.Partitioned {
			return "is for replicated systems"
		}
		return "is for partitioned systems"
	case n != replicated && s.Nodes < 3:
		return "needs three nodes"
	case n == led && s.Leaderless:
		return "is for systems with a leader"
	}
	return ""
}

// Run tests the system.
func Run(t *testing.T, s System) {
	runAll(t, s, []test{
		{"every node serves every operation", anyone, everyNode},
		{"a history under faults is linearizable", anyone, linearizable},
		{"acknowledged writes survive the kill of every node", anyone, durable},
		{"a retried command is applied once", replicated, once},
		{"a client that gives up gets its answer at once", peers, abandon},
		{"a client that gives up leaves nothing behind", parts, leave},
		{"a node that missed compacted entries comes back", peers, catchUp},
		{"operations wait for a leader", peers, waits},
		{"nodes that may not forward reject with a hint", led, reject},
		{"a failing disk stops its node only", peers, brokenDisk},
		{"a node with a failing disk comes back", parts, replacedDisk},
		{"leadership is handed over", led, handOver},
		{"members come and go under load", led, comeAndGo},
		{"members survive the kill of every node", led, membersSurvive},
	})
	t.Run("storms", func(t *testing.T) { Storms(t, s, 10) })
	t.Run("faults of nodes", func(t *testing.T) { suffer(t, s) })
	if s.Txns {
		t.Run("transactions", func(t *testing.T) { transactions(t, s) })
	}
}

func runAll(t *testing.T, s System, tests []test) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if why := test.need.lacks(s); why != "" {
				t.Skip("it " + why)
			}
			synctest.Test(t, func(t *testing.T) {
				c := start(t, s, nil)
				defer c.stop()
				test.run(t, c)
			})
		})
	}
}
