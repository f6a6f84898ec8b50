package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
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
	"nines/results"
	"nines/workloads"
)

// planned is one trial of a scenario.
type planned struct {
	name   string // of its folder
	system scenario.System
	repeat int // from 1
}

// plan lists the trials in the order in which they run: repeat by repeat, so
// that a drift of the machine meets every system alike.
func plan(s *scenario.Scenario) []planned {
	var all []planned
	for r := 1; r <= s.Repeat; r++ {
		for _, sys := range s.Systems {
			all = append(all, planned{fmt.Sprintf("%s-%d", sys.Label, r), sys, r})
		}
	}
	return all
}

// setup turns a planned trial into one that is ready to run. Its nodes keep
// their disks and logs below dir; finish closes what it opened.
func setup(s *scenario.Scenario, p planned, dir string) (cfg trial.Config, finish func() error, err error) {
	sys, err := adapters.Lookup(p.system.Name)
	if err != nil {
		return trial.Config{}, nil, err
	}
	settings := sys.Effective(p.system.Settings)
	ready, err := sys.Prepare(settings)
	if err != nil {
		return trial.Config{}, nil, fmt.Errorf("system %s: %w", p.system.Label, err)
	}
	nodes := nodeNames(s.Nodes)
	if sys.Nodes > 0 {
		nodes = nodeNames(sys.Nodes)
	}
	seed := s.Seed + uint64(p.repeat) - 1
	w, err := newWorkload(s, seed)
	if err != nil {
		return trial.Config{}, nil, err
	}
	host, logs, err := hostConfig(s, nodes, seed, dir)
	if err != nil {
		return trial.Config{}, nil, err
	}
	return trial.Config{
		Facts: facts(s, p, ready.Guarantees, settings, w, seed),
		Start: func(_ context.Context, report func(time.Time, bench.Event)) (bench.Cluster, error) {
			host.Events = report
			return ready.Start(host)
		},
		Began:   tellBase,
		Load:    load(s, nodes, seed),
		Sources: sources(s, w, len(nodes)),
		Faults:  s.Faults,
		Settle:  s.Settle,
		CPU:     cpuTime,
	}, logs.close, nil
}

// facts are those known beforehand.
func facts(s *scenario.Scenario, p planned, g results.Guarantees, settings map[string]string, w *workloads.Workload, seed uint64) results.Facts {
	f := results.Facts{
		Trial: p.name, System: p.system.Label, Adapter: p.system.Name, Settings: settings, Guarantees: g,
		Repeat: p.repeat, Seed: seed, Host: s.Host,
		Duration: s.Duration, Warmup: s.Warmup, Deadline: s.Load.Deadline, Abandon: s.Load.Abandon,
		Arrivals: string(s.Load.Arrivals), Rate: s.Load.Rate, Workload: w.Name(), CAS: w.CAS(),
		SLOTarget: s.SLO.Target, SLOBin: s.SLO.Bin,
	}
	if s.Probes.Rate > 0 {
		f.Probe = time.Duration(float64(time.Second) / s.Probes.Rate)
	}
	return f
}

func newWorkload(s *scenario.Scenario, seed uint64) (*workloads.Workload, error) {
	w := &s.Workload
	return workloads.New(w.Name, workloads.Config{
		Keys: w.Keys, Distribution: workloads.Distribution(w.Distribution), Theta: w.Theta,
		ValueSize: uint32(w.ValueSize), Users: uint32(w.Users), Reads: &w.Reads, CAS: w.CAS, Seed: seed,
	})
}

func sources(s *scenario.Scenario, w *workloads.Workload, nodes int) trial.Sources {
	src := trial.Sources{
		Main:  func(int) bench.Source { return w.Source() },
		Probe: w.Probe,
		Final: func(n int) func(int) bench.Source { return w.Final(n, nodes) },
	}
	if s.Workload.Preload {
		src.Preload = w.Preload
	}
	return src
}

func load(s *scenario.Scenario, nodes []string, seed uint64) trial.Load {
	l := trial.Load{
		MaxInFlight: s.Load.MaxInFlight, Sessions: s.Load.Sessions,
		Picker: func(c bench.Cluster) (func(int) bench.Picker, error) {
			p, err := balance.Parse(s.Load.Policy)
			if err != nil {
				return nil, err
			}
			leads := func() int { return -1 }
			if in, ok := c.(bench.Inspector); ok {
				leads = balance.Leader(in, nodes)
			}
			return p.Pickers(nodes, seed, leads)
		},
	}
	switch s.Load.Arrivals {
	case scenario.Constant:
		l.Arrivals = func(from, until time.Duration) bench.Arrivals { return bench.Constant(s.Load.Rate, from, until) }
	case scenario.Poisson:
		l.Arrivals = func(from, until time.Duration) bench.Arrivals {
			return bench.Poisson(s.Load.Rate, from, until, rand.New(rand.NewPCG(seed, 0x61727269)))
		}
	}
	return l
}

// hostConfig is the world that every system of the scenario meets.
func hostConfig(s *scenario.Scenario, nodes []string, seed uint64, dir string) (inproc.Config, *nodeLogs, error) {
	profile, err := link.Table(s.Links.RTT)
	if s.Links.Profile != "" {
		profile, err = link.ParseProfile(s.Links.Profile)
	}
	if err != nil {
		return inproc.Config{}, nil, fmt.Errorf("links: %w", err)
	}
	dc := disk.Config{SyncLatency: s.Disk.Sync}
	if s.Disk.Kind == scenario.Files {
		dc = disk.Config{Dir: filepath.Join(dir, disksDir)}
	}
	logs, err := openLogs(filepath.Join(dir, results.NodesDir), nodes)
	if err != nil {
		return inproc.Config{}, nil, err
	}
	return inproc.Config{
		Nodes:  nodes,
		Links:  link.Config{Profile: profile, Precise: true},
		Disk:   dc,
		Timing: replica.Timing{Heartbeat: s.Timing.Heartbeat, Election: s.Timing.Election},
		Batch: replica.Batch{
			MaxBytes: s.Batch.MaxBytes, MaxEntries: s.Batch.MaxEntries,
			SnapshotEvery: s.Batch.SnapshotEvery, Trailing: s.Batch.Trailing,
		},
		Server: replica.ServerConfig{Reject: !s.Load.Forward},
		Seed:   seed,
		Log:    logs.of,
	}, logs, nil
}

// disksDir holds the nodes' disks while a trial runs.
const disksDir = "disks"

// tellBase tells a cluster that wants to know when the measured period begins.
func tellBase(c bench.Cluster, base time.Time) {
	if s, ok := c.(interface{ Start(time.Time) }); ok {
		s.Start(base)
	}
}

// cpuTime is what this process has used, in user and kernel mode.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// nodeLogs are the files that nodes log to.
type nodeLogs struct {
	files   []*os.File
	loggers map[string]*slog.Logger
}

func openLogs(dir string, nodes []string) (*nodeLogs, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of the nodes' logs: %w", err)
	}
	l := &nodeLogs{loggers: make(map[string]*slog.Logger)}
	for _, n := range nodes {
		f, err := os.Create(filepath.Join(dir, n+".log"))
		if err != nil {
			return nil, fmt.Errorf("open the log of node %s: %w", n, err)
		}
		l.files = append(l.files, f)
		l.loggers[n] = slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelInfo}))
	}
	return l, nil
}

func (l *nodeLogs) of(node string) *slog.Logger { return l.loggers[node] }

func (l *nodeLogs) close() error {
	var failed []string
	for _, f := range l.files {
		if err := f.Close(); err != nil {
			failed = append(failed, err.Error())
		}
	}
	if failed != nil {
		return fmt.Errorf("close the nodes' logs: %s", strings.Join(failed, "; "))
	}
	return nil
}
