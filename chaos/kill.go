package chaos

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	if _, err := k.downs.hold(ctx, k.cluster.(Killer), node); err != nil {
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
		end, err := k.downs.free(ctx, k.cluster.(Killer), c.node, false)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		c.freed = true
		c.end = fmt.Sprintf("%s was down %s, %s", c.node, seconds(down), end.text)
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
