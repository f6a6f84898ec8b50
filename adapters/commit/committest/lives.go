// Package committest has what the tests of two-phase and three-phase commit share:
// clusters under load whose transactions leave traces, what must be true of them
// afterwards, and the count of what one transaction costs.
package committest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"nines/adapters/commit"
	"nines/adapters/replica"
	"nines/adapters/replica/sim"
	"nines/adapters/replica/step"
	"nines/analysis/txn"
	"nines/bench"
)

const keys = 8 // of lists

// appends is a client's transactions: each appends its own id to some lists, and
// looks at others.
type appends struct {
	rnd  *rand.Rand
	next uint64
	step uint64
}

func (s *appends) Next(op *bench.Op) bool {
	id := s.next
	s.next += s.step
	t := &bench.Txn{}
	for i, key := range s.rnd.Perm(keys)[:1+s.rnd.IntN(3)] {
		m := bench.Micro{Kind: bench.Append, Key: uint64(key), Arg: id}
		if i > 0 && s.rnd.IntN(3) == 0 {
			m = bench.Micro{Kind: bench.List, Key: uint64(key)}
		}
		t.Micros = append(t.Micros, m)
	}
	*op = bench.Op{Kind: bench.Transact, Key: t.Micros[0].Key, Arg: id, Size: 8, Txn: t}
	return true
}

// World is a cluster under load, and what it is made of is drawn from a seed.
func World(seed uint64, machine step.New) sim.Config {
	rnd := rand.New(rand.NewPCG(seed, 7))
	const clients = 4
	cfg := sim.Config{
		ClusterConfig: sim.ClusterConfig{
			Nodes: 2 + rnd.IntN(3), New: machine, Seed: seed, HeartbeatTicks: 2 + rnd.IntN(3), ElectionTicks: 12,
			Batch: replica.Batch{SnapshotEvery: uint64(rnd.IntN(3)) * 15},
		},
		Clients: clients,
		Source: func(c int) bench.Source {
			return &appends{rand.New(rand.NewPCG(seed, uint64(c))), uint64(c + 1), clients}
		},
		Pause: 8 * time.Millisecond, Duration: 250 * time.Millisecond, Abandon: 500 * time.Millisecond, Settle: 5 * time.Second,
		Network: sim.Network{Jitter: time.Duration(rnd.IntN(3)) * time.Millisecond},
	}
	all := &bench.Txn{}
	for k := range uint64(keys) {
		all.Micros = append(all.Micros, bench.Micro{Kind: bench.List, Key: k})
	}
	for i := range uint64(cfg.Nodes) {
		cfg.Finals = append(cfg.Finals, bench.Op{Kind: bench.Transact, Arg: 1<<40 + i, Txn: all})
	}
	return cfg
}

// Judge tells what is wrong with a run; checks the isolation too if it is asked to.
func Judge(a *commit.Audit, h *sim.History, isolation bool) error {
	if err := a.Err(); err != nil {
		return err
	}
	if h.Rest == bench.Never {
		return fmt.Errorf("no rest in the end: %+v", h.Statuses)
	}
	if err := Elements(h); err != nil || !isolation {
		return err
	}
	if r := txn.Check(context.Background(), h.Samples, h.Txns, txn.Options{Nodes: h.Nodes}); r.Verdict != txn.OK {
		return errors.New(r.Why)
	}
	return nil
}

// Elements checks that what a transaction appended is there once, all or nothing,
// and that its client was told the right thing.
func Elements(h *sim.History) error {
	type place struct{ key, element uint64 }
	there, final := make(map[place]int), h.Txns[len(h.Txns)-1]
	if final.Reply == nil {
		return errors.New("the lists could not be read in the end")
	}
	for key, f := range final.Reply.Found {
		for _, e := range f.List {
			there[place{uint64(key), e}]++
		}
	}
	outcome := make(map[uint64]bench.Outcome)
	for _, s := range h.Samples {
		outcome[s.Arg] = s.Outcome
	}
	for _, r := range h.Txns {
		o, wanted, found := outcome[r.ID], 0, 0
		for _, m := range r.Txn.Micros {
			if m.Kind == bench.Append {
				wanted++
				found += there[place{m.Key, m.Arg}]
			}
		}
		if found != 0 && found != wanted || o == bench.OK && found != wanted || o == bench.Rejected && found != 0 {
			return fmt.Errorf("of transaction %d, which ended %v, %d of %d elements are there", r.ID, o, found, wanted)
		}
	}
	return nil
}

// Lives tries many short runs, one a seed, as world makes them: each must pass
// Judge, and they must not be idle.
func Lives(t *testing.T, world func(seed uint64, a *commit.Audit) sim.Config) {
	t.Helper()
	runs := uint64(10_000)
	if testing.Short() {
		runs = 300
	}
	committed, steps := 0, 0
	for seed := range runs {
		var a commit.Audit
		h, err := sim.Run(world(seed, &a))
		if err == nil {
			err = Judge(&a, &h, seed%10 == 0)
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		committed += a.Committed()
		steps += h.Steps
	}
	t.Logf("%d transactions of several participants were committed in %d steps", committed, steps)
	if committed < int(runs) {
		t.Errorf("%d transactions were committed in %d runs: that proves little", committed, runs)
	}
}
