package linear

import "math/bits"

// A pair is a value of a key.
type pair struct{ key, value uint64 }

// An index numbers pairs 0, 1, 2 … in the order in which they are added. It is
// a hash table with open addressing and no pointers: for a million pairs it
// takes 32 MB, and the garbage collector nothing.
type index struct {
	pairs []pair
	slots []slot // a power of two, at least half of them free
}

// A slot is free if id is 0; otherwise id-1 is the number of a pair with the
// upper half of whose hash tag agrees.
type slot struct {
	tag uint32
	id  uint32
}

func newIndex(size int) index {
	n := 1 << bits.Len(uint(max(size, 4)*2-1))
	return index{pairs: make([]pair, 0, size), slots: make([]slot, n)}
}

func (p pair) hash() uint64 {
	// Folded multiplication mixes all bits of sequential keys and values; the
	// constants are odd parts of the golden ratio and of √2.
	hi, lo := bits.Mul64(p.value+p.key*0x9e3779b97f4a7c15, 0xb504f333f9de6485)
	hi2, lo2 := bits.Mul64(hi^lo^p.key, 0x9e3779b97f4a7c15)
	return hi2 ^ lo2
}

// find returns the number of p, or none.
func (x *index) find(p pair) int32 {
	h := p.hash()
	mask := uint64(len(x.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := x.slots[i]
		if s.id == 0 {
			return none
		}
		if s.tag == uint32(h>>32) && x.pairs[s.id-1] == p {
			return int32(s.id - 1)
		}
	}
}

// add returns the number of p, and whether p is new.
func (x *index) add(p pair) (int32, bool) {
	if 2*(len(x.pairs)+1) > len(x.slots) {
		x.grow()
	}
	h := p.hash()
	mask := uint64(len(x.slots) - 1)
	i := h & mask
	for ; x.slots[i].id != 0; i = (i + 1) & mask {
		if s := x.slots[i]; s.tag == uint32(h>>32) && x.pairs[s.id-1] == p {
			return int32(s.id - 1), false
		}
	}
	x.pairs = append(x.pairs, p)
	x.slots[i] = slot{tag: uint32(h >> 32), id: uint32(len(x.pairs))}
	return int32(len(x.pairs) - 1), true
}

func (x *index) grow() {
	x.slots = make([]slot, 2*len(x.slots))
	mask := uint64(len(x.slots) - 1)
	for n, p := range x.pairs {
		h := p.hash()
		i := h & mask
		for x.slots[i].id != 0 {
			i = (i + 1) & mask
		}
		x.slots[i] = slot{tag: uint32(h >> 32), id: uint32(n + 1)}
	}
}
