package null

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"nines/bench"
)

// Cluster is a running null system. All nodes share one store.
type Cluster struct {
	cfg    Config
	nodes  []string
	base   atomic.Pointer[time.Time] // nil until Start
	store  store
	queue  *queue        // nil: operations do not wait for one another
	panics *time.Timer   // nil: never
	closed chan struct{} // lets go of the clients that hang
	close  sync.Once
}

// New returns a running cluster.
func New(cfg Config) (*Cluster, error) {
	cfg = cfg.withDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("null: %w", err)
	}
	c := &Cluster{cfg: cfg, nodes: cfg.names(), closed: make(chan struct{})}
	if cfg.Servers > 0 {
		c.queue = newQueue(&cfg)
	}
	c.cfg.Stalls = slices.Clone(cfg.Stalls)
	slices.SortFunc(c.cfg.Stalls, func(a, b Stall) int { return cmp.Compare(a.At, b.At) })
	return c, nil
}

// Start tells the cluster the base instant that its stalls count from, and the
// instants at which it panics or hangs. Before that nothing of it happens. It is
// called once.
func (c *Cluster) Start(base time.Time) {
	c.base.Store(&base)
	if c.cfg.Panics > 0 {
		c.panics = time.AfterFunc(time.Until(base.Add(c.cfg.Panics)), func() { panic("null: panics on purpose") })
	}
}

// Nodes returns n1, n2 and so on.
func (c *Cluster) Nodes() []string { return slices.Clone(c.nodes) }

// Close lets go of the clients that hang, if there are any. It is called after
// Start has returned.
func (c *Cluster) Close() error {
	c.close.Do(func() {
		close(c.closed)
		if c.panics != nil {
			c.panics.Stop()
		}
	})
	return nil
}

// Dial opens a session.
func (c *Cluster) Dial(_ context.Context, node string, session uint64) (bench.Client, error) {
	if !slices.Contains(c.nodes, node) {
		return nil, fmt.Errorf("null: dial: %w", bench.UnknownName("node", node, c.nodes))
	}
	if c.cfg.immediate() {
		return &c.store, nil
	}
	cl := &client{cluster: c, rng: rand.New(rand.NewPCG(c.cfg.Seed, session))}
	for _, s := range c.cfg.Stalls {
		if s.Node == "" || s.Node == node {
			cl.stalls = append(cl.stalls, s)
		}
	}
	cl.timer = time.NewTimer(time.Hour)
	cl.timer.Stop()
	return cl, nil
}

// errLost is the failure whose effect the client cannot know.
var errLost = errors.New("null: the answer was lost on purpose")

// errHung is the failure of an operation that hung until the cluster was closed.
var errHung = fmt.Errorf("null: hung on purpose until it was closed: %w", bench.ErrRejected)

// errRefused is the failure without effect.
var errRefused = fmt.Errorf("null: refused on purpose: %w", bench.ErrRejected)

// A client takes its time. (A system that does not has the store itself for a
// client.)
type client struct {
	cluster *Cluster
	rng     *rand.Rand
	stalls  []Stall
	timer   *time.Timer
}

// Do takes effect at once and answers when the service time and the stalls are
// over, both of which are inside the operation: so the history is linearizable.
func (c *client) Do(ctx context.Context, op *bench.Op) (bench.Reply, error) {
	cfg := &c.cluster.cfg
	if c.hangs() {
		<-c.cluster.closed
		return bench.Reply{}, errHung
	}
	fate := 1.0
	if cfg.Rejected+cfg.Unknown > 0 {
		fate = c.rng.Float64()
	}
	var reply bench.Reply
	// Half of the operations whose answer is lost take effect.
	if fate >= cfg.Rejected+cfg.Unknown/2 {
		reply = c.cluster.store.apply(op)
	}
	if err := c.wait(ctx, c.takes()); err != nil {
		return bench.Reply{}, err
	}
	switch {
	case fate < cfg.Rejected:
		return bench.Reply{}, errRefused
	case fate < cfg.Rejected+cfg.Unknown:
		return bench.Reply{}, errLost
	}
	return reply, nil
}

// hangs reports whether nothing is answered any more. What is asked then never
// takes effect: nobody would record it.
func (c *client) hangs() bool {
	at := c.cluster.cfg.Hangs
	if at == 0 {
		return false
	}
	base := c.cluster.base.Load()
	return base != nil && time.Since(*base) >= at
}

// takes is how long it is until the answer to an operation that is sent now: the
// service, after those before it if there is a queue, and the stalls.
func (c *client) takes() time.Duration {
	if q := c.cluster.queue; q != nil {
		return q.enter(time.Now(), c.stalled)
	}
	return c.stalled(c.cluster.cfg.Service.draw(c.rng))
}

// stalled is how long it is until an answer that would come after d: that long, or
// until the end of the stall that this falls into.
func (c *client) stalled(d time.Duration) time.Duration {
	base := c.cluster.base.Load()
	if base == nil || len(c.stalls) == 0 {
		return d
	}
	now := time.Since(*base)
	done := now + d
	for _, s := range c.stalls { // sorted: one may end in the next
		if s.At <= done && done < s.At+s.For {
			done = s.At + s.For
		}
	}
	return done - now
}

// wait returns after d.
func (c *client) wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	c.timer.Reset(d)
	select {
	case <-c.timer.C:
		return nil
	case <-ctx.Done():
		c.timer.Stop()
		return fmt.Errorf("null: waiting to answer: %w", context.Cause(ctx))
	}
}

// Close does nothing.
func (c *client) Close() error { return nil }
