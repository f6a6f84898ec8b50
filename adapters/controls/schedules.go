package controls

import (
	"time"

	"nines/adapters/replica"
	"nines/adapters/replica/sim"
	"nines/adapters/replica/step"
	"nines/adapters/twopc"
)

const ms = time.Millisecond

// stormy: nodes crash and are cut off at random all the time, all of them too.
func stormy(seed uint64, machine step.New) sim.Config {
	cfg := replicated(seed, machine, 6)
	cfg.Batch = replica.Batch{MaxEntries: 16, SnapshotEvery: 200, Trailing: 20}
	cfg.Duration = 4 * time.Second
	cfg.Network = sim.Network{Jitter: ms, Drop: 0.02, Duplicate: 0.02}
	cfg.Storm = sim.Storm{Kill: 300 * ms, Isolate: 400 * ms, Split: time.Second, OneWay: time.Second, For: 200 * ms, Most: 3}
	return cfg
}

// contended: messages are so slow that elections overlap, and nodes crash in the
// middle of them.
func contended(seed uint64, machine step.New) sim.Config {
	cfg := stormy(seed, machine)
	cfg.Force = 3 * ms
	cfg.Network = sim.Network{Delay: ms, Jitter: 10 * ms, Drop: 0.05}
	cfg.Storm = sim.Storm{Kill: 25 * ms, For: 5 * ms, Most: 3}
	return cfg
}

// twoVotes: n3 stands for the term that another was just elected for, and asks n2,
// which was restarted since it had voted.
func twoVotes(seed uint64, machine step.New) sim.Config {
	cfg := replicated(seed, machine, 4)
	cfg.Duration = time.Second
	cfg.Faults = []sim.Fault{
		{Do: sim.Isolate, Whom: "n3", For: 60 * ms},
		{Point: "elected", Do: sim.Isolate, Whom: sim.Here, For: 100 * ms},
		{Point: "elected", Do: sim.Kill, Whom: "n2", For: 1 * ms},
	}
	return cfg
}

// headless: a coordinator is killed when it has all votes and has not decided.
func headless(seed uint64, machine step.New) sim.Config {
	cfg := partitioned(seed, machine)
	cfg.Faults = []sim.Fault{{At: 50 * ms, Point: twopc.Voted, Do: sim.Kill, Whom: sim.Coordinator, For: 100 * ms}}
	return cfg
}

// crashes: coordinators and participants are killed at random.
func crashes(seed uint64, machine step.New) sim.Config {
	cfg := partitioned(seed, machine)
	cfg.Storm = sim.Storm{Kill: 40 * ms, For: 50 * ms}
	return cfg
}
