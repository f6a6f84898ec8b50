// Package inproc is the host whose nodes are goroutines of this process, joined
// by in-memory links. It gives each node its links, its disk and its clock, and
// hurts them when told. A kill detaches the node from its links, takes away from its disk
// what had not been synced, and stops it; what clients had asked of it ends
// unknown.
package inproc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"time"

	"nines/adapters/disk"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
)

// Caps is what can be done to nodes here.
const Caps = chaos.CanKill | chaos.CanLink | chaos.CanLead | chaos.CanDisk | chaos.CanPoint | chaos.CanSkew | chaos.CanDrift |
	chaos.CanTransfer | chaos.CanMember

// Config describes a cluster.
type Config struct {
	Nodes  []string
	Links  link.Config // Nodes and Seed are filled in
	Disk   disk.Config // Dir is the parent of the nodes' folders; "" keeps them in memory
	Timing replica.Timing
	Batch  replica.Batch
	Server replica.ServerConfig
	Seed   uint64
	Points []string // the protocol points that the system has
	// Lacks is what the system cannot suffer although nodes here could, such as
	// faults of a clock that it does not look at.
	Lacks chaos.Caps
	// Events takes what nodes report, at the instant they report it. It is
	// called from many goroutines and must not block. Nil drops events.
	Events func(at time.Time, e bench.Event)
	// Log returns where a node logs. Nil discards.
	Log func(node string) *slog.Logger
}

// Cluster is a running cluster. It offers all that [Caps] says.
type Cluster struct {
	cfg    Config
	open   replica.Open
	fabric *link.Fabric
	nodes  map[string]*node // spares too
	spares []string
	traps  traps

	// changing is taken to change the members. It is a channel, since that takes
	// long, and waiting for a mutex would stop virtual time.
	changing chan struct{}
	can      chaos.Caps // what the system has of CanTransfer and CanMember
}

// Start starts every node and returns when all serve their links, which may be
// before there is a leader.
func Start(cfg Config, open replica.Open) (*Cluster, error) {
	if len(cfg.Nodes) == 0 {
		return nil, errors.New("start a cluster: no nodes")
	}
	if cfg.Events == nil {
		cfg.Events = func(time.Time, bench.Event) {}
	}
	if cfg.Log == nil {
		cfg.Log = func(string) *slog.Logger { return slog.New(slog.DiscardHandler) }
	}
	c := &Cluster{cfg: cfg, open: open, nodes: make(map[string]*node), changing: make(chan struct{}, 1)}
	for i := range chaos.MaxSpares {
		c.spares = append(c.spares, fmt.Sprintf("spare-%d", i+1))
	}
	cfg.Links.Nodes, cfg.Links.Spares, cfg.Links.Seed = cfg.Nodes, c.spares, cfg.Seed
	fabric, err := link.New(cfg.Links)
	if err != nil {
		return nil, fmt.Errorf("start a cluster: %w", err)
	}
	c.fabric = fabric
	for i, name := range slices.Concat(cfg.Nodes, c.spares) {
		c.nodes[name] = &node{name: name, rand: rand.New(rand.NewPCG(cfg.Seed, uint64(i)+1))}
		c.nodes[name].out.Store(true)
	}
	for _, name := range cfg.Nodes {
		if err := c.begin(c.nodes[name]); err != nil {
			return nil, errors.Join(fmt.Errorf("start a cluster: %w", err), c.Close())
		}
	}
	c.can = abilities(c.nodes[cfg.Nodes[0]].server.Load())
	return c, nil
}

// begin gives the node an empty disk, and starts it.
func (c *Cluster) begin(n *node) error {
	dc := c.cfg.Disk
	if dc.Dir != "" {
		dc.Dir = filepath.Join(dc.Dir, n.member().String())
	}
	d, err := disk.New(dc)
	if err != nil {
		return fmt.Errorf("disk of node %s: %w", n.name, err)
	}
	if err := n.change(d); err != nil {
		return fmt.Errorf("old disk of node %s: %w", n.name, err)
	}
	n.out.Store(false)
	return c.start(n)
}

// Caps implements [chaos.Declarer]: a single node has no links, and nobody to go on
// without it; not every system has protocol points, looks at the clock, or can change
// its leader or its members when told.
func (c *Cluster) Caps() chaos.Caps {
	caps := Caps&^(chaos.CanTransfer|chaos.CanMember|c.cfg.Lacks) | c.can
	if len(c.cfg.Nodes) == 1 {
		caps &^= chaos.CanLink | chaos.CanLead | chaos.CanTransfer | chaos.CanMember
	}
	if len(c.cfg.Points) == 0 {
		caps &^= chaos.CanPoint
	}
	return caps
}

// Nodes implements [bench.Cluster].
func (c *Cluster) Nodes() []string { return c.cfg.Nodes }

// Dial implements [bench.Cluster]. A node that is down refuses.
func (c *Cluster) Dial(_ context.Context, name string, session uint64) (bench.Client, error) {
	n, err := c.node(name)
	if err != nil {
		return nil, err
	}
	if n.server.Load() == nil {
		return nil, n.downError()
	}
	return &client{node: n, session: session}, nil
}

// Status implements [bench.Inspector].
func (c *Cluster) Status(name string) bench.Status {
	n := c.nodes[name]
	if n == nil {
		return bench.Status{}
	}
	s := n.server.Load()
	if s == nil {
		return bench.Status{}
	}
	return s.Status()
}

// Cost implements [bench.Coster].
func (c *Cluster) Cost() bench.Cost {
	var cost bench.Cost
	cost.Messages, cost.Bytes = c.fabric.Cost()
	for _, n := range c.nodes {
		syncs, bytes := n.cost()
		cost.Syncs += syncs
		cost.DiskBytes += bytes
	}
	return cost
}

// Close implements [bench.Cluster]. Nodes are stopped as by a kill: a graceful
// end would only take time. It is no event. Closing again does nothing.
func (c *Cluster) Close() error {
	c.traps.close()
	var errs []error
	for _, n := range c.nodes {
		if err := n.kill(); err != nil && !errors.Is(err, errDown) {
			errs = append(errs, fmt.Errorf("stop node %s: %w", n.name, err))
		}
		if d := n.disk(); d != nil {
			errs = append(errs, d.Close())
		}
	}
	c.fabric.Close()
	return errors.Join(errs...)
}

func (c *Cluster) node(name string) (*node, error) {
	if n := c.nodes[name]; n != nil {
		return n, nil
	}
	return nil, fmt.Errorf("no node is called %q; there are %v", name, c.cfg.Nodes)
}
