package inproc

import (
	"fmt"
	"slices"

	"nines/chaos"
)

// HurtLink implements [chaos.Linker].
func (c *Cluster) HurtLink(from, to string, f chaos.LinkFault) (func() chaos.LinkHarm, error) {
	return c.fabric.HurtLink(from, to, f)
}

// HurtDisk implements [chaos.Disker].
func (c *Cluster) HurtDisk(name string, f chaos.DiskFault) (func() chaos.DiskHarm, error) {
	n, err := c.node(name)
	if err != nil {
		return nil, err
	}
	if n.out.Load() {
		return nil, fmt.Errorf("hurt the disk of node %s: it is no member of the cluster", name)
	}
	return n.disk().Hurt(f), nil
}

// HurtClock implements [chaos.Clocker].
func (c *Cluster) HurtClock(name string, f chaos.ClockFault) (func() chaos.ClockHarm, error) {
	n, err := c.node(name)
	if err != nil {
		return nil, err
	}
	return n.clock.Hurt(f), nil
}

// Hurts implements [chaos.Sufferer].
func (c *Cluster) Hurts() []string {
	all := c.fabric.Hurts()
	for _, name := range slices.Concat(c.cfg.Nodes, c.spares) {
		n := c.nodes[name]
		if d := n.disk(); d != nil {
			for _, f := range d.Hurts() {
				all = append(all, fmt.Sprintf("disk of %s (%v)", name, f))
			}
		}
		for _, f := range n.clock.Hurts() {
			all = append(all, fmt.Sprintf("clock of %s (%v)", name, f))
		}
	}
	return all
}
