package paxos_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"nines/adapters/paxos"
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

// stormy is a schedule that depends on the seed alone.
func stormy(seed uint64, machine step.New) sim.Config {
	cfg := sim.Config{
		ClusterConfig: sim.ClusterConfig{
			Nodes: 3, New: machine, Seed: seed, HeartbeatTicks: 2, ElectionTicks: 10,
			Batch: replica.Batch{MaxEntries: 16, SnapshotEvery: 200, Trailing: 20},
		},
		Network: sim.Network{Jitter: time.Millisecond, Drop: 0.02, Duplicate: 0.02},
		Clients: 6,
		Source: func(i int) bench.Source {
			return &registers{rand.New(rand.NewPCG(seed, uint64(i))), uint64(i+1) << 32}
		},
		Duration: 4 * time.Second,
		Storm: sim.Storm{
			Kill: 300 * time.Millisecond, Isolate: 400 * time.Millisecond, Split: time.Second, OneWay: time.Second,
			For: 200 * time.Millisecond, Most: 3,
		},
	}
	for key := range uint64(3) {
		cfg.Finals = append(cfg.Finals, bench.Op{Kind: bench.Read, Key: key + 1})
	}
	return cfg
}

// contended is a schedule in which messages are so slow that elections overlap,
// and nodes crash in the middle of them.
func contended(seed uint64, machine step.New) sim.Config {
	cfg := stormy(seed, machine)
	cfg.Force = 3 * time.Millisecond
	cfg.Network = sim.Network{Delay: time.Millisecond, Jitter: 10 * time.Millisecond, Drop: 0.05}
	cfg.Storm = sim.Storm{Kill: 25 * time.Millisecond, For: 5 * time.Millisecond, Most: 3}
	return cfg
}

// verdict runs a schedule and checks its history, and that nodes agree.
func verdict(t *testing.T, cfg sim.Config) (linear.Result, string) {
	t.Helper()
	var agreement sim.Agreement
	cfg.Watch = agreement.Watch
	h, err := sim.Run(cfg)
	if err != nil {
		t.Fatalf("seed %d: %v", cfg.Seed, err)
	}
	if h.Rest == bench.Never {
		t.Errorf("seed %d: the cluster did not come to rest: %+v", cfg.Seed, h.Statuses)
	}
	return linear.Check(context.Background(), h.Samples, linear.Options{}), agreement.Violation()
}

// Each planted fault is found, by the history or by the digests of the nodes, with
// a seed that is known to expose it; the right system is fine under the same
// schedule.
func TestControls(t *testing.T) {
	right := paxos.New(paxos.DefaultConfig())
	classic := paxos.New(paxos.Config{Reads: paxos.ReadIndex, Classic: true})
	for _, tc := range []struct {
		name         string
		schedule     func(uint64, step.New) sim.Config
		seed         uint64
		right, wrong step.New
		digests      bool // tell, and not the history
		stale        bool
	}{
		// Nodes that heed their leader hardly ever need what they have promised.
		{"forgetful", contended, 6, classic, paxos.Forgetful(classic), true, false},
		{"omitting", stormy, 1, right, paxos.Omitting(right), false, false},
		{"hasty", stormy, 0, right, paxos.Hasty(right), false, false},
		{"stale", stormy, 0, right, paxos.New(paxos.Config{Reads: paxos.ReadLocal}), false, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, split := verdict(t, tc.schedule(tc.seed, tc.right))
			if r.Verdict != linear.OK || split != "" {
				t.Errorf("the right system: %v, %q", r, split)
			}
			cfg := tc.schedule(tc.seed, tc.wrong)
			if tc.stale {
				cfg.Serves = func(c *replica.Call) bool { return c.Op.Kind == bench.Read }
			}
			r, split = verdict(t, cfg)
			if tc.digests && split == "" || !tc.digests && r.Verdict != linear.Illegal {
				t.Errorf("the fault was not found: %v, %q", r.Verdict, split)
			}
		})
	}
}
