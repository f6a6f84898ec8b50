package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"nines/adapters"
	"nines/adapters/disk"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/bench"
	"nines/bench/balance"
	"nines/bench/scenario"
	"nines/bench/trial"
	"nines/chaos"
	"nines/results"
	"nines/workloads"
)

// A spec is a planned trial with its choices made: nothing of it runs or is on
// disk yet.
type spec struct {
	planned
	ready    adapters.Prepared
	settings map[string]string // effective
	nodes    []string
	seed     uint64
	workload *workloads.Workload
}

func specify(p planned) (*spec, error) {
	s := p.scenario
	sys, err := adapters.Lookup(p.system.Name)
	if err != nil {
		return nil, err
	}
	x := &spec{
		planned: p, settings: sys.Effective(p.system.Settings),
		nodes: nodeNames(nodesOf(s, p.system)), seed: s.Seed + uint64(p.repeat) - 1,
	}
	if x.ready, err = sys.Prepare(x.settings); err != nil {
		return nil, fmt.Errorf("system %s: %w", p.label, err)
	}
	cfg := workloadConfig(&s.Workload)
	cfg.Seed = x.seed
	if owner, n := x.ready.Owner, len(x.nodes); owner != nil {
		cfg.Owner, cfg.Owners = func(key uint64) int { return owner(key, n) }, n
	}
	if x.workload, err = workloads.New(s.Workload.Name, cfg); err != nil {
		return nil, err
	}
	return x, nil
}

// config is the trial, ready to run but for who records it. Its nodes keep their
// disks and logs below dir.
func (x *spec) config(dir string) (trial.Config, *nodeLogs, error) {
	host, err := x.host(dir)
	if err != nil {
		return trial.Config{}, nil, err
	}
	logs, err := openLogs(filepath.Join(dir, results.NodesDir), x.nodes)
	if err != nil {
		return trial.Config{}, nil, err
	}
	host.Log = logs.of
	var pace pace
	return trial.Config{
		Facts: x.facts(),
		Start: func(_ context.Context, report func(time.Time, bench.Event)) (bench.Cluster, error) {
			host.Events = report
			return x.ready.Start(host)
		},
		Began:   tellBase,
		Load:    x.load(),
		Sources: x.sources(),
		Faults:  x.scenario.Faults,
		Settle:  x.scenario.Settle,
		CPU:     cpuTime,
		Pacer:   pace.pacer,
		Usage:   pace.usage,
	}, logs, nil
}

// facts are those known beforehand.
func (x *spec) facts() results.Facts {
	s := x.scenario
	f := results.Facts{
		Trial: x.name, System: x.label, Adapter: x.system.Name, Settings: x.settings, Guarantees: x.ready.Guarantees,
		Variant: x.variant, Repeat: x.repeat, Seed: x.seed, Host: s.Host, Virtual: isVirtual(x.planned), Nodes: x.nodes,
		Duration: s.Duration, Warmup: s.Warmup, Deadline: s.Load.Deadline, Abandon: s.Load.Abandon,
		Arrivals: string(s.Load.Arrivals), Rate: s.Load.Rate, Knee: s.Load.KneeOf(x.system), Workload: x.workload.Name(), CAS: x.workload.CAS(),
		Object: x.workload.Object(), Lease: s.Workload.Lease, Txns: x.workload.Txns(), SLOTarget: s.SLO.Target, SLOBin: s.SLO.Bin,
	}
	if accounts, total := x.workload.Bank(); accounts > 0 {
		f.Bank = &results.Bank{Accounts: accounts, Total: total}
	}
	if e := chaos.EpisodesOf(s.Faults); e != nil {
		f.Episodes = &results.Episodes{Planned: e.Episodes, Part: x.part, First: x.first}
	}
	if p := s.Load.Profile(); s.Load.Arrivals != scenario.Closed && !p.Steady() {
		f.Rate, f.Profile = p.Mean(s.Duration), &p
	}
	f.Probe, f.Policy = s.Probes.Period(), s.Load.Policy
	f.Expected, f.Tolerance = x.expected(), x.tolerance()
	return f
}

func (x *spec) sources() trial.Sources {
	w := x.workload
	src := trial.Sources{
		Main:  func(int) bench.Source { return w.Source() },
		Probe: w.Probe,
		Final: func(n int) func(int) bench.Source { return w.Final(n, len(x.nodes)) },
	}
	if x.scenario.Workload.Preload {
		src.Preload = w.Preload
	}
	return src
}

// arrivalStream makes the arrivals' random numbers other ones than those of keys
// and faults, which have the same seed.
const arrivalStream = 0x61727269

func (x *spec) load() trial.Load {
	l := &x.scenario.Load
	out := trial.Load{MaxInFlight: l.MaxInFlight, Sessions: l.Sessions, Balance: x.balance}
	p := l.Profile()
	switch l.Arrivals {
	case scenario.Constant:
		out.Arrivals = func(from, until time.Duration) bench.Arrivals { return bench.ConstantProfile(p, from, until) }
	case scenario.Poisson:
		out.Arrivals = func(from, until time.Duration) bench.Arrivals {
			return bench.PoissonProfile(p, from, until, rand.New(rand.NewPCG(x.seed, arrivalStream)))
		}
	}
	return out
}

func (x *spec) balance(c bench.Cluster, newSession func() uint64) (trial.Balancer, error) {
	p, err := balance.Parse(x.scenario.Load.Policy)
	if err != nil {
		return nil, err
	}
	if owner, n := x.ready.Owner, len(x.nodes); owner != nil {
		p = p.Owned(func(key uint64) int { return owner(key, n) })
	}
	leads := func() int { return -1 }
	if in, ok := c.(bench.Inspector); ok {
		leads = balance.Leader(in, x.nodes)
	}
	return p.Balance(balance.Config{Nodes: x.nodes, Seed: x.seed, Leads: leads, Dialer: c, NewSession: newSession})
}

// host is the world that every system of the scenario meets.
func (x *spec) host(dir string) (inproc.Config, error) {
	s := x.scenario
	profile, err := profileOf(&s.Links)
	if err != nil {
		return inproc.Config{}, fmt.Errorf("links: %w", err)
	}
	d := disk.Config{SyncLatency: s.Disk.Sync, Bandwidth: s.Disk.Bandwidth}
	if s.Disk.Kind == scenario.Files {
		d = disk.Config{Dir: filepath.Join(dir, disksDir)}
	}
	return inproc.Config{
		Nodes:  x.nodes,
		Links:  link.Config{Profile: profile, Precise: s.Time == scenario.Real},
		Disk:   d,
		Timing: replica.Timing{Heartbeat: s.Timing.Heartbeat, Election: s.Timing.Election},
		Batch: replica.Batch{
			MaxBytes: s.Batch.MaxBytes, MaxEntries: s.Batch.MaxEntries,
			SnapshotEvery: s.Batch.SnapshotEvery, Trailing: s.Batch.Trailing,
		},
		Server: replica.ServerConfig{Reject: !s.Load.Forward},
		Seed:   x.seed,
	}, nil
}

// disksDir holds the nodes' disks while a trial runs.
const disksDir = "disks"

// tellBase tells a cluster that wants to know when the measured period begins.
func tellBase(c bench.Cluster, base time.Time) {
	if s, ok := c.(interface{ Start(time.Time) }); ok {
		s.Start(base)
	}
}
