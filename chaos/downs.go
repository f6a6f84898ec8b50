package chaos

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"nines/bench"
)

// downs counts the faults that hold each node down, so that they overlap: the
// first one stops the node and the last one to end brings it back. If it has left
// the configuration meanwhile, an empty node joins in its place.
type downs struct {
	mu     sync.Mutex
	nodes  map[string]*hold
	spares map[string]bool // those that have been added
}

type hold struct {
	// turn is taken to stop or start the node. It is a channel, since a restart
	// may take long, and waiting for a mutex would stop virtual time.
	turn  chan struct{}
	kills int
	left  bool // the configuration
}

func newDowns() *downs {
	return &downs{nodes: make(map[string]*hold), spares: make(map[string]bool)}
}

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

// hold stops the node, unless it is down already.
func (d *downs) hold(ctx context.Context, c bench.Cluster, node string) error {
	h, err := d.take(ctx, node)
	if err != nil {
		return err
	}
	defer func() { <-h.turn }()
	if h.kills == 0 {
		if err := c.(Killer).Kill(node); err != nil {
			return err
		}
	}
	h.kills++
	return nil
}

// leave has the node leave the configuration, unless it has, and returns the
// members that remain. If the node is held it has to be freed, also after an error: a
// change that was not confirmed may yet take effect.
func (d *downs) leave(ctx context.Context, c bench.Cluster, node string) (members []string, held bool, err error) {
	h, err := d.take(ctx, node)
	if err != nil {
		return nil, false, err
	}
	defer func() { <-h.turn }()
	h.kills++
	if h.left {
		return nil, true, nil
	}
	h.left = true
	ctx, cancel := context.WithTimeout(ctx, memberWait)
	defer cancel()
	members, err = c.(Memberer).Leave(ctx, node)
	return members, true, err
}

// replace has an empty node join in the place of one that runs. A change that was not
// confirmed may yet take effect: then the new node is missed, and so it is tried again.
func (d *downs) replace(ctx context.Context, c bench.Cluster, node string) (members []string, err error) {
	h, err := d.take(ctx, node)
	if err != nil {
		return nil, err
	}
	defer func() { <-h.turn }()
	if h.kills > 0 {
		return nil, fmt.Errorf("another fault holds %s down", node)
	}
	members, err = join(ctx, c, node)
	if err != nil {
		if _, again := join(context.WithoutCancel(ctx), c, node); again != nil {
			return nil, fmt.Errorf("%w; and when it was tried again: %w", err, again)
		}
		return nil, fmt.Errorf("%w; it was replaced when that was tried again", err)
	}
	return members, nil
}

func join(ctx context.Context, c bench.Cluster, node string) (members []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, memberWait)
	defer cancel()
	return c.(Memberer).Join(ctx, node)
}

// free takes one fault off the node, and says what became of it then.
func (d *downs) free(ctx context.Context, c bench.Cluster, node string) (end string, err error) {
	h, err := d.take(ctx, node)
	if err != nil {
		return "", fmt.Errorf("bring %s back: %w", node, err)
	}
	defer func() { <-h.turn }()
	switch {
	case h.kills > 1:
		end = "and stays so for another fault"
	case h.left:
		members, err := join(ctx, c, node)
		if err != nil {
			return "", fmt.Errorf("have an empty node join in the place of %s: %w", node, err)
		}
		h.left = false
		end = fmt.Sprintf("then joined empty (members: %s)", strings.Join(members, " "))
	default:
		if err := c.(Killer).Restart(ctx, node); err != nil {
			return "", fmt.Errorf("restart %s: %w", node, err)
		}
		end = "then restarted"
	}
	h.kills--
	return end, nil
}

// takeSpares chooses n of the spare nodes that no other fault has added.
func (d *downs) takeSpares(all []string, n int) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var free []string
	for _, s := range all {
		if !d.spares[s] {
			free = append(free, s)
		}
	}
	if len(free) < n {
		return nil, fmt.Errorf("%s wanted, and %d of %d not in the cluster already", plural(n, "spare node"), len(free), len(all))
	}
	for _, s := range free[:n] {
		d.spares[s] = true
	}
	return free[:n], nil
}

func (d *downs) returnSpare(node string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.spares, node)
}
