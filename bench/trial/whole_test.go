package trial_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"nines/adapters"
	"nines/adapters/disk"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/analysis"
	"nines/bench"
	"nines/bench/balance"
	"nines/bench/trial"
	"nines/chaos"
	"nines/results"
	"nines/workloads"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var timing = replica.Timing{Heartbeat: 50 * time.Millisecond, Election: 500 * time.Millisecond}

// samples is a recorder that keeps what it gets.
type samples []bench.Sample

func (s *samples) Record(batch []bench.Sample) error {
	*s = append(*s, batch...)
	return nil
}

// ready makes a trial of a system of the table: YCSB-A at 200 op/s, probes at
// 100/s a node, on the in-process host with a local network and memory disks.
func ready(t *testing.T, system string, nodes []string, settings map[string]string, steps ...chaos.Step) trial.Config {
	t.Helper()
	sys, err := adapters.Lookup(system)
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := sys.Prepare(sys.Effective(settings))
	if err != nil {
		t.Fatal(err)
	}
	lan, err := link.ParseProfile("lan")
	if err != nil {
		t.Fatal(err)
	}
	const seed = 7
	w, err := workloads.New("ycsb-a", workloads.Config{Keys: 100, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	host := inproc.Config{
		Nodes:  nodes,
		Links:  link.Config{Profile: lan},
		Disk:   disk.Config{SyncLatency: time.Millisecond},
		Timing: timing,
		Batch:  replica.Batch{MaxBytes: 1 << 20, MaxEntries: 256, SnapshotEvery: 500, Trailing: 100},
		Seed:   seed,
	}
	return trial.Config{
		Facts: results.Facts{
			Trial: system, System: system, Guarantees: prepared.Guarantees, Seed: seed,
			Duration: 12 * time.Second, Warmup: time.Second,
			Deadline: 100 * time.Millisecond, Abandon: 5 * time.Second, Probe: 10 * time.Millisecond,
			Arrivals: "poisson", Rate: 200, Workload: w.Name(),
			SLOTarget: 0.99, SLOBin: 100 * time.Millisecond,
		},
		Start: func(_ context.Context, report func(time.Time, bench.Event)) (bench.Cluster, error) {
			host := host
			host.Events = report
			return prepared.Start(host)
		},
		Began: func(c bench.Cluster, base time.Time) {
			if s, ok := c.(interface{ Start(time.Time) }); ok {
				s.Start(base)
			}
		},
		Load: trial.Load{
			Arrivals: func(from, until time.Duration) bench.Arrivals {
				return bench.Poisson(200, from, until, rand.New(rand.NewPCG(seed, 1)))
			},
			MaxInFlight: 1000,
			Balance: func(bench.Cluster, func() uint64) (trial.Balancer, error) {
				return balance.Policy{}.Balance(balance.Config{Nodes: nodes, Seed: seed})
			},
		},
		Sources: trial.Sources{
			Main:    func(int) bench.Source { return w.Source() },
			Probe:   w.Probe,
			Preload: w.Preload,
			Final:   func(n int) func(int) bench.Source { return w.Final(n, len(nodes)) },
		},
		Faults: steps,
		Settle: 10 * time.Second,
		Pacer:  bench.Sleeping,
	}
}

func step(t *testing.T, fault string, at, lasts time.Duration) chaos.Step {
	t.Helper()
	f, err := chaos.Parse(fault)
	if err != nil {
		t.Fatal(err)
	}
	return chaos.Step{At: at, For: lasts, Fault: f}
}

// finished is a trial that has run, and what the analysis says of it.
type finished struct {
	trial.Result
	samples samples
	analysis.Summary
}

// run runs the trial in virtual time.
func run(t *testing.T, cfg func(*testing.T) trial.Config) finished {
	t.Helper()
	var f finished
	synctest.Test(t, func(t *testing.T) {
		c := cfg(t)
		c.Recorder = &f.samples
		var err error
		if f.Result, err = trial.Run(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	f.Summary = analysis.Analyze(analysis.Input{
		Facts: f.Result.Facts, Samples: f.samples, Faults: f.Result.Faults, Events: f.Result.Events,
	}, analysis.Options{})
	return f
}

var three = []string{"n1", "n2", "n3"}

// A whole trial of both rafts, with a killed leader and a partition, in virtual
// time: nothing in its path may wait for anything that the bubble does not hold.
func TestWholeTrial(t *testing.T) {
	for _, system := range []string{"etcdraft", "hashiraft"} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			f := run(t, func(t *testing.T) trial.Config {
				return ready(t, system, three, nil,
					step(t, "kill(leader)", 3*time.Second, 2*time.Second),
					step(t, "partition(leader | rest)", 8*time.Second, 2*time.Second))
			})
			f.isSound(t)
			if len(f.Episodes) != 2 {
				t.Fatalf("%d episodes, want 2", len(f.Episodes))
			}
			for _, e := range f.Episodes {
				f.failedOver(t, &e)
			}
			// Whoever was cut off saw an outage until the heal, whatever the others saw.
			cut := f.Episodes[1] // its first node is the leader
			victim := cut.ByNode[slices.Index(three, cut.Nodes[0])]
			if got := length(victim.Inject.Gap); got < 1900*time.Millisecond || got > 2*time.Second+3*timing.Election {
				t.Errorf("the clients of %s, which was cut off for 2s, saw a gap of %v", victim.Node, got)
			}
			f.tellsWhatHappened(t)
		})
	}
}

func TestWholeTrialOfSingle(t *testing.T) {
	f := run(t, func(t *testing.T) trial.Config {
		return ready(t, "single", []string{"n1"}, nil,
			step(t, "kill(leader)", 3*time.Second, 2*time.Second),
			step(t, "partition(leader | rest)", 8*time.Second, 2*time.Second))
	})
	f.isSound(t)
	kill, cut := f.Episodes[0], f.Episodes[1]
	if got := length(kill.Inject.Gap); got < 2*time.Second-10*time.Millisecond || got > 2*time.Second+20*time.Millisecond {
		t.Errorf("a kill for 2s made a gap of %v", got)
	}
	if cut.NA == "" {
		t.Errorf("a partition of one node is not n/a: %+v", cut)
	}
	if len(f.Gaps.List) != 1 {
		t.Errorf("%d gaps, want one: %+v", len(f.Gaps.List), f.Gaps.List)
	}
}

func length(o analysis.Outage) time.Duration {
	return time.Duration(float64(o.Length) * float64(time.Millisecond))
}

// isSound checks what must hold of every trial, whatever was done to it.
func (f *finished) isSound(t *testing.T) {
	t.Helper()
	facts := &f.Result.Facts
	if facts.Failure != "" {
		t.Errorf("the trial failed: %s", facts.Failure)
	}
	for _, c := range f.Checks {
		if c.Verdict != analysis.VerdictOK {
			t.Errorf("%s: %s: %s", c.Name, c.Verdict, c.Why)
		}
	}
	for _, g := range f.Gates {
		if !g.Pass {
			t.Errorf("gate %s: %s", g.Name, g.Saw)
		}
	}
	if f.Verdict != analysis.VerdictOK || !f.Valid {
		t.Errorf("verdict %s, valid %v", f.Verdict, f.Valid)
	}
	if c := f.Counts; c.Due != facts.Offered || c.Due < 2200 || c.Due > 2600 {
		t.Errorf("%d operations due, %d offered, about 2400 intended", c.Due, facts.Offered)
	}
	if f.Lag.Max != 0 {
		t.Errorf("a lag of %v ms in virtual time", f.Lag.Max)
	}
	if facts.Cost.Syncs == 0 || facts.Cost.DiskBytes == 0 {
		t.Errorf("it cost nothing: %+v", facts.Cost)
	}
	if len(facts.Statuses) != len(facts.Nodes) {
		t.Errorf("%d of %d nodes told their status", len(facts.Statuses), len(facts.Nodes))
	}
	if !strings.Contains(facts.Notes["converged"], "after the load had ended") {
		t.Errorf("note on convergence: %q", facts.Notes["converged"])
	}
	f.classes(t)
}

// classes checks which samples there are.
func (f *finished) classes(t *testing.T) {
	t.Helper()
	n := make(map[bench.Class]int)
	for i := range f.samples {
		s := &f.samples[i]
		n[s.Class]++
		switch s.Class {
		case bench.Preload:
			if s.Done > -f.Result.Facts.Warmup {
				t.Fatalf("an operation of the preload ended %v, the warm-up began at %v", s.Done, -f.Result.Facts.Warmup)
			}
		case bench.Final:
			if s.Sent < f.Result.Facts.Duration {
				t.Fatalf("a final read at %v", s.Sent)
			}
		}
	}
	nodes := len(f.Result.Facts.Nodes)
	if n[bench.Preload] != 100 || n[bench.Final] != 100+nodes {
		t.Errorf("%d keys filled and %d read back, want 100 and those of %d probes", n[bench.Preload], n[bench.Final], nodes)
	}
	if want := nodes * 1300; n[bench.Probe] != want {
		t.Errorf("%d probes, want %d", n[bench.Probe], want)
	}
}

// failedOver checks an episode in which a leader was lost: a gap that ends with
// the next election, and no other.
func (f *finished) failedOver(t *testing.T, e *analysis.Episode) {
	t.Helper()
	name := fmt.Sprintf("%s at %v ms", e.Fault, e.Start)
	if e.NA != "" || e.Error != "" || e.Evidence == "" || len(e.Nodes) == 0 {
		t.Errorf("%s: hit %v, n/a %q, error %q, evidence %q", name, e.Nodes, e.NA, e.Error, e.Evidence)
	}
	// The followers had heard from the leader within a heartbeat. They stand for
	// election after one to two election timeouts; a split vote takes them
	// another.
	least, most := timing.Election-2*timing.Heartbeat, 4*timing.Election
	if got := length(e.Inject.Gap); got < least || got > most {
		t.Errorf("%s: a gap of %v, want %v to %v", name, got, least, most)
	}
	if got := time.Duration(float64(e.Detect) * float64(time.Millisecond)); got < least || got > most {
		t.Errorf("%s: another leader after %v, want %v to %v", name, got, least, most)
	}
	if e.Censored {
		t.Errorf("%s: had not recovered", name)
	}
	around := 0
	for _, g := range f.Gaps.List {
		if g.Start >= e.Start-10 && g.Start < e.HealFrom {
			around++
		}
	}
	if around != 1 {
		t.Errorf("%s: %d gaps, want one: %+v", name, around, f.Gaps.List)
	}
}

// tellsWhatHappened checks the events.
func (f *finished) tellsWhatHappened(t *testing.T) {
	t.Helper()
	n := make(map[bench.EventKind]int)
	before := 0
	for _, e := range f.Result.Events {
		n[e.Kind]++
		if e.At < 0 {
			before++
		}
		if e.At < -time.Minute || e.At > time.Minute || !slices.Contains(three, e.Node) {
			t.Errorf("event %+v", e)
		}
	}
	if n[bench.EventKilled] != 1 || n[bench.EventRestarted] != 1 || n[bench.EventLeader] < 3 || n[bench.EventFollows] < 6 || n[bench.EventSnapshot] < 3 || n[bench.EventFailed] != 0 {
		t.Errorf("events: %v", n)
	}
	if before == 0 {
		t.Error("no event before the base instant, though there was an election")
	}
}
