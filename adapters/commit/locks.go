package commit

import (
	"slices"

	"nines/bench"
)

// A lock of a key is held by one transaction, or shared by several that only
// read. Whoever waits for it holds nothing at this node.
type lock struct {
	exclusive bool
	holders   []*Local
	waiters   []*Local // in the order in which they came
}

// lockKey is a key that a part locks.
type lockKey struct {
	key       uint64
	exclusive bool
}

// lockKeys is what a part locks, in the order of the keys.
func lockKeys(micros []bench.Micro) []lockKey {
	keys := make([]lockKey, 0, len(micros))
	for i := range micros {
		m := &micros[i]
		exclusive := m.Kind != bench.Read && m.Kind != bench.List
		at, found := slices.BinarySearchFunc(keys, m.Key, func(k lockKey, key uint64) int {
			switch {
			case k.key < key:
				return -1
			case k.key > key:
				return 1
			}
			return 0
		})
		if !found {
			keys = slices.Insert(keys, at, lockKey{key: m.Key})
		}
		keys[at].exclusive = keys[at].exclusive || exclusive
	}
	return keys
}

// locks is the lock table of a node: every key that is locked.
type locks struct {
	keys map[uint64]*lock
	free []*lock
}

// inTheWay returns the first lock that l cannot have now, nil if there is none.
// A transaction of this node alone does not overtake those that wait; one that
// holds locks elsewhere waits for nobody who waits.
func (t *locks) inTheWay(l *Local) *lock {
	for _, k := range l.keys {
		lk := t.keys[k.key]
		if lk != nil && (k.exclusive || lk.exclusive || l.alone && len(lk.waiters) > 0) {
			return lk
		}
	}
	return nil
}

// take gives l its locks; nothing is in the way. It returns those who wait for a
// lock that l now shares, hold locks elsewhere and are younger: they must not wait
// for l.
func (t *locks) take(l *Local) (give []*Local) {
	for _, k := range l.keys {
		lk := t.keys[k.key]
		if lk == nil {
			lk = t.fresh()
			t.keys[k.key] = lk
		}
		lk.exclusive = k.exclusive
		lk.holders = append(lk.holders, l)
		if len(lk.waiters) == 0 {
			continue
		}
		lk.waiters = slices.DeleteFunc(lk.waiters, func(w *Local) bool {
			must := !w.alone && !l.alone && !w.Txn.older(l.Txn)
			if must {
				give = append(give, w)
			}
			return must
		})
	}
	return give
}

// mayWait reports whether l may wait for a lock. See the package's doc comment.
func mayWait(l *Local, lk *lock) bool {
	if l.alone {
		return true
	}
	for _, h := range lk.holders {
		if !h.alone && !l.Txn.older(h.Txn) {
			return false
		}
	}
	return true
}

// release takes l's locks away, and appends those who waited for what is free now
// to retry.
func (t *locks) release(l *Local, retry []*Local) []*Local {
	for _, k := range l.keys {
		lk := t.keys[k.key]
		lk.holders = slices.DeleteFunc(lk.holders, func(h *Local) bool { return h == l })
		if len(lk.holders) > 0 {
			continue
		}
		retry = append(retry, lk.waiters...)
		delete(t.keys, k.key)
		clear(lk.waiters)
		lk.waiters = lk.waiters[:0]
		t.free = append(t.free, lk)
	}
	return retry
}

func (t *locks) fresh() *lock {
	if n := len(t.free); n > 0 {
		lk := t.free[n-1]
		t.free = t.free[:n-1]
		return lk
	}
	return new(lock)
}
