// Package trial runs one trial: one system, one load, one fault schedule, on
// one base clock.
//
// A trial goes through phases. The cluster is started and must find a leader
// (where nodes own parts of the keys, there is none, and all must be up);
// the keys are filled; then the load and the probes run through the warm-up and
// the measured period while the fault schedule is walked; when all is healed
// the cluster is given time to converge, every key is read back, and each node
// is asked for its digest. Samples of all phases go to one recorder, and
// everything else that is known to the facts.
package trial

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"nines/bench"
	"nines/chaos"
	"nines/results"
)

// Config is a trial that is ready to run.
type Config struct {
	// Facts tells who and what: the trial adds what it finds out. Duration,
	// Warmup, Abandon, Probe and Seed are obeyed.
	Facts results.Facts
	// Start starts the cluster. Nodes report through report, from any goroutine.
	Start func(ctx context.Context, report func(time.Time, bench.Event)) (bench.Cluster, error)
	// Began is told the base instant when it is known, before the load starts.
	// Optional.
	Began    func(c bench.Cluster, base time.Time)
	Load     Load
	Sources  Sources
	Faults   []chaos.Step
	Settle   time.Duration // for finding a leader, and for converging
	Recorder bench.Recorder
	// Txns gets what transactions did. nil: the sources make none.
	Txns bench.TxnRecorder
	// Pacer waits for due times; nil means bench.Precise.
	Pacer func(base time.Time) bench.Pacer
	// CPU returns the processor time that the process has used. nil: not counted.
	CPU func() time.Duration
	// Usage is called when the measured period begins; what it returns, at its end.
	// nil: not measured.
	Usage func() (end func() *results.Usage)
	// Progress is told when a phase begins. Optional.
	Progress func(phase Phase)
	// Episode is told when an episode of the schedule begins, by its number from 0.
	// Optional.
	Episode func(n int)
	// Fault is told when a fault is in force, and when it has been healed. From any
	// goroutine. Optional.
	Fault func(v bench.Interval, inForce bool)
}

// Load is the main load: open loop, or closed if Arrivals is nil.
type Load struct {
	Arrivals    func(from, until time.Duration) bench.Arrivals
	MaxInFlight int // open loop
	Sessions    int // closed loop
	// Balance makes what spreads the operations over the nodes. Sessions that it opens
	// of its own have ids from newSession.
	Balance func(c bench.Cluster, newSession func() uint64) (Balancer, error)
}

// A Balancer spreads the operations of the main load over the nodes.
type Balancer interface {
	Picker(i int) bench.Picker // of closed session i; of 0 in open loop
	Dialer() bench.Dialer      // opens the sessions; nil: the cluster does
}

// Sources make the operations of each class.
type Sources struct {
	Main  func(i int) bench.Source // of a closed session; 0 in open loop
	Probe func(node int) bench.Source
	// Preload returns n sources that together fill every key. Optional.
	Preload func(n int) func(i int) bench.Source
	// Final returns n sources that together read every key once.
	Final func(n int) func(i int) bench.Source
}

// Phase is a part of a trial.
type Phase string

// The phases, in order.
const (
	Starting   Phase = "starting"
	Preloading Phase = "preloading"
	Measuring  Phase = "measuring" // from the warm-up on
	Settling   Phase = "settling"
	Reading    Phase = "reading back"
)

// Result is what a trial leaves beside its samples.
type Result struct {
	Facts  results.Facts
	Faults []bench.Interval
	Events []bench.Event
}

// Run runs the trial. If the system fails, the trial is over and the result
// says why in Facts.Failure: it is a result, not an error. An error means that
// ctx ended, or that there is nothing worth keeping.
func Run(ctx context.Context, cfg Config) (Result, error) {
	t := &trial{Config: cfg, result: Result{Facts: cfg.Facts}, started: time.Now()}
	if t.Progress == nil {
		t.Progress = func(Phase) {}
	}
	if t.CPU == nil {
		t.CPU = func() time.Duration { return 0 }
	}
	failure := t.run(ctx)
	if t.base.IsZero() { // it did not come to that
		t.base = time.Now()
	}
	t.result.Events = t.events.since(t.base)
	if failure != nil {
		t.result.Facts.Failure = failure.Error()
	}
	if ctx.Err() != nil {
		return t.result, fmt.Errorf("trial %s: %w", cfg.Facts.Trial, context.Cause(ctx))
	}
	return t.result, nil
}

// trial is the state of one Run.
type trial struct {
	Config
	cluster  bench.Cluster
	started  time.Time
	base     time.Time
	period   *period
	vigil    *vigil // nil unless the schedule has episodes
	sessions atomic.Uint64
	events   events
	result   Result
}

func (t *trial) run(ctx context.Context) (err error) {
	t.Progress(Starting)
	t.cluster, err = t.Start(ctx, t.events.add)
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	defer func() { err = errors.Join(err, t.close()) }()
	t.result.Facts.Nodes = t.cluster.Nodes()

	took, ok := t.await(ctx, t.ready)
	if ctx.Err() != nil {
		return fmt.Errorf("wait for the nodes: %w", context.Cause(ctx))
	}
	if !ok {
		return fmt.Errorf("start: %s after %v: %s", t.unready(), took, t.describe())
	}
	preloaded, err := t.preload(ctx)
	if err != nil {
		return err
	}
	if err := t.measure(ctx, preloaded); err != nil {
		return err
	}
	return t.readBack(ctx)
}

func (t *trial) close() error {
	if err := t.cluster.Close(); err != nil {
		return fmt.Errorf("stop the cluster: %w", err)
	}
	return nil
}

// measure runs load, probes and faults through warm-up and measured period.
func (t *trial) measure(ctx context.Context, preloaded []bench.Sample) error {
	t.Progress(Measuring)
	f := &t.result.Facts
	t.base = time.Now().Add(f.Warmup)
	f.Started = t.base
	t.period = newPeriod(f.Duration)
	if f.Episodes != nil {
		own := *f.Episodes // Config is the caller's
		f.Episodes, t.vigil = &own, newVigil(t)
	}
	if err := t.recordPreloaded(preloaded); err != nil {
		return err
	}
	if t.Began != nil {
		t.Began(t.cluster, t.base)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var (
		beside    sync.WaitGroup
		faultsErr error
	)
	beside.Go(func() { t.count(ctx) })
	beside.Go(func() { faultsErr = t.hurt(ctx) })
	load, err := t.load()
	if t.vigil != nil {
		load.Recorder = t.vigil
		for i := range load.Open {
			t.period.stop(&load.Open[i])
		}
	}
	var stats bench.Stats
	if err == nil {
		stats, err = bench.Run(ctx, load)
	}
	if err != nil {
		stop()
	}
	beside.Wait()
	f.Duration = t.period.length()
	for _, s := range append(stats.Open, stats.Closed...) {
		if s.Class == bench.Main {
			f.Offered += s.Measured.Due
		}
	}
	if err != nil {
		err = fmt.Errorf("load: %w", err)
	}
	if faultsErr != nil {
		err = errors.Join(err, fmt.Errorf("faults: %w", faultsErr))
	}
	return err
}

// hurt walks the schedule, and ends the measured period when its episodes are
// over: after a last rest, so that the last one is seen to have recovered.
func (t *trial) hurt(ctx context.Context) (err error) {
	f := &t.result.Facts
	cfg := chaos.Config{Cluster: t.cluster, Base: t.base, Steps: t.Faults, Duration: f.Duration, Seed: f.Seed, Changed: t.Fault}
	if t.vigil == nil {
		t.period.end(f.Duration)
		t.result.Faults, err = chaos.Run(ctx, cfg)
		return err
	}
	cfg.Health, cfg.First, cfg.Episode = t.vigil, f.Episodes.First, t.Episode
	t.result.Faults, err = chaos.Run(ctx, cfg)
	f.Episodes.Left = left(f.Episodes, t.result.Faults)
	t.period.end(time.Since(t.base) + t.Faults[0].Rest)
	return err
}

// left is how many episodes another cluster must have, because this one did not
// recover from the last that it had.
func left(e *results.Episodes, had []bench.Interval) int {
	if len(had) == 0 {
		return 0 // and another cluster would have none either
	}
	if last := had[len(had)-1]; last.NA != "" || last.Recovered != 0 {
		return 0
	}
	return e.Planned - e.First - len(had)
}

// load is the main load and the probes of every node, a probe period split
// evenly among the nodes.
func (t *trial) load() (bench.Config, error) {
	f := &t.result.Facts
	cfg := bench.Config{
		Cluster: t.cluster, Base: t.base, Abandon: f.Abandon,
		Recorder: t.Recorder, Txns: t.Txns, Sessions: &t.sessions,
	}
	if t.Pacer != nil {
		cfg.Pacer = t.Pacer(t.base)
	}
	b, err := t.Load.Balance(t.cluster, func() uint64 { return t.sessions.Add(1) })
	if err != nil {
		return bench.Config{}, fmt.Errorf("balance: %w", err)
	}
	if t.Load.Arrivals != nil {
		cfg.Open = append(cfg.Open, bench.Open{
			Class: bench.Main, Arrivals: t.Load.Arrivals(-f.Warmup, f.Duration),
			Source: t.Sources.Main(0), Picker: b.Picker(0), Dialer: b.Dialer(), MaxInFlight: t.Load.MaxInFlight,
		})
	} else {
		cfg.Closed = append(cfg.Closed, bench.Closed{
			Class: bench.Main, Sessions: t.Load.Sessions, Until: f.Duration,
			Source: t.Sources.Main, Picker: b.Picker, Dialer: b.Dialer(),
		})
	}
	if f.Probe == 0 {
		return cfg, nil
	}
	rate := float64(time.Second) / float64(f.Probe)
	nodes := len(t.cluster.Nodes())
	for i := range nodes {
		phase := f.Probe * time.Duration(i) / time.Duration(nodes)
		cfg.Open = append(cfg.Open, bench.Open{
			Class: bench.Probe, Arrivals: bench.Constant(rate, phase-f.Warmup, f.Duration),
			Source: t.Sources.Probe(i), Picker: bench.Pinned(i), MaxInFlight: bench.MaxInFlight(rate, f.Abandon),
		})
	}
	return cfg, nil
}

// count takes what the measured period has cost.
func (t *trial) count(ctx context.Context) {
	f := &t.result.Facts
	if !t.sleepUntil(ctx, 0) {
		return
	}
	cpu, cost := t.CPU(), t.cost()
	usage := func() *results.Usage { return nil }
	if t.Usage != nil {
		usage = t.Usage()
	}
	select {
	case <-t.period.known:
	case <-ctx.Done():
		return
	}
	if !t.sleepUntil(ctx, t.period.length()) {
		return
	}
	f.CPU = t.CPU() - cpu
	f.Usage = usage()
	f.Cost = t.cost().Less(cost)
}

func (t *trial) cost() bench.Cost {
	if c, ok := t.cluster.(bench.Coster); ok {
		return c.Cost()
	}
	return bench.Cost{}
}

func (t *trial) sleepUntil(ctx context.Context, at time.Duration) bool {
	timer := time.NewTimer(time.Until(t.base.Add(at)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// events collects what nodes report.
type events struct {
	mu   sync.Mutex
	list []bench.Event
	at   []time.Time
}

func (e *events) add(at time.Time, ev bench.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, ev)
	e.at = append(e.at, at)
}

// since returns the events on the base clock.
func (e *events) since(base time.Time) []bench.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.list {
		e.list[i].At = e.at[i].Sub(base)
	}
	return e.list
}
