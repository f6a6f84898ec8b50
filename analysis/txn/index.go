package txn

// An index numbers pairs in the order in which they are added, from 0. It is an
// open-addressed hash table, since the check of a long history spends most of
// its time looking things up.
type index struct {
	slots []int32 // number + 1; 0 is free
	pairs []pair
}

type pair struct{ a, b uint64 }

func newIndex(size int) index {
	n := 16
	for n < 2*size {
		n *= 2
	}
	return index{slots: make([]int32, n)}
}

// hash mixes as the finalizer of SplitMix64 does.
func (p pair) hash() uint64 {
	x := p.a*0x9E3779B97F4A7C15 ^ (p.b + 0x632BE59BD9B4E019)
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// slot is where the pair is, or where it would be.
func (x *index) slot(p pair) uint64 {
	mask := uint64(len(x.slots) - 1)
	i := p.hash() & mask
	for x.slots[i] != 0 && x.pairs[x.slots[i]-1] != p {
		i = (i + 1) & mask
	}
	return i
}

// find returns the number of a pair, or none.
func (x *index) find(a, b uint64) int32 {
	if len(x.pairs) == 0 {
		return none
	}
	return x.slots[x.slot(pair{a, b})] - 1
}

// add returns the number of a pair, which is fresh if it had none.
func (x *index) add(a, b uint64) (n int32, fresh bool) {
	if 2*(len(x.pairs)+1) > len(x.slots) {
		x.grow()
	}
	i := x.slot(pair{a, b})
	if x.slots[i] != 0 {
		return x.slots[i] - 1, false
	}
	x.pairs = append(x.pairs, pair{a, b})
	x.slots[i] = int32(len(x.pairs))
	return int32(len(x.pairs)) - 1, true
}

func (x *index) grow() {
	x.slots = make([]int32, max(16, 2*len(x.slots)))
	for n, p := range x.pairs {
		x.slots[x.slot(p)] = int32(n + 1)
	}
}
