package controls

import (
	"fmt"
	"slices"

	"nines/adapters/commit"
	"nines/adapters/etcdraft"
	"nines/adapters/paxos"
	"nines/adapters/replica"
	"nines/adapters/replica/sim"
	"nines/adapters/replica/step"
	"nines/adapters/threepc"
	"nines/adapters/twopc"
	"nines/bench"
	"nines/results"
	"nines/workloads"
)

// What the workloads are, in words.
const (
	registersText = "reads and writes of 3 keys"
	appendsText   = "transactions that append to and read 8 lists"
)

var (
	// claims is what replicated systems promise, and those that own parts of the
	// keys.
	claims = results.Guarantees{
		Reads: "linearizable", Durability: "the kill of every node at once", Replicated: true, Txns: "strict-serializable",
	}
	commits = results.Guarantees{
		Reads: "linearizable", Durability: "the kill of every node at once", Partitioned: true, Txns: "strict-serializable",
	}
)

// All returns the table.
func All() []Control {
	multi := paxos.New(paxos.DefaultConfig())
	classic := paxos.New(paxos.Config{Reads: paxos.ReadIndex, Classic: true})
	two := twopc.New(twopc.DefaultConfig())
	three := threepc.New(threepc.DefaultConfig())
	leaderless := claims
	leaderless.Leaderless = true
	return []Control{
		{
			Name: "broken-promise", Of: "paxos-classic", Seed: 6,
			Planted:  "an acceptor forgets on a restart what it has promised",
			Workload: registersText, Guarantees: leaderless, Points: paxos.Points(),
			// A stable leader hardly ever needs its acceptors' promises.
			Right: classic, Broken: paxos.Forgetful(classic), schedule: contended,
		},
		{
			Name: "broken-phase1b", Of: "paxos", Seed: 3,
			Planted:  "phase 1b leaves out the slots that its acceptor has executed",
			Workload: registersText, Guarantees: claims, Points: paxos.Points(),
			Right: multi, Broken: paxos.Omitting(multi), schedule: stormy,
		},
		{
			Name: "broken-quorum", Of: "paxos", Seed: 0,
			Planted:  "a leader acknowledges a write when it proposes it, before a quorum has it",
			Workload: registersText, Guarantees: claims, Points: paxos.Points(),
			Right: multi, Broken: paxos.Hasty(multi), schedule: stormy,
		},
		{
			Name: "broken-reads", Of: "paxos", Seed: 0,
			Planted:  "every node answers reads from its own state, and they are sold as linearizable",
			Workload: registersText, Guarantees: claims, Points: paxos.Points(),
			Right: multi, Broken: paxos.New(paxos.Config{Reads: paxos.ReadLocal}),
			Serves:   func(c *replica.Call) bool { return c.Op.Kind == bench.Read },
			schedule: stormy,
		},
		{
			Name: "broken-phase1b-queue", Of: "paxos", Seed: 0, Txns: true, Object: bench.Queues,
			Planted:  "phase 1b leaves out the slots that its acceptor has executed, with their appends and takes",
			Workload: "appends to and takes from 3 queues", Guarantees: claims, Points: paxos.Points(),
			Right: multi, Broken: paxos.Omitting(multi), schedule: under("queue", workloads.Config{Keys: 3}, stormy),
		},
		{
			Name: "broken-quorum-scan", Of: "paxos", Seed: 1, Txns: true, Object: bench.Ranges,
			Planted:  "a leader acknowledges an insert when it proposes it, before a quorum has it",
			Workload: "inserts, and scans of a range of keys", Guarantees: claims, Points: paxos.Points(),
			Right: multi, Broken: paxos.Hasty(multi),
			schedule: under("ycsb-e", workloads.Config{Keys: 1, Reads: half(), Distribution: workloads.Uniform, ScanLength: 1000}, stormy),
		},
		{
			Name: "broken-phase1b-lock", Of: "paxos", Seed: 0, Object: bench.Locks,
			Planted:  "phase 1b leaves out the slots that its acceptor has executed, with acquisitions of locks",
			Workload: "acquires and releases of 100 locks", Guarantees: claims, Points: paxos.Points(),
			Right: multi, Broken: paxos.Omitting(multi),
			schedule: under("lock", workloads.Config{Keys: 100, Lease: lease}, stormy),
		},
		{
			Name: "broken-reads-counter", Of: "paxos", Seed: 0, Txns: true, Object: bench.Counters,
			Planted:  "every node answers reads of counters from its own state, and they are sold as linearizable",
			Workload: "adds to and reads of 3 counters", Guarantees: claims, Points: paxos.Points(),
			Right: multi, Broken: paxos.New(paxos.Config{Reads: paxos.ReadLocal}),
			Serves:   func(c *replica.Call) bool { return c.Op.Kind == bench.Read },
			schedule: under("counter", workloads.Config{Keys: 3}, stormy),
		},
		{
			Name: "broken-vote", Of: "etcdraft", Seed: 10,
			Planted:  "a node does not sync its vote, and forgets it on a restart",
			Workload: registersText, Guarantees: claims,
			Right: plainRaft(), Broken: etcdraft.NewUnsyncedVote(plainRaft()), schedule: twoVotes,
		},
		{
			Name: "broken-timeout", Of: "2pc", Seed: 37, Txns: true,
			Planted:  "a participant that is in doubt for too long commits",
			Workload: appendsText, Guarantees: commits, Points: twopc.Points(), Owner: commit.Owner,
			Right: two, Broken: twopc.CommitsOnTimeout(two, impatience), schedule: headless,
		},
		{
			Name: "broken-decision", Of: "2pc", Seed: 14, Txns: true,
			Planted:  "a coordinator does not log its decision",
			Workload: appendsText, Guarantees: commits, Points: twopc.Points(), Owner: commit.Owner,
			Right: two, Broken: twopc.ForgetsDecision(two), schedule: crashes,
		},
		{
			Name: "broken-partition", Of: "3pc", Seed: 2, Txns: true,
			Planted:  "nothing but a partition: it cuts a coordinator off that has all votes, whom the others take for dead",
			Workload: appendsText, Guarantees: commits, Points: threepc.Points(), Owner: commit.Owner,
			// A coordinator that is really dead is what the protocol is made for.
			Right: three, Broken: three, schedule: headless,
			only: func(cfg *sim.Config) { cfg.Faults[0].Do, cfg.Faults[0].For = sim.Isolate, 200*ms },
		},
	}
}

func half() *float64 {
	share := 0.5
	return &share
}

// impatience is how many ticks of 5 ms a participant is in doubt before it commits.
const impatience = 6

// plainRaft is raft as in its paper: an isolated candidate asks at once.
func plainRaft() step.New {
	cfg := etcdraft.DefaultConfig()
	cfg.PreVote, cfg.CheckQuorum = false, false
	return func(env step.Config) (step.Machine, error) {
		machine, err := etcdraft.NewMachine(cfg)
		if err != nil {
			return nil, err
		}
		return machine(env)
	}
}

// Lookup finds a control by the name of its broken system.
func Lookup(name string) (Control, error) {
	all := All()
	var names []string
	for _, c := range all {
		names = append(names, c.Name)
	}
	i := slices.Index(names, name)
	if i < 0 {
		return Control{}, fmt.Errorf("the host %s: %w", Host, bench.UnknownName("negative control", name, names))
	}
	return all[i], nil
}
