package machine

import (
	"encoding/binary"
	"errors"
	"fmt"

	"nines/bench"
)

// An Effect is what micro-operations found, and what they would leave behind.
type Effect struct {
	// Found has one element for each micro-operation; if one of them failed, it
	// ends with what that one found.
	Found []bench.Found
	// Writes are the after-images: what each changed key holds in the end, in the
	// order of its first change. It is empty if a micro-operation failed.
	Writes []Write
}

// A Write is what a key holds from now on.
type Write struct {
	Key   uint64
	Value []byte // in memory of its own
}

// Execute works out what micro-operations do, in order, each seeing the changes of
// those before it. It changes nothing itself: whoever calls it makes the Writes
// stand, or drops them. read returns what a key holds, nil if it is absent; Execute
// neither changes nor keeps that. size is the length of every value that a Write or
// a CAS writes, in bytes.
//
// The error is not nil if one of them failed, and then all must be dropped: a CAS
// that met another value, an Add that would lead below zero, or an Append for which
// the list has no room left. It wraps [bench.ErrAborted]. The micro-operations are
// valid (see [ValidateTxn]), and none of them is a Scan, which needs all keys in
// order: [KV] has them.
func Execute(read func(key uint64) []byte, micros []bench.Micro, size uint32) (Effect, error) {
	e := Effect{Found: make([]bench.Found, 0, len(micros))}
	for i := range micros {
		m := &micros[i]
		w := e.written(m.Key)
		old := []byte(nil)
		if w != nil {
			old = w.Value
		} else {
			old = read(m.Key)
		}
		found, next, ok := perform(m, old, size)
		e.Found = append(e.Found, found)
		switch {
		case !ok:
			e.Writes = nil
			return e, &abortedError{i, *m, found.Value}
		case next == nil:
		case w != nil:
			w.Value = next
		default:
			e.Writes = append(e.Writes, Write{m.Key, next})
		}
	}
	return e, nil
}

// written finds the change of a key so far. There are few.
func (e *Effect) written(key uint64) *Write {
	for i := range e.Writes {
		if e.Writes[i].Key == key {
			return &e.Writes[i]
		}
	}
	return nil
}

// perform works out one micro-operation on a key that holds old. It does not
// change old; next is what the key holds then, nil if that is no news.
func perform(m *bench.Micro, old []byte, size uint32) (found bench.Found, next []byte, ok bool) {
	switch m.Kind {
	case bench.Read:
		return bench.Found{Value: id(old)}, nil, true
	case bench.List:
		return bench.Found{List: elements(old)}, nil, true
	case bench.Write:
		return bench.Found{}, value(m.Arg, size), true
	case bench.CAS:
		found.Value = id(old)
		if found.Value != m.Expect {
			return found, nil, false
		}
		return found, value(m.Arg, size), true
	case bench.Append:
		if len(old)+8 > MaxValueSize {
			return found, nil, false
		}
		next = append(make([]byte, 0, len(old)+8), old...)
		return found, binary.LittleEndian.AppendUint64(next, m.Arg), true
	case bench.Pop:
		if len(old) == 0 {
			return found, nil, true
		}
		found.Value = id(old)
		return found, append(make([]byte, 0, len(old)-8), old[8:]...), true
	case bench.Add:
		found.Value = id(old)
		was, more := int64(found.Value), int64(m.Arg)
		sum := was + more
		if sum < 0 || was < 0 && more < 0 { // below zero, or beyond what a number holds
			return found, nil, false
		}
		return found, value(uint64(sum), bench.MinValueSize), true
	default:
		panic(fmt.Sprintf("%v is no micro-operation", m.Kind))
	}
}

// value is an id followed by padding.
func value(id uint64, size uint32) []byte {
	v := make([]byte, size)
	binary.LittleEndian.PutUint64(v, id)
	return v
}

// elements takes a list apart.
func elements(list []byte) []uint64 {
	if len(list) < 8 {
		return nil
	}
	es := make([]uint64, len(list)/8)
	for i := range es {
		es[i] = binary.LittleEndian.Uint64(list[8*i:])
	}
	return es
}

// abortedError says which micro-operation failed.
type abortedError struct {
	index int // from 0
	micro bench.Micro
	found uint64
}

func (e *abortedError) Error() string {
	m := &e.micro
	switch m.Kind {
	case bench.CAS:
		return fmt.Sprintf("micro-operation %d: cas of key %d found %d, not %d: %v", e.index, m.Key, e.found, m.Expect, bench.ErrAborted)
	case bench.Add:
		return fmt.Sprintf("micro-operation %d: adding %d to key %d, which holds %d: %v", e.index, int64(m.Arg), m.Key, int64(e.found), bench.ErrAborted)
	default:
		return fmt.Sprintf("micro-operation %d: %v: the list of key %d is full: %v", e.index, m.Kind, m.Key, bench.ErrAborted)
	}
}

func (e *abortedError) Unwrap() error { return bench.ErrAborted }

const (
	// MaxMicros is how many micro-operations a transaction may have.
	MaxMicros = 4096
	// MaxScan is how many keys a scan may ask for.
	MaxScan = 10_000
)

// ErrTxn is wrapped by every error about a transaction that no system can perform.
var ErrTxn = errors.New("not a transaction")

// ValidateTxn tells what makes t no transaction, or size no length of the values
// that it writes, in bytes. If it writes none, size says nothing.
func ValidateTxn(t *bench.Txn, size uint32) error {
	if t == nil || len(t.Micros) == 0 {
		return fmt.Errorf("%w: it has no micro-operations", ErrTxn)
	}
	if n := len(t.Micros); n > MaxMicros {
		return fmt.Errorf("%w: it has %d micro-operations, the most is %d", ErrTxn, n, MaxMicros)
	}
	for i := range t.Micros {
		m := &t.Micros[i]
		switch m.Kind {
		case bench.Read, bench.List, bench.Append, bench.Add, bench.Pop:
		case bench.Scan:
			if len(t.Micros) > 1 {
				return fmt.Errorf("%w: micro-operation %d: a scan is a transaction by itself", ErrTxn, i)
			}
			if m.Arg < 1 || m.Arg > MaxScan {
				return fmt.Errorf("%w: a scan of %d keys, want 1 to %d", ErrTxn, m.Arg, MaxScan)
			}
		case bench.Write, bench.CAS:
			if m.Arg == bench.IdleValue {
				return fmt.Errorf("%w: micro-operation %d: value id %d stands for an absent key", ErrTxn, i, bench.IdleValue)
			}
			if size < bench.MinValueSize || size > MaxValueSize {
				return fmt.Errorf("%w: micro-operation %d: value of %d bytes, want %d to %d", ErrTxn, i, size, bench.MinValueSize, MaxValueSize)
			}
		default:
			return fmt.Errorf("%w: micro-operation %d: kind %v, want read, write, cas, append, list, add, pop or scan", ErrTxn, i, m.Kind)
		}
	}
	return nil
}
