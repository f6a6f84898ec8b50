package workloads

import (
	"math/rand/v2"
	"sync/atomic"

	"nines/bench"
)

// A Workload makes sources. Its methods may be called from many goroutines.
type Workload struct {
	kind    Entry
	cfg     Config
	keys    drawer
	seen    []atomic.Uint64 // by key: the id last seen; nil without compare-and-swap
	lists   []atomic.Uint64 // by place: the elements appended; nil but for append
	locks   []lock          // by key; nil but for lock
	probes  [][]uint64      // probe keys, by node and owner; nil without owners
	issued  atomic.Uint64   // how many keys operations were made for
	there   atomic.Uint64   // how many keys are there by now, as far as is known
	sources atomic.Uint64   // how many sources were made
}

// maxSeen bounds the keys of a workload that remembers a value of each: 128 MB.
const maxSeen = 1 << 24

func newWorkload(kind Entry, cfg Config) (*Workload, error) {
	w := &Workload{kind: kind, cfg: cfg}
	w.issued.Store(cfg.Keys)
	w.there.Store(cfg.Keys)
	w.keys = newKeys(&cfg, &w.there)
	if cfg.CAS > 0 {
		w.seen = make([]atomic.Uint64, cfg.Keys)
	}
	if kind.Micros > 0 {
		w.lists = make([]atomic.Uint64, cfg.Keys)
	}
	if kind.Lease > 0 {
		w.locks = make([]lock, cfg.Keys)
	}
	if cfg.Owner != nil {
		var err error
		if w.probes, err = ownedProbes(&cfg); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// Name returns the name that the workload was made by.
func (w *Workload) Name() string { return w.kind.Name }

// Config returns the effective configuration.
func (w *Workload) Config() Config { return w.cfg }

// Object returns what its keys hold.
func (w *Workload) Object() bench.Object { return w.kind.Object }

// CAS reports whether there are compare-and-swaps.
func (w *Workload) CAS() bool { return w.cfg.CAS > 0 || w.kind.swaps }

// Txns reports whether there are transactions.
func (w *Workload) Txns() bool { return w.kind.Txns() }

// Bank returns how many accounts there are, keys 0 … accounts-1, and the sum of
// what they hold, which no transaction changes. No accounts: no money is moved.
func (w *Workload) Bank() (accounts uint64, total int64) {
	return w.cfg.Accounts, int64(w.cfg.Accounts * w.cfg.Initial)
}

// Source returns the next source of the load itself. It does not end.
func (w *Workload) Source() bench.Source {
	s := &source{w: w}
	s.ids, s.rng = w.next()
	if w.kind.source == nil {
		return s
	}
	return w.kind.source(s)
}

// next gives the next source its ids and its random numbers.
func (w *Workload) next() (ids, *rand.Rand) {
	n := w.sources.Add(1)
	if n > maxSources {
		// 16 million sources are more goroutines than any machine has.
		panic("workloads: too many sources of one workload")
	}
	return ids(n << idBits), rand.New(rand.NewPCG(w.cfg.Seed, n))
}

// ids gives out the ids of one source: 24 bits of its number, 40 of a count.
// No two sources have the same, and none is bench.IdleValue.
type ids uint64

const (
	idBits     = 40
	maxSources = 1<<(64-idBits) - 1
)

func (i *ids) next() uint64 {
	*i++
	return uint64(*i)
}

type source struct {
	w   *Workload
	rng *rand.Rand
	ids ids
}

func (s *source) Next(op *bench.Op) bool {
	cfg := &s.w.cfg
	*op = bench.Op{Key: s.w.keys.draw(s.rng), User: s.rng.Uint32N(cfg.Users)}
	if s.rng.Float64() < *cfg.Reads {
		op.Kind = bench.Read
		return true
	}
	op.Kind, op.Arg, op.Size = bench.Write, s.ids.next(), cfg.ValueSize
	return true
}

// observing is a source with compare-and-swaps: a user who changes a value
// expects the one that a user of this workload saw last. (What the same user saw
// last would nearly always be stale where there are many users, and a
// compare-and-swap that never swaps tests little.)
type observing struct{ *source }

func (s *observing) Next(op *bench.Op) bool {
	s.source.Next(op)
	if op.Kind == bench.Write && s.rng.Float64() < s.w.cfg.CAS {
		op.Kind, op.Expect = bench.CAS, s.w.seen[op.Key].Load()
	}
	return true
}

// Observe remembers what op saw in its key. See [bench.Observer].
func (s *observing) Observe(op *bench.Op, reply bench.Reply) {
	value := reply.Value
	if op.Kind == bench.Write || op.Kind == bench.CAS && value == op.Expect {
		value = op.Arg
	}
	s.w.seen[op.Key].Store(value)
}
