package controls

import (
	"time"

	"nines/adapters/replica"
	"nines/adapters/replica/sim"
	"nines/adapters/replica/step"
	"nines/bench"
	"nines/results"
)

// A Control is a broken system, and how it is found out.
type Control struct {
	Name    string // of the broken system
	Planted string // what is wrong with it, in one line
	Of      string // the system that it is a broken version of
	Seed    uint64 // known to expose the fault
	// Points are the protocol points of both.
	Points []string
	// Workload is what the clients do, in words, and Txns whether that is
	// transactions.
	Workload string
	Txns     bool
	// Object is what the keys hold; empty: registers, or lists that transactions use.
	Object bench.Object
	// Guarantees are what the right one promises, and the broken one claims.
	Guarantees results.Guarantees
	// Broken and Right make the machines.
	Broken, Right step.New
	// Serves is for machines of Broken alone, as for [step.Serves].
	Serves func(*replica.Call) bool
	// Owner is the node that owns a key, if nodes own keys.
	Owner func(key uint64, nodes int) int

	schedule schedule
	// only, if not nil, is what happens to the broken system alone: where what is
	// planted is not in the machine but in what it must suffer.
	only func(*sim.Config)
}

// schedule is load and faults, drawn from a seed.
type schedule func(seed uint64, machine step.New) sim.Config

// Config is what is simulated with a seed: the broken system, or the right one.
func (c *Control) Config(planted bool, seed uint64) sim.Config {
	if !planted {
		return c.schedule(seed, c.Right)
	}
	cfg := c.schedule(seed, c.Broken)
	cfg.Serves = c.Serves
	if c.only != nil {
		c.only(&cfg)
	}
	return cfg
}

// Open opens nodes of the broken system, or of the right one, on a host.
func (c *Control) Open(planted bool) replica.Open {
	switch {
	case c.Guarantees.Partitioned && planted:
		return step.Open(c.Broken, step.Partitioned())
	case c.Guarantees.Partitioned:
		return step.Open(c.Right, step.Partitioned())
	case !planted:
		return step.Open(c.Right)
	case c.Serves != nil:
		return step.Open(c.Broken, step.Serves(c.Serves))
	default:
		return step.Open(c.Broken)
	}
}

// Run simulates the broken system, or the right one, with the control's seed.
// What it returns has come of it even if a machine has failed.
func (c *Control) Run(planted bool) (results.Facts, sim.History, error) {
	cfg := c.Config(planted, c.Seed)
	h, err := sim.Run(cfg)
	f := results.Facts{
		Adapter: c.Name, Guarantees: c.Guarantees, Repeat: 1, Seed: c.Seed, Host: Host, Virtual: true, Nodes: h.Nodes,
		Expect: Expected(planted), Planted: c.Planted,
		Duration: cfg.Duration, Deadline: time.Second, Abandon: cfg.Abandon,
		Arrivals: "closed", Workload: c.Workload, Txns: c.Txns, Object: c.Object, SLOTarget: 0.95, SLOBin: 100 * time.Millisecond, Cost: h.Cost,
	}
	if !planted {
		f.Planted = ""
	}
	if c.Object == bench.Locks {
		f.Lease = lease
	}
	for i := range h.Samples {
		if s := &h.Samples[i]; s.Class == bench.Main && s.Due < cfg.Duration {
			f.Offered++
		}
	}
	for i, s := range h.Statuses {
		f.Statuses = append(f.Statuses, results.Final{Node: h.Nodes[i], Status: s})
	}
	if err != nil {
		f.Failure = err.Error()
	}
	return f, h, err
}

// Host is what facts call the event queue.
const Host = "sim"

// Expected is the verdict that a history should get.
func Expected(planted bool) string {
	if planted {
		return "illegal"
	}
	return "ok"
}
