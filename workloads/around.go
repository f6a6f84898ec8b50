package workloads

import "nines/bench"

// ProbeKey is the key of the probes of one node: beyond every workload's keys.
func ProbeKey(node int) uint64 { return 1<<62 | uint64(node) }

// Probe returns a source that writes and reads the node's probe key in turn. It
// does not end. Its user is one that the workload does not have.
func (w *Workload) Probe(node int) bench.Source {
	p := &probe{op: bench.Op{Key: ProbeKey(node), User: w.cfg.Users + uint32(node)}, size: w.cfg.ValueSize}
	p.ids, _ = w.next()
	return p
}

type probe struct {
	op   bench.Op
	ids  ids
	size uint32
}

func (p *probe) Next(op *bench.Op) bool {
	if p.op.Kind == bench.Write {
		p.op.Kind, p.op.Arg, p.op.Size = bench.Read, 0, 0
	} else {
		p.op.Kind, p.op.Arg, p.op.Size = bench.Write, p.ids.next(), p.size
	}
	*op = p.op
	return true
}

// Preload returns n sources, by index, that together write every key once.
func (w *Workload) Preload(n int) func(i int) bench.Source {
	return func(i int) bench.Source {
		s := &sweep{keys: w.cfg.Keys, next: uint64(i), step: uint64(n), write: w.cfg.ValueSize}
		s.ids, _ = w.next()
		return s
	}
}

// Final returns n sources, by index, that together read every key once that may
// ever have been written, the probe keys of the given number of nodes included.
func (w *Workload) Final(n, nodes int) func(i int) bench.Source {
	return func(i int) bench.Source {
		return &sweep{keys: w.cfg.Keys, probes: uint64(nodes), next: uint64(i), step: uint64(n)}
	}
}

// A sweep goes once through every step-th key, and then probe key.
type sweep struct {
	keys, probes uint64
	next, step   uint64
	write        uint32 // size of the values to write; 0: read
	ids          ids
}

func (s *sweep) Next(op *bench.Op) bool {
	if s.next >= s.keys+s.probes {
		return false
	}
	*op = bench.Op{Kind: bench.Read, Key: s.next}
	if s.next >= s.keys {
		op.Key = ProbeKey(int(s.next - s.keys))
	}
	if s.write > 0 {
		op.Kind, op.Arg, op.Size = bench.Write, s.ids.next(), s.write
	}
	s.next += s.step
	return true
}
