package sim

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// ClusterConfig says what a [Cluster] is made of.
type ClusterConfig struct {
	Nodes int // called n1, n2 and so on
	New   step.New
	Seed  uint64 // of the machines' random numbers

	HeartbeatTicks, ElectionTicks int           // 0: 10 and 100
	Tick                          time.Duration // how long a tick lasts; 0: 5 ms
	Batch                         replica.Batch

	// Serves names the calls that a node takes although another leads, as for
	// [step.Serves]. Nil: there are none.
	Serves func(*replica.Call) bool
}

// Validate tells what is wrong with the configuration.
func (c *ClusterConfig) Validate() error {
	switch {
	case c.Nodes < 1:
		return fmt.Errorf("sim: %d nodes, want 1 or more", c.Nodes)
	case c.New == nil:
		return errors.New("sim: New is nil: there is nothing to make machines with")
	case c.Tick < 0:
		return fmt.Errorf("sim: ticks of %v: want more than 0, or 0 for the default", c.Tick)
	case c.HeartbeatTicks < 0 || c.ElectionTicks < 0:
		return fmt.Errorf("sim: %d ticks a heartbeat, %d an election: want more, or 0 for the default", c.HeartbeatTicks, c.ElectionTicks)
	}
	return nil
}

// A Cluster is nodes, and what is pending between and in them. It is not for
// concurrent use.
type Cluster struct {
	cfg     ClusterConfig
	names   []string
	nodes   []*node
	now     time.Duration
	pending []*Action // in the order in which they came up
	last    int       // number of the last action
	calls   int       // of scripts

	log    strings.Builder
	quiet  bool                                // nothing is written to log
	traps  []trap                              // of scripts
	armed  func(a *Action)                     // takes what is pending instead of pending
	point  func(n *node, p replica.Point)      // is told of protocol points
	answer func(n *node, r *step.Reply)        // is told of answers
	crash  func(n *node, written int) (at int) // how much of what was written and not durable survives
	cut    func(most int) int                  // how much of the log a compaction drops
	arrive func(n *node, in step.Input)        // gives a machine input instead of a step at once
	told   func(n *node, s bench.Status)       // looks at the status after a step

	replies []step.Reply
	events  []bench.Event
	cost    bench.Cost
	steps   int
	failed  error // of the first machine that said so
}

// New starts a cluster on empty disks.
func New(cfg ClusterConfig) (*Cluster, error) {
	c, err := newCluster(cfg)
	if err != nil {
		return nil, err
	}
	return c, c.boot()
}

func newCluster(cfg ClusterConfig) (*Cluster, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.HeartbeatTicks == 0 {
		cfg.HeartbeatTicks = 10
	}
	if cfg.ElectionTicks == 0 {
		cfg.ElectionTicks = 10 * cfg.HeartbeatTicks
	}
	if cfg.Tick == 0 {
		cfg.Tick = 5 * time.Millisecond
	}
	c := &Cluster{cfg: cfg}
	for i := range cfg.Nodes {
		c.names = append(c.names, nodeName(i))
		c.nodes = append(c.nodes, &node{c: c, self: i, name: c.names[i]})
	}
	return c, nil
}

func nodeName(i int) string { return fmt.Sprintf("n%d", i+1) }

// boot starts all nodes.
func (c *Cluster) boot() error {
	for i := range c.nodes {
		if err := c.Restart(i); err != nil {
			return err
		}
	}
	return nil
}

// Names are those of the nodes.
func (c *Cluster) Names() []string { return c.names }

// Status is that of a node, zero if it is down.
func (c *Cluster) Status(node int) bench.Status {
	if n := c.nodes[node]; n.up {
		return n.machine.Status()
	}
	return bench.Status{}
}

// Machine is that of a node, nil if it is down.
func (c *Cluster) Machine(node int) step.Machine {
	if n := c.nodes[node]; n.up {
		return n.machine
	}
	return nil
}

// Steps is how many steps machines have taken.
func (c *Cluster) Steps() int { return c.steps }

// Cost counts messages between different nodes, and forced writes.
func (c *Cluster) Cost() bench.Cost { return c.cost }

// Replies are the answers since the last call.
func (c *Cluster) Replies() []step.Reply {
	r := c.replies
	c.replies = nil
	return r
}

// Events are what was reported since the last call.
func (c *Cluster) Events() []bench.Event {
	e := c.events
	c.events = nil
	return e
}

// Log is what has been written down since the last call.
func (c *Cluster) Log() string {
	s := c.log.String()
	c.log.Reset()
	return s
}

func (c *Cluster) logf(format string, args ...any) {
	if !c.quiet {
		fmt.Fprintf(&c.log, format+"\n", args...)
	}
}

// Tick lets a node's clock go on.
func (c *Cluster) Tick(node, ticks int) {
	if n := c.nodes[node]; n.up {
		n.wake(step.Input{Ticks: ticks})
	}
}

// Call has a session ask a node for an operation; its answer is among
// [Cluster.Replies]. A node that does not lead refuses it, as one that is down.
func (c *Cluster) Call(node int, call replica.Call) error {
	n := c.nodes[node]
	if err := n.refuses(&call); err != nil {
		return err
	}
	n.wake(step.Input{Calls: []replica.Call{call}})
	return nil
}

// Crash stops a node. What was not durable is lost; messages on their way are
// not.
func (c *Cluster) Crash(node int) {
	if n := c.nodes[node]; n.up {
		c.logf("%s crashes", n.name)
		n.stop()
	}
}

// Restart starts a node that is down, with what was durable.
func (c *Cluster) Restart(node int) error {
	n := c.nodes[node]
	if n.up {
		return fmt.Errorf("restart node %s: it is running", n.name)
	}
	n.lives++
	m, err := c.cfg.New(step.Config{
		Self: node, Members: c.names,
		Rand:           rand.New(rand.NewPCG(c.cfg.Seed, uint64(node)<<32|uint64(n.lives))),
		HeartbeatTicks: c.cfg.HeartbeatTicks, ElectionTicks: c.cfg.ElectionTicks,
		Tick: c.cfg.Tick, Batch: c.cfg.Batch,
	})
	if err == nil {
		err = m.Recover(n.disk.stable())
	}
	if err != nil {
		return fmt.Errorf("start node %s: %w", n.name, err)
	}
	if n.lives > 1 {
		c.logf("%s restarts", n.name)
	}
	n.machine, n.up, n.leader = m, true, ""
	n.step(step.Input{})
	return nil
}

// Pending is what may happen next, in the order in which it came up.
func (c *Cluster) Pending() []*Action { return slices.Clone(c.pending) }

func (c *Cluster) pend(a *Action) *Action {
	c.last++
	a.ID = c.last
	if c.armed != nil {
		c.armed(a)
	} else {
		c.pending = append(c.pending, a)
	}
	return a
}

// Do has an action happen.
func (c *Cluster) Do(a *Action) {
	c.Drop(a)
	c.happen(a)
}

// Drop has an action never happen: a message is lost.
func (c *Cluster) Drop(a *Action) {
	if i := slices.Index(c.pending, a); i >= 0 {
		c.pending = slices.Delete(c.pending, i, i+1)
	}
}

// Duplicate has a message arrive once more than it would.
func (c *Cluster) Duplicate(a *Action) *Action {
	twin := *a
	return c.pend(&twin)
}

// happen does what a says, if it still means something.
func (c *Cluster) happen(a *Action) {
	n := c.nodes[a.Node]
	switch {
	case a.Kind == Deliver && !n.up:
		c.logf("#%d is lost: %s is down", a.ID, n.name)
	case a.Kind == Deliver:
		n.wake(step.Input{Messages: []step.Message{a.Message}})
	case a == n.disk.forcing:
		n.forced(a)
	case a == n.disk.saving:
		n.saved(a)
	}
}
