package machine

import (
	"maps"
	"slices"
)

// order is the keys in rising order. It is made by the first scan, and kept from
// then on: machines that are never asked for one pay nothing. Keys are never
// taken away, and mostly added near the end, which is cheap.
type order struct {
	keys []uint64
	kept bool
}

// add adds a key that was not there.
func (o *order) add(key uint64) {
	if !o.kept {
		return
	}
	i, _ := slices.BinarySearch(o.keys, key)
	o.keys = slices.Insert(o.keys, i, key)
}

// scan returns the ids of the values of the first n keys from a key on that are
// there, in the order of the keys.
func (m *KV) scan(from uint64, n int) []uint64 {
	if !m.order.kept {
		m.order = order{slices.Sorted(maps.Keys(m.values)), true}
	}
	i, _ := slices.BinarySearch(m.order.keys, from)
	keys := m.order.keys[i:]
	if len(keys) == 0 {
		return nil
	}
	ids := make([]uint64, min(n, len(keys)))
	for i := range ids {
		ids[i] = id(m.values[keys[i]])
	}
	return ids
}
