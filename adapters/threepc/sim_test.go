package threepc_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"nines/adapters/commit"
	"nines/adapters/commit/committest"
	"nines/adapters/replica/sim"
	"nines/adapters/threepc"
)

// stormy adds what this protocol stands: crashes, of all nodes at once too, and
// messages that come late, in another order and twice.
func stormy(cfg sim.Config) sim.Config {
	rnd := rand.New(rand.NewPCG(cfg.Seed, 8))
	cfg.Network.Duplicate = rnd.Float64() * 0.1
	cfg.Storm = sim.Storm{Kill: 40 * time.Millisecond, For: 50 * time.Millisecond, Most: cfg.Nodes}
	return cfg
}

// Short lives with crashes.
func TestCrashes(t *testing.T) {
	committest.Lives(t, func(seed uint64, a *commit.Audit) sim.Config {
		return stormy(committest.World(seed, a.Watch(threepc.New(threepc.DefaultConfig()))))
	})
}
