package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// breakDisks hurts the nodes' disks in a way that stops the nodes. It keeps them
// from being started as long as that lasts: on such a disk they could not.
func breakDisks(how func(Target, amount) DiskFault) func(context.Context, Target, *fault, [][]int) (Injected, error) {
	return func(ctx context.Context, t Target, f *fault, on [][]int) (Injected, error) {
		b := &broken{kind: f.kind.Name, killer: t.Cluster.(Killer), downs: t.downs}
		for _, n := range named(t.Cluster.Nodes(), on)[0] {
			err := t.downs.bar(ctx, n)
			if err != nil {
				return nil, errors.Join(fmt.Errorf("%s %s: %w", b.kind, n, err), b.Heal(context.WithoutCancel(ctx)))
			}
			d := &brokenDisk{node: n, since: time.Now()}
			b.disks = append(b.disks, d)
			d.heal, err = t.Cluster.(Disker).HurtDisk(n, how(t, f.amount))
			if err != nil {
				d.heal = func() DiskHarm { return DiskHarm{} }
				return nil, errors.Join(fmt.Errorf("%s %s: %w", b.kind, n, err), b.Heal(context.WithoutCancel(ctx)))
			}
		}
		return b, nil
	}
}

// broken is nodes whose disks fail them.
type broken struct {
	kind   string
	killer Killer
	downs  *downs
	disks  []*brokenDisk
}

type brokenDisk struct {
	node      string
	since     time.Time
	heal      func() DiskHarm
	well      bool // the disk is healed; harm is known
	harm      DiskHarm
	lasted    time.Duration
	freed     bool
	restarted bool
}

func (b *broken) Nodes() []string {
	var nodes []string
	for _, d := range b.disks {
		nodes = append(nodes, d.node)
	}
	return nodes
}

// Heal makes the disks well, and restarts the nodes that have met their errors:
// their stores stay closed to them.
func (b *broken) Heal(ctx context.Context) error {
	var errs []error
	for _, d := range slices.Backward(b.disks) {
		if d.freed {
			continue
		}
		if !d.well {
			d.harm, d.lasted, d.well = d.heal(), time.Since(d.since), true
		}
		end, err := b.downs.free(ctx, b.killer, d.node, d.harm.Failed > 0)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", b.kind, err))
			continue
		}
		d.freed, d.restarted = true, end.runs
	}
	return errors.Join(errs...)
}

// Evidence is such as "n2 met 1 error of its disk, and was restarted after 4.00 s".
// It is enough that one node did: when most have stopped, the others may have
// nothing to write.
func (b *broken) Evidence() string {
	var all []string
	bitten := false
	for _, d := range b.disks {
		did := d.did()
		if !d.freed {
			return ""
		}
		if did == "" {
			all = append(all, d.node+" met no error")
			continue
		}
		bitten = true
		end := "was restarted after"
		if !d.restarted {
			end = "stays down for another fault after"
		}
		all = append(all, fmt.Sprintf("%s %s, and %s %s", d.node, did, end, seconds(d.lasted)))
	}
	if !bitten {
		return ""
	}
	return strings.Join(all, "; ")
}

// did says what the node met, or "".
func (d *brokenDisk) did() string {
	switch h := d.harm; {
	case h.Torn > 0:
		return fmt.Sprintf("lost power with %s bytes not forced, of which %s reached its disk", thousands(h.Torn), thousands(h.Kept))
	case h.Failed > 0:
		return fmt.Sprintf("met %s of its disk", plural(int(h.Failed), "error"))
	}
	return ""
}
