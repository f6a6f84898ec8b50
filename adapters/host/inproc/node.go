package inproc

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"nines/adapters/clock"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/bench"
)

// node outlives the replicas that run on it one after the other.
type node struct {
	name   string
	clock  clock.Clock
	rand   *rand.Rand
	port   *link.Endpoint                 // of the replica that runs
	server atomic.Pointer[replica.Server] // nil: down
	dying  atomic.Bool                    // is being killed: that its disk fails it, say, is no news

	life atomic.Uint64 // which member it is: see replica.Member
	out  atomic.Bool   // it is no member, and does not run

	medium
}

func (n *node) downError() error {
	return fmt.Errorf("node %s is down: %w", n.name, bench.ErrRejected)
}

// start opens the node's disk and runs a replica on it.
func (c *Cluster) start(n *node) error {
	store, err := n.disk().Open()
	if err != nil {
		return fmt.Errorf("open the disk of node %s: %w", n.name, err)
	}
	n.port, err = c.fabric.Attach(n.name)
	if err != nil {
		return errors.Join(fmt.Errorf("attach node %s to its links: %w", n.name, err), n.disk().Crash())
	}
	n.dying.Store(false)
	s, err := replica.Serve(replica.Env{
		ID:      n.name,
		Members: c.cfg.Nodes,
		Spares:  c.spares,
		Life:    n.life.Load(),
		Join:    n.life.Load() > 0 || slices.Contains(c.spares, n.name),
		Link:    n.port,
		Disk:    store,
		Clock:   &n.clock,
		Rand:    n.rand,
		Timing:  c.cfg.Timing,
		Batch:   c.cfg.Batch,
		Events:  func(e bench.Event) { c.heard(n, e) },
		Points:  func(p replica.Point) <-chan struct{} { return c.reached(n, p) },
		Log:     c.cfg.Log(n.name),
	}, c.open, c.cfg.Server)
	if err != nil {
		n.port.Detach()
		return errors.Join(err, n.disk().Crash())
	}
	n.server.Store(s)
	return nil
}

// heard hands on what the replica reports.
func (c *Cluster) heard(n *node, e bench.Event) {
	if !n.dying.Load() {
		c.report(n, time.Now(), e)
	}
}

func (c *Cluster) report(n *node, at time.Time, e bench.Event) {
	e.Node = n.name
	c.cfg.Events(at, e)
}

// Kill implements [chaos.Killer].
func (c *Cluster) Kill(name string) error {
	n, err := c.node(name)
	if err != nil {
		return err
	}
	at := time.Now()
	if err := n.kill(); err != nil {
		return fmt.Errorf("kill node %s: %w", name, err)
	}
	c.report(n, at, bench.Event{Kind: bench.EventKilled})
	return nil
}

var errDown = errors.New("it is down already")

func (n *node) kill() error {
	s := n.server.Swap(nil)
	if s == nil {
		return errDown
	}
	n.dying.Store(true)
	n.port.Detach()
	err := n.disk().Crash() // before the replica stops: nothing more becomes durable
	return errors.Join(err, s.Close())
}

// Restart implements [chaos.Killer].
func (c *Cluster) Restart(_ context.Context, name string) error {
	n, err := c.node(name)
	if err != nil {
		return err
	}
	switch {
	case n.server.Load() != nil:
		return fmt.Errorf("restart node %s: it is running", name)
	case n.out.Load():
		return fmt.Errorf("restart node %s: it is no member of the cluster", name)
	}
	if err := c.start(n); err != nil {
		return fmt.Errorf("restart node %s: %w", name, err)
	}
	c.report(n, time.Now(), bench.Event{Kind: bench.EventRestarted})
	return nil
}

// client is a session with a node, over all the replicas that run there.
type client struct {
	node    *node
	session uint64
	server  *replica.Server
	on      *replica.Session // of server
}

// Do implements [bench.Client].
func (c *client) Do(ctx context.Context, op *bench.Op) (bench.Reply, error) {
	s := c.node.server.Load()
	if s == nil {
		return bench.Reply{}, c.node.downError()
	}
	if s != c.server {
		if c.on == nil {
			c.on = s.Session(c.session)
		} else {
			c.on = c.on.On(s)
		}
		c.server = s
	}
	return c.on.Do(ctx, op)
}

// Close implements [bench.Client].
func (c *client) Close() error {
	if c.on != nil {
		c.on.Close()
	}
	return nil
}

// BreakDisk takes the disk of a running node away: every later write fails, and
// what was not synced is lost. The node is expected to stop.
func (c *Cluster) BreakDisk(name string) error {
	n, err := c.node(name)
	if err != nil {
		return err
	}
	if err := n.disk().Crash(); err != nil {
		return fmt.Errorf("break the disk of node %s: %w", name, err)
	}
	return nil
}
