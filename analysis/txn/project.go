package txn

import (
	"errors"

	"nines/bench"
)

// Registers returns the plain operations that registers saw: those of samples
// other than Transacts, and for each Transact what it did in effect to each
// register. Where transactions are strict-serializable, these are linearizable;
// and that can be checked for one register after the other, blind writes
// included, whose order a transaction's reads do not tell. Keys that
// transactions take for lists or numbers are left out, with the plain
// operations on them. Sample from[i] is what operation i came from.
func Registers(samples []bench.Sample, records []bench.TxnRecord) (ops []bench.Sample, from []int, err error) {
	h := &history{samples: samples, keyOf: newIndex(1024)}
	if why := h.join(records); why != "" {
		return nil, nil, errors.New(why)
	}
	for i := range h.ops {
		if why := h.useKeys(&h.ops[i]); why != "" {
			return nil, nil, errors.New(why)
		}
	}
	for i := range h.keys {
		h.keys[i].now = state{op: none}
	}
	for i := range samples {
		s := &samples[i]
		if s.Kind == bench.Transact {
			continue
		}
		if k := h.keyOf.find(s.Key, 0); k == none || h.keys[k].use == asRegister {
			ops, from = append(ops, *s), append(from, i)
		}
	}
	for n := range h.ops {
		for _, s := range h.effects(int32(n)) {
			ops, from = append(ops, s), append(from, int(h.ops[n].sample))
		}
	}
	return ops, from, nil
}

// effects are what a transaction did in all to each register: it read it, wrote
// it, or replaced what it had read by something else.
func (h *history) effects(n int32) []bench.Sample {
	o := &h.ops[n]
	var out []bench.Sample
	for i, m := range o.txn.Micros {
		k := h.keyOf.find(m.Key, 0)
		if h.keys[k].use != asRegister {
			continue
		}
		st := &h.keys[k].now
		if st.op != n { // its first: what it finds is what was there before
			*st = state{op: n, wrote: int32(len(out))}
			s := h.samples[o.sample]
			s.Kind, s.Key, s.Arg, s.Expect, s.Result = bench.Read, m.Key, 0, 0, 0
			switch {
			case m.Kind == bench.Write:
				s.Kind = bench.Write
			case m.Kind == bench.CAS && writes(m): // it demands what it finds
				s.Kind, s.Expect = bench.CAS, m.Expect
			}
			if o.found != nil {
				s.Result = o.found[i].Value
			}
			out = append(out, s)
		}
		if !writes(m) {
			continue
		}
		s := &out[st.wrote]
		s.Arg = m.Arg
		switch {
		case s.Kind == bench.Read && o.found != nil:
			s.Kind, s.Expect = bench.CAS, s.Result
		case s.Kind == bench.Read: // what it found is not known, nor did it matter
			s.Kind = bench.Write
		}
	}
	return out
}
