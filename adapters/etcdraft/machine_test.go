package etcdraft_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"nines/adapters/etcdraft"
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

// storm is a short life in which nodes crash and are cut off all the time.
func storm(seed uint64, machine step.New, nodes int) sim.Config {
	cfg := sim.Config{
		ClusterConfig: sim.ClusterConfig{
			Nodes: nodes, New: machine, Seed: seed,
			HeartbeatTicks: 2, ElectionTicks: 10, Tick: 5 * time.Millisecond,
			Batch: replica.Batch{SnapshotEvery: seed % 3 * 10, Trailing: 3},
		},
		Network: sim.Network{Jitter: time.Millisecond, Drop: 0.02, Duplicate: 0.02},
		Clients: 4,
		Source: func(i int) bench.Source {
			return &registers{rand.New(rand.NewPCG(seed, uint64(i))), uint64(i+1) << 32}
		},
		Duration: 2 * time.Second,
		Storm: sim.Storm{
			Kill: 100 * time.Millisecond, Isolate: 300 * time.Millisecond, Split: 500 * time.Millisecond,
			OneWay: 500 * time.Millisecond, For: 30 * time.Millisecond,
		},
	}
	for key := range uint64(3) {
		cfg.Finals = append(cfg.Finals, bench.Op{Kind: bench.Read, Key: key + 1})
	}
	return cfg
}

// outcome is what the checks say of a history.
type outcome struct {
	sim.History
	err      error
	linear   linear.Result
	agree    string // what nodes do not agree on
	twoLeads string // a term with two leaders
}

func simulate(t *testing.T, cfg sim.Config) outcome {
	var o outcome
	var agreement sim.Agreement
	cfg.Watch = agreement.Watch
	o.History, o.err = sim.Run(cfg)
	o.linear, o.agree = linear.Check(t.Context(), o.Samples, linear.Options{}), agreement.Violation()
	leads := make(map[uint64]string)
	for _, e := range o.Events {
		if e.Kind != bench.EventLeader {
			continue
		}
		if was, ok := leads[e.Term]; ok && was != e.Node && o.twoLeads == "" {
			o.twoLeads = fmt.Sprintf("%s and %s lead in term %d", was, e.Node, e.Term)
		}
		leads[e.Term] = e.Node
	}
	return o
}

func newMachine(t testing.TB, change func(*etcdraft.Config)) step.New {
	cfg := etcdraft.DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	m, err := etcdraft.NewMachine(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMachineStorms(t *testing.T) {
	for _, nodes := range []int{1, 3, 5} {
		var ok, steps, faults, installed int
		for seed := range uint64(20) {
			o := simulate(t, storm(seed, newMachine(t, nil), nodes))
			if o.err != nil || o.linear.Verdict != linear.OK || o.agree != "" || o.twoLeads != "" || o.Rest == bench.Never {
				t.Errorf("%d nodes, seed %d: %v, %s: %s, at rest at %v, %s, %s", nodes, seed, o.err, o.linear.Verdict, o.linear.Why, o.Rest, o.agree, o.twoLeads)
			}
			for _, s := range o.Samples {
				if s.Outcome == bench.OK {
					ok++
				}
			}
			for _, e := range o.Events {
				if e.Kind == bench.EventInstalled {
					installed++
				}
			}
			steps += o.Steps
			faults += len(o.Faults)
		}
		t.Logf("%d nodes: %d operations, %d steps, %d faults, %d snapshots installed", nodes, ok, steps, faults, installed)
		if nodes > 1 && installed == 0 {
			t.Errorf("%d nodes: no snapshot was installed", nodes)
		}
	}
}

// twoVotes is a schedule in which n3 stands for the term that n1 was just elected
// for, and asks n2, which was restarted since it had voted.
func twoVotes(seed uint64, machine step.New) sim.Config {
	const ms = time.Millisecond
	cfg := storm(seed, machine, 3)
	cfg.Batch = replica.Batch{}
	cfg.Duration, cfg.Network, cfg.Storm = time.Second, sim.Network{}, sim.Storm{}
	cfg.Faults = []sim.Fault{
		{Do: sim.Isolate, Whom: "n3", For: 60 * ms},
		{Point: "elected", Do: sim.Isolate, Whom: sim.Here, For: 100 * ms},
		{Point: "elected", Do: sim.Kill, Whom: "n2", For: 1 * ms},
	}
	return cfg
}

// plain is raft as in its paper: an isolated candidate asks at once.
func plain(c *etcdraft.Config) { c.PreVote, c.CheckQuorum = false, false }

// A vote that is not synced is found out, and only that.
func TestUnsyncedVote(t *testing.T) {
	right := newMachine(t, plain)
	o := simulate(t, twoVotes(205, etcdraft.NewUnsyncedVote(right)))
	if o.twoLeads != "n1 and n3 lead in term 2" {
		t.Errorf("%q, want n1 and n3 to lead in term 2", o.twoLeads)
	}
	if o.linear.Verdict != linear.Illegal || o.agree == "" {
		t.Errorf("%s: %s; %s", o.linear.Verdict, o.linear.Why, o.agree)
	}
	for seed := range uint64(30) {
		o := simulate(t, twoVotes(190+seed, right))
		if o.err != nil || o.linear.Verdict != linear.OK || o.agree != "" || o.twoLeads != "" || o.Rest == bench.Never {
			t.Errorf("the right one, seed %d: %v, %s: %s, at rest at %v, %s, %s", 190+seed, o.err, o.linear.Verdict, o.linear.Why, o.Rest, o.agree, o.twoLeads)
		}
	}
}

// The machine repeats exactly, which the library alone does not.
func TestMachineRepeats(t *testing.T) {
	a, b := simulate(t, storm(7, newMachine(t, nil), 3)), simulate(t, storm(7, newMachine(t, nil), 3))
	if !reflect.DeepEqual(a, b) {
		t.Error("one seed gave two histories")
	}
}

// Local reads are found out to be stale.
func TestMachineLocalReads(t *testing.T) {
	local := newMachine(t, func(c *etcdraft.Config) { c.Reads = etcdraft.ReadLocal })
	for seed := range uint64(20) {
		cfg := storm(seed, local, 3)
		cfg.Serves = func(c *replica.Call) bool { return c.Op.Kind == bench.Read }
		if simulate(t, cfg).linear.Verdict == linear.Illegal {
			return
		}
	}
	t.Error("20 seeds have found no stale read")
}

func BenchmarkMachineStorm(b *testing.B) {
	machine, steps := newMachine(b, nil), 0
	for seed := uint64(0); b.Loop(); seed++ {
		h, err := sim.Run(storm(seed, machine, 3))
		if err != nil {
			b.Fatal(err)
		}
		steps += h.Steps
	}
	b.ReportMetric(float64(steps)/b.Elapsed().Seconds(), "steps/s")
}
