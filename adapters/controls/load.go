package controls

import (
	"math/rand/v2"
	"time"

	"nines/adapters/replica"
	"nines/adapters/replica/sim"
	"nines/adapters/replica/step"
	"nines/bench"
)

const (
	registerKeys = 3
	listKeys     = 8
	valueSize    = 16 // bytes
)

// registers is a client that reads and writes a few keys, with unique values.
type registers struct {
	rand *rand.Rand
	next uint64
}

// Next implements [bench.Source].
func (s *registers) Next(op *bench.Op) bool {
	*op = bench.Op{Kind: bench.Read, Key: s.rand.Uint64N(registerKeys) + 1}
	if s.rand.IntN(2) == 0 {
		s.next++
		op.Kind, op.Arg, op.Size = bench.Write, s.next, valueSize
	}
	return true
}

// replicated is three nodes under reads and writes.
func replicated(seed uint64, machine step.New, clients int) sim.Config {
	cfg := sim.Config{
		ClusterConfig: sim.ClusterConfig{
			Nodes: 3, New: machine, Seed: seed, HeartbeatTicks: 2, ElectionTicks: 10, Tick: 5 * time.Millisecond,
		},
		Clients: clients,
		Source: func(i int) bench.Source {
			return &registers{rand.New(rand.NewPCG(seed, uint64(i))), uint64(i+1) * 1_000_000}
		},
	}
	for key := range uint64(registerKeys) {
		cfg.Finals = append(cfg.Finals, bench.Op{Kind: bench.Read, Key: key + 1})
	}
	return cfg
}

// appends is a client whose transactions append their own id to some lists, and
// look at others.
type appends struct {
	rand       *rand.Rand
	next, step uint64
}

// Next implements [bench.Source].
func (s *appends) Next(op *bench.Op) bool {
	id := s.next
	s.next += s.step
	t := &bench.Txn{}
	for i, key := range s.rand.Perm(listKeys)[:1+s.rand.IntN(3)] {
		m := bench.Micro{Kind: bench.Append, Key: uint64(key), Arg: id}
		if i > 0 && s.rand.IntN(3) == 0 {
			m = bench.Micro{Kind: bench.List, Key: uint64(key)}
		}
		t.Micros = append(t.Micros, m)
	}
	*op = bench.Op{Kind: bench.Transact, Key: t.Micros[0].Key, Arg: id, Size: bench.MinValueSize, Txn: t}
	return true
}

// finalID is that of the first transaction that reads everything back.
const finalID = 1 << 40

// partitioned is three nodes that own parts of the keys, under transactions.
func partitioned(seed uint64, machine step.New) sim.Config {
	const clients = 4
	cfg := sim.Config{
		ClusterConfig: sim.ClusterConfig{
			Nodes: 3, New: machine, Seed: seed, HeartbeatTicks: 3, ElectionTicks: 12, Tick: 5 * time.Millisecond,
			Batch: replica.Batch{SnapshotEvery: 15},
		},
		Clients: clients,
		Source: func(i int) bench.Source {
			return &appends{rand.New(rand.NewPCG(seed, uint64(i))), uint64(i + 1), clients}
		},
		Pause: 8 * time.Millisecond, Duration: 250 * time.Millisecond, Abandon: 500 * time.Millisecond, Settle: 5 * time.Second,
		Network: sim.Network{Jitter: time.Millisecond},
	}
	all := &bench.Txn{}
	for key := range uint64(listKeys) {
		all.Micros = append(all.Micros, bench.Micro{Kind: bench.List, Key: key})
	}
	for i := range uint64(cfg.Nodes) {
		cfg.Finals = append(cfg.Finals, bench.Op{Kind: bench.Transact, Arg: finalID + i, Txn: all})
	}
	return cfg
}
