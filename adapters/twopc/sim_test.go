package twopc_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"nines/adapters/commit"
	"nines/adapters/commit/committest"
	"nines/adapters/replica/sim"
	"nines/adapters/twopc"
)

// stormy adds what only a protocol that needs no timing stands.
func stormy(cfg sim.Config) sim.Config {
	rnd := rand.New(rand.NewPCG(cfg.Seed, 8))
	cfg.Network.Drop, cfg.Network.Duplicate = rnd.Float64()*0.1, rnd.Float64()*0.1
	cfg.Storm = sim.Storm{Kill: 60 * time.Millisecond, Isolate: 150 * time.Millisecond, Split: 150 * time.Millisecond, For: 40 * time.Millisecond, Most: cfg.Nodes}
	return cfg
}

// Short lives with everything that can go wrong.
func TestStorms(t *testing.T) {
	committest.Lives(t, func(seed uint64, a *commit.Audit) sim.Config {
		p := []twopc.Presume{twopc.Nothing, twopc.Abort}[seed%2]
		return stormy(committest.World(seed, a.Watch(twopc.New(twopc.Config{Presume: p}))))
	})
}
