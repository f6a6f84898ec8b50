package chaos

import (
	"context"
	"sync"
)

// downs counts the faults that keep each node from running, so that they overlap:
// the first one that stops the node stops it, and the last one to end restarts it.
type downs struct {
	mu    sync.Mutex
	nodes map[string]*hold
}

type hold struct {
	// turn is taken to stop or start the node. It is a channel, since a restart
	// may take long, and waiting for a mutex would stop virtual time.
	turn   chan struct{}
	faults int  // that must end before the node is started
	down   bool // it was stopped and not started since
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

// free ends a bar or a hold, and starts the node if it was the last. A node that
// died by itself meanwhile is stopped for good before.
func (d *downs) free(ctx context.Context, c Killer, node string, died bool) (restarted bool, err error) {
	h, err := d.take(ctx, node)
	if err != nil {
		return false, err
	}
	defer h.give()
	if died {
		if err := h.stop(c, node); err != nil {
			return false, err
		}
	}
	if h.faults == 1 && h.down {
		if err := c.Restart(ctx, node); err != nil {
			return false, err
		}
		h.down, restarted = false, true
	}
	h.faults--
	return restarted, nil
}
