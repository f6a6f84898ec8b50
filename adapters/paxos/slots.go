package paxos

// slots is what a node has accepted, by slot. A value is as records.go says; nil
// is a gap.
type slots struct {
	base   uint64   // slots up to it are compacted: they were chosen and applied
	values [][]byte // of slots base+1 …
}

// last is the highest slot with a value, or base.
func (s *slots) last() uint64 { return s.base + uint64(len(s.values)) }

// at returns the value in a slot, nil if there is none.
func (s *slots) at(slot uint64) []byte {
	if slot <= s.base || slot > s.last() {
		return nil
	}
	return s.values[slot-s.base-1]
}

// put sets the value of a slot above base.
func (s *slots) put(slot uint64, value []byte) {
	for s.last() < slot {
		s.values = append(s.values, nil)
	}
	s.values[slot-s.base-1] = value
}

// in returns the values of slots from to to, all above base and none above last.
func (s *slots) in(from, to uint64) [][]byte { return s.values[from-s.base-1 : to-s.base] }

// cut drops the slots up to base.
func (s *slots) cut(base uint64) {
	if base <= s.base {
		return
	}
	k := min(base-s.base, uint64(len(s.values)))
	clear(s.values[:k]) // the array stays until it is outgrown; what is in it need not
	s.values = s.values[k:]
	s.base = base
}
