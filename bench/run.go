package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Run puts the load on the cluster and returns when every operation is done:
// at the latest Abandon after the last was due, if clients return promptly when
// their context ends. It closes all sessions, but not the cluster.
//
// If ctx ends, Run stops early: what is in flight is recorded as the client
// reports it, which is unknown unless it proves otherwise. The same goes for an
// error of the recorder and for a panic in a client, a source or a picker. In
// each case Run returns the error together with what it counted.
func Run(ctx context.Context, cfg Config) (Stats, error) {
	if err := cfg.validate(); err != nil {
		return Stats{}, fmt.Errorf("load: %w", err)
	}
	r := newRun(ctx, &cfg)
	defer r.cancel(nil)

	var background sync.WaitGroup
	background.Go(func() { r.collect(cfg.Recorder) })
	stopSweep := make(chan struct{})
	background.Go(func() { r.sweeper.run(r, stopSweep) })

	for _, s := range r.closed {
		s.start()
	}
	if len(r.open) > 0 {
		r.workers.Go(func() {
			defer r.recovered("the generator")
			r.dispatch(cfg.Pacer)
		})
	}
	r.workers.Wait()

	for _, s := range r.open {
		s.flush()
	}
	close(stopSweep)
	close(r.full)
	background.Wait()
	if r.ctx.Err() != nil {
		return r.stats(), fmt.Errorf("load stopped early: %w", context.Cause(r.ctx))
	}
	return r.stats(), nil
}

// run is the state of one Run.
type run struct {
	ctx      context.Context // ends when the load is to stop early
	cancel   context.CancelCauseFunc
	cluster  Cluster
	nodes    []string
	base     time.Time
	abandon  time.Duration
	sessions *atomic.Uint64 // the last session id given out
	txns     TxnRecorder
	sweeper  sweeper
	open     []*openStream
	closed   []*closedStream
	workers  sync.WaitGroup // goroutines that produce samples
	full     chan *chunk
	spare    chan *chunk
}

func newRun(ctx context.Context, cfg *Config) *run {
	r := &run{
		cluster:  cfg.Cluster,
		nodes:    cfg.Cluster.Nodes(),
		base:     cfg.Base,
		abandon:  cfg.Abandon,
		sessions: cfg.Sessions,
		txns:     cfg.Txns,
		full:     make(chan *chunk, chunksInFlight),
		spare:    make(chan *chunk, chunksInFlight),
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	if r.abandon == 0 {
		r.abandon = DefaultAbandon
	}
	if r.sessions == nil {
		r.sessions = new(atomic.Uint64)
	}
	if r.txns == nil {
		r.txns = refuseTxns{}
	}
	if cfg.Pacer == nil {
		cfg.Pacer = Precise(cfg.Base)
	}
	for i := range cfg.Open {
		r.open = append(r.open, newOpenStream(r, &cfg.Open[i]))
	}
	for i := range cfg.Closed {
		r.closed = append(r.closed, newClosedStream(r, &cfg.Closed[i]))
	}
	return r
}

// refuseTxns is the TxnRecorder of a load that has none.
type refuseTxns struct{}

func (refuseTxns) RecordTxn(TxnRecord) error {
	return errors.New("a transaction, and nobody to record it")
}

func (r *run) now() time.Duration { return time.Since(r.base) }

func (r *run) stopped() bool { return r.ctx.Err() != nil }

// fail stops the load; the first reason stays.
func (r *run) fail(err error) { r.cancel(err) }

// recovered, deferred, turns a panic into the failure of this run alone: one
// system's fault must not end the process that has other trials to do.
func (r *run) recovered(who string) {
	if v := recover(); v != nil {
		r.fail(fmt.Errorf("panic in %s: %v\n%s", who, v, debug.Stack()))
	}
}

// checkPick panics if a picker chose no node: a mistake in the picker, as an
// index out of range is.
func checkPick(node, nodes int) {
	if node < 0 || node >= nodes {
		panic(fmt.Sprintf("the picker chose node %d of %d", node, nodes))
	}
}

func (r *run) stats() Stats {
	var st Stats
	for _, s := range r.open {
		st.Open = append(st.Open, s.stats())
	}
	for _, s := range r.closed {
		st.Closed = append(st.Closed, s.stats())
	}
	return st
}

// counter counts for one stream. Its plain fields belong to one goroutine at a
// time.
type counter struct {
	warmup, measured Count
	maxInFlight      int
	sessions         atomic.Uint64
	dialsFailed      atomic.Uint64
	abandoned        atomic.Uint64
}

func (c *counter) due(at time.Duration) *Count {
	if at < 0 {
		return &c.warmup
	}
	return &c.measured
}

func (c *counter) stats(class Class) StreamStats {
	return StreamStats{
		Class:       class,
		Warmup:      c.warmup,
		Measured:    c.measured,
		MaxInFlight: c.maxInFlight,
		Sessions:    c.sessions.Load(),
		DialsFailed: c.dialsFailed.Load(),
		Abandoned:   c.abandoned.Load(),
	}
}
