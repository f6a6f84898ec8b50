package chaos

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// downs counts the faults that keep each node from running, so that they overlap:
// the first one that stops the node stops it, and the last one to end brings it back.
// If it has left the configuration meanwhile, an empty node joins in its place.
type downs struct {
	mu     sync.Mutex
	nodes  map[string]*hold
	spares map[string]bool // those that have been added
}

type hold struct {
	// turn is taken to stop or start the node. It is a channel, since a restart
	// may take long, and waiting for a mutex would stop virtual time.
	turn   chan struct{}
	faults int  // that must end before the node is started
	down   bool // it was stopped and not started since
	left   bool // the configuration
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

func (h *hold) give() { <-h.turn }

// bar keeps the node from being started, and leaves it alone if it runs.
func (d *downs) bar(ctx context.Context, node string) error {
	h, err := d.take(ctx, node)
	if err != nil {
		return err
	}
	defer h.give()
	h.faults++
	return nil
}

// hold stops the node, unless another fault has, and keeps it from being started.
func (d *downs) hold(ctx context.Context, c Killer, node string) (stopped bool, err error) {
	h, err := d.take(ctx, node)
	if err != nil {
		return false, err
	}
	defer h.give()
	stopped = !h.down
	if err := h.stop(c, node); err != nil {
		return false, err
	}
	h.faults++
	return stopped, nil
}

func (h *hold) stop(c Killer, node string) error {
	if h.down {
		return nil
	}
	if err := c.Kill(node); err != nil {
		return err
	}
	h.down = true
	return nil
}

// An ending is what became of a node when a fault let go of it; zero: nothing.
type ending struct {
	runs bool   // it was started
	text string // such as "then restarted"
}

// free ends a bar, a hold or a leave, and brings the node back if it was the last.
// A node that died by itself meanwhile is stopped for good before.
func (d *downs) free(ctx context.Context, c Killer, node string, died bool) (ending, error) {
	h, err := d.take(ctx, node)
	if err != nil {
		return ending{}, fmt.Errorf("bring %s back: %w", node, err)
	}
	defer h.give()
	if died {
		if err := h.stop(c, node); err != nil {
			return ending{}, fmt.Errorf("stop %s, which died: %w", node, err)
		}
	}
	var end ending
	switch {
	case h.faults > 1:
		end.text = "and stays so for another fault"
	case h.left:
		members, err := join(ctx, c.(Memberer), node)
		if err != nil {
			return ending{}, fmt.Errorf("have an empty node join in the place of %s: %w", node, err)
		}
		h.left, h.down = false, false
		end = ending{true, fmt.Sprintf("then joined empty (members: %s)", strings.Join(members, " "))}
	case h.down:
		if err := c.Restart(ctx, node); err != nil {
			return ending{}, fmt.Errorf("restart %s: %w", node, err)
		}
		h.down = false
		end = ending{true, "then restarted"}
	}
	h.faults--
	return end, nil
}

// leave has the node leave the configuration, which stops it, unless it has left, and
// returns the members that remain. If the node is held it has to be freed, also after
// an error: a change that was not confirmed may yet take effect.
func (d *downs) leave(ctx context.Context, c Memberer, node string) (members []string, held bool, err error) {
	h, err := d.take(ctx, node)
	if err != nil {
		return nil, false, err
	}
	defer h.give()
	h.faults++
	if h.left {
		return nil, true, nil
	}
	h.left, h.down = true, true
	ctx, cancel := context.WithTimeout(ctx, memberWait)
	defer cancel()
	members, err = c.Leave(ctx, node)
	return members, true, err
}

// replace has an empty node join in the place of one that runs. A change that was not
// confirmed may yet take effect: then the new node is missed, and so it is tried again.
func (d *downs) replace(ctx context.Context, c Memberer, node string) (members []string, err error) {
	h, err := d.take(ctx, node)
	if err != nil {
		return nil, err
	}
	defer h.give()
	if h.faults > 0 {
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

func join(ctx context.Context, c Memberer, node string) (members []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, memberWait)
	defer cancel()
	return c.Join(ctx, node)
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
