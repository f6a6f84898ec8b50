package sim_test

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"nines/adapters/replica"
	"nines/adapters/replica/sim"
	"nines/adapters/replica/step"
	"nines/analysis/linear"
	"nines/bench"
)

// registers is a source of reads and writes of a few keys, with unique values.
type registers struct {
	rand *rand.Rand
	next uint64
}

func (s *registers) Next(op *bench.Op) bool {
	*op = bench.Op{Kind: bench.Read, Key: s.rand.Uint64N(3) + 1}
	if s.rand.IntN(2) == 0 {
		s.next++
		op.Kind, op.Arg, op.Size = bench.Write, s.next, 16
	}
	return true
}

func stormy(seed uint64, machine step.New) sim.Config {
	cfg := sim.Config{
		ClusterConfig: sim.ClusterConfig{Nodes: 3, New: machine, Seed: seed, Batch: replica.Batch{SnapshotEvery: seed % 3 * 5}},
		Network:       sim.Network{Jitter: time.Millisecond, Drop: 0.02, Duplicate: 0.02},
		Clients:       4,
		Source: func(i int) bench.Source {
			return &registers{rand.New(rand.NewPCG(seed, uint64(i))), uint64(i+1) << 32}
		},
		Duration: 2 * time.Second,
		Storm:    sim.Storm{Kill: 200 * time.Millisecond, Isolate: 500 * time.Millisecond, Split: time.Second, OneWay: time.Second, For: 50 * time.Millisecond},
	}
	for key := range uint64(3) {
		cfg.Finals = append(cfg.Finals, bench.Op{Kind: bench.Read, Key: key + 1})
	}
	return cfg
}

// The same seed gives the same history, and another one another.
func TestRepeats(t *testing.T) {
	run := func(seed uint64) sim.History {
		h, err := sim.Run(stormy(seed, newToy))
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	for seed := range uint64(5) {
		a, b, other := run(seed), run(seed), run(seed+100)
		if !reflect.DeepEqual(a, b) {
			t.Errorf("seed %d gave two histories", seed)
		}
		if reflect.DeepEqual(a.Samples, other.Samples) {
			t.Errorf("seeds %d and %d gave the same samples", seed, seed+100)
		}
	}
}

// A right system is found right under every storm, comes to rest, and its nodes
// agree; one that does not wait for its disks is found out.
func TestStorms(t *testing.T) {
	const seeds = 50
	var caught, ok, unknown, faults int
	for seed := range uint64(seeds) {
		cfg := stormy(seed, newToy)
		var agreement sim.Agreement
		cfg.Watch = agreement.Watch
		h, err := sim.Run(cfg)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if r := linear.Check(t.Context(), h.Samples, linear.Options{}); r.Verdict != linear.OK {
			t.Errorf("seed %d: %s: %s", seed, r.Verdict, r.Why)
		}
		if h.Rest == bench.Never || agreement.Violation() != "" {
			t.Errorf("seed %d: at rest at %v; %s", seed, h.Rest, agreement.Violation())
		}
		for _, s := range h.Statuses {
			if s.Digest != h.Statuses[0].Digest {
				t.Errorf("seed %d: %+v", seed, h.Statuses)
			}
		}
		faults += len(h.Faults)
		for _, s := range h.Samples {
			switch {
			case s.Outcome == bench.Unknown:
				unknown++
			case s.Outcome == bench.OK && s.Kind == bench.Write:
				ok++
			}
		}
		h, err = sim.Run(stormy(seed, newHasty))
		if err == nil && linear.Check(t.Context(), h.Samples, linear.Options{}).Verdict == linear.Illegal {
			caught++
		}
	}
	t.Logf("%d faults, %d writes, %d unknown operations; the hasty one was found out by %d of %d seeds", faults, ok, unknown, caught, seeds)
	if caught < seeds/10 || faults < 5*seeds || unknown < seeds/2 {
		t.Error("these storms are none")
	}
}
