package hashiraft

import (
	"fmt"
	"slices"
)

// Set implements [raft.StableStore].
func (l *logStore) Set(key []byte, value []byte) error {
	<-l.turn
	l.mu.Lock()
	l.stable[string(key)] = slices.Clone(value)
	l.mu.Unlock()
	err := l.disk.Append(stableRecord(string(key), value))
	l.turn <- struct{}{}
	if err == nil {
		err = l.disk.Sync()
	}
	if l.check(err) != nil {
		return fmt.Errorf("store %s: %w", key, err)
	}
	return nil
}

// Get implements [raft.StableStore].
func (l *logStore) Get(key []byte) ([]byte, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.stable[string(key)], nil
}

// keyTerm is the library's key for the current term.
const keyTerm = "CurrentTerm"

// SetUint64 implements [raft.StableStore]. It reports no error for the current
// term: the library would panic. The node is silent by then, so nobody hears of
// a term that is not on disk.
func (l *logStore) SetUint64(key []byte, value uint64) error {
	if old, _ := l.GetUint64(key); old == value {
		return nil
	}
	err := l.Set(key, order.AppendUint64(nil, value))
	if string(key) == keyTerm {
		return nil
	}
	return err
}

// GetUint64 implements [raft.StableStore].
func (l *logStore) GetUint64(key []byte) (uint64, error) {
	v, _ := l.Get(key)
	switch len(v) {
	case 0:
		return 0, nil
	case 8:
		return order.Uint64(v), nil
	default:
		return 0, fmt.Errorf("%s has %d bytes, not 8", key, len(v))
	}
}
