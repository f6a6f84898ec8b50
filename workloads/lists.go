package workloads

import (
	"slices"

	"nines/bench"
)

// appending is a source of transactions that append to lists and read lists.
//
// There are Keys places, of which the distribution draws. A place stands for one
// key until MaxWrites elements were appended there, and then for a fresh one, so
// that lists stay short: place p stands for the keys p, p+Keys, p+2·Keys and so
// on. All sources count together, so what several sources make depends on how
// they take turns.
type appending struct {
	*source
	places []uint64 // of the transaction that is being made
}

func (s *appending) Next(op *bench.Op) bool {
	cfg := &s.w.cfg
	*op = bench.Op{Kind: bench.Transact, Arg: s.ids.next(), User: s.rng.Uint32N(cfg.Users)}
	micros := make([]bench.Micro, 1+s.rng.IntN(cfg.Micros))
	s.pick(min(cfg.Span, len(micros), int(min(cfg.Keys, maxMicros))))
	for i := range micros {
		m := &micros[i]
		place := s.places[s.rng.IntN(len(s.places))]
		if s.rng.Float64() < *cfg.Reads {
			m.Kind, m.Key = bench.List, s.w.listKey(place, s.w.lists[place].Load())
			continue
		}
		m.Kind, m.Key, m.Arg = bench.Append, s.w.listKey(place, s.w.lists[place].Add(1)-1), s.ids.next()
		op.Size = bench.MinValueSize
	}
	op.Key, op.Txn = micros[0].Key, &bench.Txn{Micros: micros}
	return true
}

// pick draws at most n different places. Where they are hot, there are fewer.
func (s *appending) pick(n int) {
	s.places = s.places[:0]
	for range n {
		if p := s.w.keys.draw(s.rng); !slices.Contains(s.places, p) {
			s.places = append(s.places, p)
		}
	}
}

// listKey is the key that a place stands for after so many elements.
func (w *Workload) listKey(place, elements uint64) uint64 {
	return place + w.cfg.Keys*(elements/w.cfg.MaxWrites)
}

// listKeys is the number of keys, from 0, that places have stood for until now.
func (w *Workload) listKeys() uint64 {
	var most uint64
	for i := range w.lists {
		most = max(most, w.lists[i].Load()/w.cfg.MaxWrites)
	}
	return w.cfg.Keys * (most + 1)
}
