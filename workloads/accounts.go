package workloads

import (
	"slices"

	"nines/bench"
)

// paying is a source that moves money between accounts, and reads what they
// hold. One account pays, and each of the others gets as much.
//
// An account that has too little does not pay: the transaction is aborted. Money
// that moves at random is spread evenly over all ways to share it out, so of
// transfers of at most m that happens to fewer than m in Initial.
type paying struct {
	*source
	picked []uint64 // the accounts of the transaction that is being made
}

func (s *paying) Next(op *bench.Op) bool {
	cfg := &s.w.cfg
	*op = bench.Op{Kind: bench.Transact, Arg: s.ids.next(), User: s.rng.Uint32N(cfg.Users)}
	if s.rng.Float64() < *cfg.Reads {
		op.Txn = s.reading()
	} else {
		op.Txn, op.Size = s.transfer(), bench.MinValueSize
	}
	op.Key = op.Txn.Micros[0].Key
	return true
}

// reading reads all accounts, or some.
func (s *paying) reading() *bench.Txn {
	if s.w.kind.ReadsAll {
		txn := &bench.Txn{Micros: make([]bench.Micro, s.w.cfg.Accounts)}
		for i := range txn.Micros {
			txn.Micros[i] = bench.Micro{Kind: bench.Read, Key: uint64(i)}
		}
		return txn
	}
	s.pick()
	txn := &bench.Txn{Micros: make([]bench.Micro, len(s.picked))}
	for i, key := range s.picked {
		txn.Micros[i] = bench.Micro{Kind: bench.Read, Key: key}
	}
	return txn
}

func (s *paying) transfer() *bench.Txn {
	s.pick()
	amount := 1 + s.rng.Int64N(int64(s.w.kind.most))
	pays := -amount * int64(len(s.picked)-1)
	txn := &bench.Txn{Micros: make([]bench.Micro, len(s.picked))}
	for i, key := range s.picked {
		change := amount
		if i == 0 {
			change = pays
		}
		txn.Micros[i] = bench.Micro{Kind: bench.Add, Key: key, Arg: uint64(change)}
	}
	return txn
}

// pick draws Span different accounts, of different owners as far as there are
// as many.
func (s *paying) pick() {
	cfg := &s.w.cfg
	s.picked = s.picked[:0]
	for len(s.picked) < cfg.Span {
		apart := cfg.Owner != nil && len(s.picked) < cfg.Owners
		key, ok := s.draw(apart)
		if !ok { // no account of another owner
			key, _ = s.draw(false)
		}
		s.picked = append(s.picked, key)
	}
}

// draw finds an account that is not picked yet, nor, if they are to be apart,
// another one of its owner. Where a few hot accounts are drawn again and again
// it takes the next ones of their neighbours.
func (s *paying) draw(apart bool) (key uint64, ok bool) {
	const draws, steps = 64, maxMicros
	for range draws {
		if key = s.w.keys.draw(s.rng); s.fits(key, apart) {
			return key, true
		}
	}
	for range min(steps, s.w.cfg.Keys) {
		if key = (key + 1) % s.w.cfg.Keys; s.fits(key, apart) {
			return key, true
		}
	}
	return 0, false
}

func (s *paying) fits(key uint64, apart bool) bool {
	if !apart {
		return !slices.Contains(s.picked, key)
	}
	owner := s.w.cfg.Owner
	return !slices.ContainsFunc(s.picked, func(k uint64) bool { return owner(k) == owner(key) })
}
