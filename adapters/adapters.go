// Package adapters is the table of the systems that nines can run. Each has a
// folder of its own below this one; the code that they share is in replica, and
// where they run is in host.
package adapters

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"nines/adapters/host/inproc"
	"nines/adapters/paxos"
	"nines/adapters/paxoscommit"
	"nines/adapters/replica/sim"
	"nines/adapters/single"
	"nines/adapters/threepc"
	"nines/adapters/twopc"
	"nines/bench"
	"nines/chaos"
	"nines/results"
)

// A System is one row of the table.
type System struct {
	Name  string
	About string // one line
	// Nodes is the size that it always has; 0: whatever is asked for.
	Nodes int
	// Caps is what it can suffer, on a host that offers it.
	Caps chaos.Caps
	// Points are its protocol points, at which faults can strike.
	Points   []string
	Settings []Setting
	// Prepare reads the system's settings, all of them: see Effective.
	Prepare func(settings map[string]string) (Prepared, error)
}

// A Setting is something that can be chosen of a system.
type Setting struct {
	Name, Default, About string
}

// Prepared is a system with its settings, ready to start.
type Prepared struct {
	Guarantees results.Guarantees
	// Fits says why it cannot run on so many nodes. Nil: it can on any number.
	Fits func(nodes int) error
	// Owner is the node that owns a key, 0 to nodes-1, if it is partitioned.
	Owner func(key uint64, nodes int) int
	// Expect is what a committed transaction of n participants should cost, if one
	// of them coordinates and all write. Nil: nobody says.
	Expect func(n int) results.Expected
	// Tolerate is what it should survive in a cluster of n nodes. Nil: nobody says.
	Tolerate func(n int) results.Tolerance
	// Start starts a cluster on the in-process host.
	Start func(inproc.Config) (bench.Cluster, error)
	// Simulate runs it in the event queue, under load and faults of its own. Nil:
	// it is no negative control.
	Simulate func() (results.Facts, sim.History, error)
}

// onDisk is what a system promises that answers after its log is on a quorum of
// disks.
const onDisk = "the kill of every node at once: answered when a majority has it on disk"

// strict is how systems isolate transactions that apply them one after the other,
// or lock what they touch until they are over.
const strict = "strict-serializable"

// fixed is what those can suffer of what the host offers that can neither hand their
// leadership over nor change their members.
const fixed = inproc.Caps &^ (chaos.CanTransfer | chaos.CanMember)

// equals is what those can suffer of which every node leads for itself.
const equals = fixed &^ chaos.CanLead

// Systems returns the table, without those that are broken on purpose: see Broken.
func Systems() []System {
	return []System{
		{
			Name:     "null",
			About:    "answers at once, or as late as it is told: to calibrate the measurement",
			Settings: nullSettings(),
			Prepare:  prepareNull,
		},
		{
			Name:  "single",
			About: "one node without replication, on the same disk and state machine as the others",
			Nodes: 1,
			Caps:  chaos.CanKill | chaos.CanDisk,
			Prepare: func(map[string]string) (Prepared, error) {
				p := onHostWithout(noClock, single.Open, nil, results.Guarantees{
					Reads: "linearizable", Durability: "the kill of the node: answered when its disk has it", Replicated: true, Txns: strict,
				})
				p.Tolerate = alone
				return p, nil
			},
		},
		{
			Name:     "etcdraft",
			About:    "the raft library of etcd (go.etcd.io/raft/v3)",
			Caps:     inproc.Caps &^ chaos.CanPoint &^ noSkew,
			Settings: etcdSettings(),
			Prepare:  prepareEtcd,
		},
		{
			Name:     "hashiraft",
			About:    "HashiCorp's raft library (github.com/hashicorp/raft)",
			Caps:     inproc.Caps &^ chaos.CanPoint &^ noClock,
			Settings: hashiSettings(),
			Prepare:  prepareHashi,
		},
		{
			Name:     "paxos",
			About:    "Multi-Paxos with a stable leader, which batches and pipelines",
			Caps:     fixed,
			Points:   paxos.Points(),
			Settings: paxosSettings(),
			Prepare:  func(s map[string]string) (Prepared, error) { return preparePaxos(s, false) },
		},
		{
			Name:     "paxos-classic",
			About:    "Paxos without a stable leader: each proposal runs both phases",
			Caps:     equals,
			Points:   paxos.Points(),
			Settings: paxosSettings(),
			Prepare:  func(s map[string]string) (Prepared, error) { return preparePaxos(s, true) },
		},
		{
			Name:     "2pc",
			About:    "two-phase commit; each node owns a part of the keys, under strict two-phase locking",
			Caps:     equals,
			Points:   twopc.Points(),
			Settings: twopcSettings(),
			Prepare:  prepareTwopc,
		},
		{
			Name:    "3pc",
			About:   "three-phase commit (Skeen 1981): blocks for no crash, and is not safe when a partition makes nodes take each other for dead",
			Caps:    equals,
			Points:  threepc.Points(),
			Prepare: prepareThreepc,
		},
		{
			Name:     "paxoscommit",
			About:    "Paxos Commit (Gray and Lamport 2006): 2F+1 acceptors for each vote; nodes own parts of the keys, as with 2pc",
			Caps:     equals,
			Points:   paxoscommit.Points(),
			Settings: paxosCommitSettings(),
			Prepare:  preparePaxosCommit,
		},
	}
}

// Lookup finds a system by its name.
func Lookup(name string) (System, error) {
	all := append(Systems(), Broken()...)
	i := slices.IndexFunc(all, func(s System) bool { return s.Name == name })
	if i < 0 {
		var names []string
		for _, s := range all {
			names = append(names, s.Name)
		}
		return System{}, bench.UnknownName("system", name, names)
	}
	return all[i], nil
}

// Effective returns the settings with the defaults of those not given.
func (s System) Effective(given map[string]string) map[string]string {
	if len(s.Settings) == 0 {
		return nil
	}
	all := make(map[string]string)
	for _, set := range s.Settings {
		all[set.Name] = set.Default
	}
	for name, value := range given {
		all[name] = value
	}
	return all
}

// Check says what is wrong with settings, on so many nodes.
func (s System) Check(settings map[string]string, nodes int) error {
	var names []string
	for _, set := range s.Settings {
		names = append(names, set.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		switch {
		case len(names) == 0:
			return fmt.Errorf("setting %q: %s has no settings", name, s.Name)
		case !slices.Contains(names, name):
			return bench.UnknownName("setting", name, names)
		}
	}
	p, err := s.Prepare(s.Effective(settings))
	if err == nil && p.Fits != nil {
		err = p.Fits(nodes)
	}
	return err
}

// parsed reads one setting with its parser.
func parsed[T any](settings map[string]string, name string, into *T, parse func(string) (T, error)) error {
	v, err := parse(settings[name])
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	*into = v
	return nil
}

func parseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "on", "yes":
		return true, nil
	case "false", "off", "no":
		return false, nil
	}
	return false, fmt.Errorf("%q: want true or false", s)
}
