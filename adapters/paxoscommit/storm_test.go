package paxoscommit_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nines/adapters/paxoscommit"
	"nines/adapters/replica/sim"
	"nines/analysis/txn"
	"nines/bench"
)

const keys = 9

// appends is a source of transactions that append their own id to some lists,
// and read others.
type appends struct {
	rand *rand.Rand
	next uint64
}

func (s *appends) Next(op *bench.Op) bool {
	s.next++
	t := &bench.Txn{}
	for range 1 + s.rand.IntN(3) {
		m := bench.Micro{Kind: bench.Append, Key: s.rand.Uint64N(keys), Arg: s.next<<8 | uint64(len(t.Micros))}
		if s.rand.IntN(3) == 0 {
			m = bench.Micro{Kind: bench.List, Key: m.Key}
		}
		t.Micros = append(t.Micros, m)
	}
	*op = bench.Op{Kind: bench.Transact, Key: t.Micros[0].Key, Arg: s.next, Size: 8, Txn: t}
	return true
}

// weather is a run of a few dozen transactions on a cluster that is hurt.
func weather(seed uint64) sim.Config {
	r := rand.New(rand.NewPCG(seed, 1))
	f := r.IntN(3)
	nodes := max(2+r.IntN(3), 2*f+1)
	cfg := sim.Config{
		ClusterConfig: sim.ClusterConfig{
			Nodes: nodes, Seed: seed, New: paxoscommit.New(paxoscommit.Config{F: f}),
			HeartbeatTicks: 4, ElectionTicks: 20,
		},
		Network: sim.Network{Jitter: time.Duration(r.IntN(2000)) * time.Microsecond, Drop: float64(r.IntN(3)) * 0.03, Duplicate: float64(r.IntN(3)) * 0.03},
		Clients: 3, Pause: 4 * time.Millisecond, Abandon: 300 * time.Millisecond,
		Source: func(i int) bench.Source {
			return &appends{rand.New(rand.NewPCG(seed, uint64(i+2))), uint64(i+1) << 20}
		},
		Duration: 120 * time.Millisecond,
		Settle:   5 * time.Second,
		Storm:    sim.Storm{For: time.Duration(1+r.IntN(60)) * time.Millisecond, Most: 1 + r.IntN(nodes)},
	}
	cfg.Batch.SnapshotEvery = uint64(r.IntN(2) * (5 + r.IntN(30)))
	mean := func() time.Duration {
		return time.Duration(r.IntN(2)) * time.Duration(20+r.IntN(80)) * time.Millisecond
	}
	cfg.Storm.Kill, cfg.Storm.Isolate, cfg.Storm.Split, cfg.Storm.OneWay = mean(), mean(), mean(), mean()
	if r.IntN(2) == 0 {
		points := paxoscommit.Points()
		whom := []sim.Target{sim.Here, sim.Coordinator, sim.Participant}
		cfg.Faults = []sim.Fault{{
			At: time.Duration(r.IntN(100)) * time.Millisecond, Point: points[r.IntN(len(points))], Nth: 1 + r.IntN(5),
			Do: []sim.Harm{sim.Kill, sim.Isolate}[r.IntN(2)], Whom: whom[r.IntN(len(whom))], For: time.Duration(1+r.IntN(100)) * time.Millisecond,
		}}
	}
	all := &bench.Txn{}
	for k := range uint64(keys) {
		all.Micros = append(all.Micros, bench.Micro{Kind: bench.List, Key: k})
	}
	cfg.Finals = []bench.Op{{Kind: bench.Transact, Arg: 1 << 40, Txn: all}}
	return cfg
}

// judge says what is wrong with a history.
func judge(h *sim.History, deep bool) string {
	if h.Rest == bench.Never {
		return "it did not come to rest: something is in doubt or locked"
	}
	final := h.Txns[len(h.Txns)-1]
	if final.ID != 1<<40 || final.Reply == nil {
		return "the lists could not be read at the end"
	}
	there := make(map[uint64]int)
	for _, f := range final.Reply.Found {
		for _, e := range f.List {
			there[e>>8]++
		}
	}
	outcomes := make(map[uint64]bench.Outcome)
	for _, s := range h.Samples {
		outcomes[s.Arg] = s.Outcome
	}
	for _, t := range h.Txns {
		want := 0
		for _, m := range t.Txn.Micros {
			if m.Kind == bench.Append {
				want++
			}
		}
		got := there[t.ID]
		switch o := outcomes[t.ID]; {
		case got != 0 && got != want:
			return "a transaction was applied in part"
		case o == bench.OK && got != want:
			return "a committed transaction is lost"
		case o == bench.Rejected && got != 0:
			return "a rejected transaction has been applied"
		}
	}
	if r := txn.OneFate(h.Samples, h.Events, txn.Options{}); r.Verdict != txn.OK {
		return r.Why
	}
	if deep {
		if r := txn.Check(context.Background(), h.Samples, h.Txns, txn.Options{}); r.Verdict != txn.OK {
			return r.Why
		}
	}
	return ""
}

// TestStorms tries many short runs in which nodes crash, messages are lost,
// repeated and overtake each other: what is committed is there in all its parts,
// what is aborted in none; when all is healed, nothing is in doubt or locked.
func TestStorms(t *testing.T) {
	seeds := uint64(10_000)
	if testing.Short() {
		seeds = 500
	}
	var next atomic.Uint64
	var wg sync.WaitGroup
	var mu sync.Mutex
	var ok, unknown, rejected, faults, doubts, failures int
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for seed := next.Add(1); seed <= seeds; seed = next.Add(1) {
				h, err := sim.Run(weather(seed))
				why := ""
				if err != nil {
					why = err.Error()
				} else {
					why = judge(&h, seed%10 == 0)
				}
				mu.Lock()
				if why != "" && failures < 10 {
					failures++
					t.Errorf("seed %d: %s", seed, why)
				}
				for _, s := range h.Samples {
					switch s.Outcome {
					case bench.OK:
						ok++
					case bench.Unknown:
						unknown++
					case bench.Rejected:
						rejected++
					}
				}
				for _, e := range h.Events {
					if e.Kind == bench.EventInDoubt {
						doubts++
					}
				}
				faults += len(h.Faults)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	t.Logf("%d committed, %d rejected, %d unknown; %d faults, %d times in doubt", ok, rejected, unknown, faults, doubts)
	if n := int(seeds); ok < 10*n || unknown < n/4 || faults < 2*n || doubts < n/4 {
		t.Error("these storms are none")
	}
}
