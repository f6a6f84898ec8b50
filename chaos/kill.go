package chaos

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"nines/bench"
)

func killNodes(ctx context.Context, t Target, f *fault, on [][]int) (Injected, error) {
	nodes := t.Cluster.Nodes()
	k := &killed{cluster: t.Cluster, downs: t.downs}
	for _, i := range on[0] {
		if err := k.kill(ctx, nodes[i]); err != nil {
			return nil, errors.Join(err, k.Heal(context.WithoutCancel(ctx)))
		}
	}
	return k, nil
}

// killed is nodes that one kill holds down.
type killed struct {
	cluster bench.Cluster
	downs   *downs
	nodes   []*corpse
}

type corpse struct {
	node  string
	since time.Time
	alive bool // was seen up although it should be down: no evidence
	freed bool // this kill no longer holds it
	end   string
}

func (k *killed) kill(ctx context.Context, node string) error {
	since := time.Now()
	if err := k.downs.hold(ctx, k.cluster.(Killer), node); err != nil {
		return fmt.Errorf("kill %s: %w", node, err)
	}
	k.nodes = append(k.nodes, &corpse{node: node, since: since, alive: k.isUp(node)})
	return nil
}

// isUp reports whether the node says that it runs.
func (k *killed) isUp(node string) bool {
	c, ok := k.cluster.(bench.Inspector)
	return ok && c.Status(node).Up
}

func (k *killed) Nodes() []string {
	var nodes []string
	for _, c := range k.nodes {
		nodes = append(nodes, c.node)
	}
	return nodes
}

func (k *killed) Heal(ctx context.Context) error {
	var errs []error
	for _, c := range k.nodes {
		if c.freed {
			continue
		}
		c.alive = c.alive || k.isUp(c.node)
		down := time.Since(c.since)
		restarted, err := k.downs.free(ctx, k.cluster.(Killer), c.node)
		if err != nil {
			errs = append(errs, fmt.Errorf("restart %s: %w", c.node, err))
			continue
		}
		c.freed = true
		c.end = fmt.Sprintf("%s was down %s, then restarted", c.node, seconds(down))
		if !restarted {
			c.end = fmt.Sprintf("%s was down %s, and stays so for another kill", c.node, seconds(down))
		}
	}
	return errors.Join(errs...)
}

func (k *killed) Evidence() string {
	var ends []string
	for _, c := range k.nodes {
		if c.alive || c.end == "" {
			return ""
		}
		ends = append(ends, c.end)
	}
	return strings.Join(ends, "; ")
}

// downs counts the kills that hold each node down, so that kills overlap: the
// first one stops the node and the last one to end restarts it.
type downs struct {
	mu    sync.Mutex
	nodes map[string]*hold
}

type hold struct {
	// turn is taken to stop or start the node. It is a channel, since a restart
	// may take long, and waiting for a mutex would stop virtual time.
	turn  chan struct{}
	kills int
}

func newDowns() *downs { return &downs{nodes: make(map[string]*hold)} }

// take returns the hold of a node with its turn taken.
func (d *downs) take(ctx context.Context, node string) (*hold, error) {
	d.mu.Lock()
	h := d.nodes[node]
	if h == nil {
		h = &hold{turn: make(chan struct{}, 1)}
		d.nodes[node] = h
	}
	d.mu.Unlock()
	select {
	case h.turn <- struct{}{}:
		return h, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (d *downs) hold(ctx context.Context, c Killer, node string) error {
	h, err := d.take(ctx, node)
	if err != nil {
		return err
	}
	defer func() { <-h.turn }()
	if h.kills == 0 {
		if err := c.Kill(node); err != nil {
			return err
		}
	}
	h.kills++
	return nil
}

func (d *downs) free(ctx context.Context, c Killer, node string) (restarted bool, err error) {
	h, err := d.take(ctx, node)
	if err != nil {
		return false, err
	}
	defer func() { <-h.turn }()
	if h.kills == 1 {
		if err := c.Restart(ctx, node); err != nil {
			return false, err
		}
	}
	h.kills--
	return h.kills == 0, nil
}
