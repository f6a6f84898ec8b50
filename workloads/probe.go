package workloads

import (
	"fmt"

	"nines/bench"
)

// ProbeKey is the key of the probes of one node: beyond every workload's keys.
// Where keys have owners, a node has a probe key for each owner; it has the node
// in its bits 0 to 15 and the owner in bits 16 to 31, where the analysis finds it.
func ProbeKey(node int) uint64 { return 1<<62 | uint64(node) }

// ownedProbes finds a probe key for every node and owner. Each node begins with
// another owner, so that an owner is asked by one node after the other. Which owner a key has
// is not ours to say, so numbers from bit 32 on are tried until it is the right
// one.
func ownedProbes(cfg *Config) ([][]uint64, error) {
	const tries = 1 << 16 // 1 in 100 nodes is missed with probability e^-655
	all := make([][]uint64, cfg.Owners)
	for node := range all {
		for i := range cfg.Owners {
			owner := (cfg.Owners + i - node) % cfg.Owners
			key := ProbeKey(node) | uint64(owner)<<16
			for try := 0; cfg.Owner(key) != owner; try++ {
				if try == tries {
					return nil, fmt.Errorf("no probe key found that belongs to owner %d of %d", owner, cfg.Owners)
				}
				key += 1 << 32
			}
			all[node] = append(all[node], key)
		}
	}
	return all, nil
}

// probeKeys are the keys that the node's probes use.
func (w *Workload) probeKeys(node int) []uint64 {
	if node < len(w.probes) {
		return w.probes[node]
	}
	return []uint64{ProbeKey(node)}
}

// Probe returns a source that writes and reads the node's probe keys in turn:
// all are written, one after the other, and then all are read. It does not end.
// Its user is one that the workload does not have.
func (w *Workload) Probe(node int) bench.Source {
	p := &probe{keys: w.probeKeys(node), user: w.cfg.Users + uint32(node), size: w.cfg.ValueSize}
	p.ids, _ = w.next()
	return p
}

type probe struct {
	keys  []uint64
	user  uint32
	size  uint32
	ids   ids
	count int // operations so far
}

func (p *probe) Next(op *bench.Op) bool {
	n := len(p.keys)
	*op = bench.Op{Kind: bench.Read, Key: p.keys[p.count%n], User: p.user}
	if p.count/n%2 == 0 {
		op.Kind, op.Arg, op.Size = bench.Write, p.ids.next(), p.size
	}
	p.count = (p.count + 1) % (2 * n)
	return true
}
