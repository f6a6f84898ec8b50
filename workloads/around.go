package workloads

import "nines/bench"

// Preload returns n sources, by index, that together write every key once:
// accounts get what they hold at first. Lists, counters, queues and locks are
// absent at first, and nothing writes them.
func (w *Workload) Preload(n int) func(i int) bench.Source {
	return func(i int) bench.Source {
		s := &sweep{next: uint64(i), step: uint64(n)}
		s.ids, _ = w.next()
		switch {
		case w.kind.fresh():
		case w.cfg.Accounts > 0:
			s.keys, s.batch = w.cfg.Keys, sweepBatch
			s.micro = bench.Micro{Kind: bench.Write, Arg: w.cfg.Initial}
			s.size = bench.MinValueSize
		default:
			s.keys, s.size = w.cfg.Keys, w.cfg.ValueSize
		}
		return s
	}
}

// Final returns n sources, by index, that together read every key once that may
// ever have been written, the probe keys of the given number of nodes included.
// It is for when the load is over.
func (w *Workload) Final(n, nodes int) func(i int) bench.Source {
	var probes []uint64
	for node := range nodes {
		probes = append(probes, w.probeKeys(node)...)
	}
	all := sweep{keys: w.issued.Load(), probes: probes, step: uint64(n)}
	switch {
	case w.lists != nil:
		all.keys, all.batch = w.listKeys(), listBatch
		all.micro.Kind = bench.List
	case w.kind.Object == bench.Queues:
		all.batch = 1 // so that what reads a queue is of no other
		all.micro.Kind = bench.List
	case w.cfg.Accounts > 0:
		all.batch = sweepBatch
		if w.kind.ReadsAll {
			all.batch = w.cfg.Accounts
		}
		all.micro.Kind = bench.Read
	}
	return func(i int) bench.Source {
		s := all
		s.next = uint64(i)
		if s.batch > 0 {
			s.ids, _ = w.next()
		}
		return &s
	}
}

const (
	sweepBatch = 64 // accounts that one transaction writes or reads
	listBatch  = 16 // lists that one transaction reads
)

// A sweep goes through every step-th key, or batch of keys, and then probe key.
type sweep struct {
	keys       uint64
	probes     []uint64
	next, step uint64
	size       uint32 // of the values to write; 0: read
	ids        ids
	batch      uint64      // keys to a transaction; 0: each key is an operation
	micro      bench.Micro // what a transaction does to each key
}

func (s *sweep) Next(op *bench.Op) bool {
	steps := s.keys
	if s.batch > 0 {
		steps = (s.keys + s.batch - 1) / s.batch
	}
	at := s.next
	s.next += s.step
	switch {
	case at >= steps+uint64(len(s.probes)):
		s.next = at
		return false
	case at >= steps:
		*op = bench.Op{Kind: bench.Read, Key: s.probes[at-steps]}
	case s.batch > 0:
		s.transact(op, at*s.batch)
	case s.size > 0:
		*op = bench.Op{Kind: bench.Write, Key: at, Arg: s.ids.next(), Size: s.size}
	default:
		*op = bench.Op{Kind: bench.Read, Key: at}
	}
	return true
}

// transact makes a transaction of the batch that begins with the key first.
func (s *sweep) transact(op *bench.Op, first uint64) {
	txn := &bench.Txn{Micros: make([]bench.Micro, min(s.batch, s.keys-first))}
	for i := range txn.Micros {
		txn.Micros[i] = s.micro
		txn.Micros[i].Key = first + uint64(i)
	}
	*op = bench.Op{Kind: bench.Transact, Key: first, Arg: s.ids.next(), Size: s.size, Txn: txn}
}
