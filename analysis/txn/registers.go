package txn

import "nines/bench"

// A regRead is the value that a transaction found in a register and had not put
// there itself.
type regRead struct {
	op, key int32
	value   uint64
}

// readRegisters finds out which value each transaction found, and which one
// replaced that: a transaction that wrote the key too.
func (h *history) readRegisters() {
	for i := range h.keys {
		h.keys[i].now = state{op: none}
	}
	for n := range h.ops {
		if h.ops[n].found != nil {
			h.readRegister(int32(n))
		}
	}
	// An unanswered swap that somebody saw did find what it replaced, and so on.
	for {
		before := len(h.regs)
		for n := range h.ops {
			if o := &h.ops[n]; o.outcome == bench.Unknown && o.happened && h.ops[n].found == nil {
				h.swapped(int32(n))
			}
		}
		if len(h.regs) == before {
			return
		}
	}
}

func (h *history) readRegister(n int32) {
	o := &h.ops[n]
	for i, m := range o.txn.Micros {
		if m.Kind != bench.Read && m.Kind != bench.Write && m.Kind != bench.CAS {
			continue
		}
		k := h.keyOf.find(m.Key, 0)
		if h.keys[k].use != asRegister {
			continue
		}
		st := &h.keys[k].now
		if st.op != n {
			*st = state{op: n, wrote: none}
		}
		if m.Kind != bench.Write {
			found := o.found[i].Value
			if st.known && found != st.value || m.Kind == bench.CAS && found != m.Expect {
				h.internalRegister(n, k, found)
				continue
			}
			if !st.known {
				h.findRegister(n, k, found)
			}
			st.known, st.value = true, found
		}
		if writes(m) {
			st.known, st.value = true, m.Arg
		}
	}
}

// swapped notes what an unanswered transaction that took effect must have
// found, once.
func (h *history) swapped(n int32) {
	o := &h.ops[n]
	if o.found != nil {
		return
	}
	o.found = []bench.Found{} // looked at
	for i, m := range o.txn.Micros {
		if m.Kind != bench.CAS {
			continue
		}
		first := true
		for _, earlier := range o.txn.Micros[:i] {
			first = first && (earlier.Key != m.Key || earlier.Kind == bench.Read)
		}
		if k := h.keyOf.find(m.Key, 0); first && h.keys[k].use == asRegister {
			h.findRegister(n, k, m.Expect)
		}
	}
}

// findRegister notes that a transaction found a value that is not its own.
func (h *history) findRegister(n, k int32, value uint64) {
	if value != bench.IdleValue {
		w := h.writtenC.find(uint64(k), value)
		if w == none {
			h.garbage(n, k, value)
			return
		}
		if h.written[w].op == n {
			h.internalRegister(n, k, value) // before it wrote that
			return
		}
		h.happen(w, n)
		if !h.written[w].final {
			h.intermediate(n, w)
		}
	}
	h.regs = append(h.regs, regRead{op: n, key: k, value: value})
	if !h.overwrites(n, k) {
		return
	}
	v, fresh := h.next.add(uint64(k), value)
	if fresh {
		h.nexts = append(h.nexts, n)
	} else if h.nexts[v] != n {
		h.lostRegisterUpdate(h.nexts[v], n, k, value)
	}
}

// overwrites reports whether the transaction writes the register.
func (h *history) overwrites(n, k int32) bool {
	for _, m := range h.ops[n].txn.Micros {
		if m.Key == h.keys[k].name && writes(m) {
			return true
		}
	}
	return false
}
