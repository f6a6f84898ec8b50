package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

func slowSync(ctx context.Context, t Target, f *fault, on [][]int) (Injected, error) {
	nodes := t.Cluster.Nodes()
	s := &slowed{by: f.amount.d}
	for _, i := range on[0] {
		heal, err := t.Cluster.(Disker).HurtDisk(nodes[i], DiskFault{SyncDelay: s.by})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("slow-sync %s: %w", nodes[i], err), s.Heal(ctx))
		}
		s.nodes = append(s.nodes, nodes[i])
		s.heal = append(s.heal, heal)
	}
	return s, nil
}

// slowed is nodes whose disks are slow.
type slowed struct {
	by     time.Duration
	nodes  []string
	heal   []func() DiskHarm
	healed bool
	total  DiskHarm
	bitten int // nodes of which at least one sync was slowed
}

func (s *slowed) Nodes() []string { return s.nodes }

func (s *slowed) Heal(context.Context) error {
	if s.healed {
		return nil
	}
	s.healed = true
	for _, heal := range slices.Backward(s.heal) {
		harm := heal()
		s.total.Syncs += harm.Syncs
		s.total.Added += harm.Added
		if harm.Syncs > 0 {
			s.bitten++
		}
	}
	return nil
}

// Evidence is such as "312 syncs of 1 node slowed by 20ms, 6.24 s in total".
func (s *slowed) Evidence() string {
	if s.total.Syncs == 0 {
		return ""
	}
	nodes := plural(len(s.nodes), "node")
	if s.bitten < len(s.nodes) {
		nodes = fmt.Sprintf("%d of %s", s.bitten, nodes)
	}
	return fmt.Sprintf("%s syncs of %s slowed by %v, %s in total",
		thousands(s.total.Syncs), nodes, s.by, seconds(s.total.Added))
}
