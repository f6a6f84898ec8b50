package machine

import (
	"encoding/binary"
	"errors"
	"fmt"

	"nines/bench"
)

// The encodings of what transactions are made of, little endian. All begin with
// their number of elements (4 bytes). They are for logs and snapshots, and say
// what a message takes on a wire.
//
//	micro-operations: kind (1), key, expect, arg (8 each); behind the arg of a
//	                  Write or a CAS zeros up to the length of the value
//	found:            value (8), number of the list's elements (4), these (8 each)
//	writes:           key (8), length of the value (4), the value
const (
	countSize = 4
	microSize = 1 + 3*8
	foundSize = 8 + 4
	writeSize = 8 + 4
)

// ErrEncoding is wrapped by every error about bytes that are no encoding of what
// they should be.
var ErrEncoding = errors.New("damaged encoding")

// valueSize reports whether a key may hold so many bytes: a value with its id, or
// an empty list.
func valueSize(size uint32) bool {
	return size == 0 || size >= bench.MinValueSize && size <= MaxValueSize
}

// writesValue reports whether m carries a whole value.
func writesValue(m *bench.Micro) bool { return m.Kind == bench.Write || m.Kind == bench.CAS }

// MicrosSize is the length of the encoding of micro-operations, with the values
// that they write in full.
func MicrosSize(micros []bench.Micro, size uint32) int {
	n := countSize + microSize*len(micros)
	for i := range micros {
		if writesValue(&micros[i]) && size > bench.MinValueSize {
			n += int(size) - bench.MinValueSize
		}
	}
	return n
}

// AppendMicros appends the encoding of micro-operations to b. size is the length
// of the values that they write.
func AppendMicros(b []byte, micros []bench.Micro, size uint32) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(micros)))
	for i := range micros {
		m := &micros[i]
		b = append(b, byte(m.Kind))
		b = binary.LittleEndian.AppendUint64(b, m.Key)
		b = binary.LittleEndian.AppendUint64(b, m.Expect)
		b = binary.LittleEndian.AppendUint64(b, m.Arg)
		if writesValue(m) && size > bench.MinValueSize {
			b = append(b, make([]byte, size-bench.MinValueSize)...)
		}
	}
	return b
}

// DecodeMicros is the inverse of [AppendMicros], for micro-operations that
// [ValidateTxn] accepts. rest is what follows.
func DecodeMicros(b []byte, size uint32) (micros []bench.Micro, rest []byte, err error) {
	r := reader{b: b}
	n := r.count(microSize, MaxMicros)
	micros = make([]bench.Micro, 0, n)
	for range n {
		m := bench.Micro{Kind: bench.Kind(r.uint8()), Key: r.uint64(), Expect: r.uint64(), Arg: r.uint64()}
		if writesValue(&m) && size > bench.MinValueSize {
			r.bytes(int(size) - bench.MinValueSize)
		}
		micros = append(micros, m)
	}
	if r.err == nil {
		r.err = ValidateTxn(&bench.Txn{Micros: micros}, size)
	}
	if r.err != nil {
		return nil, nil, fmt.Errorf("%w of micro-operations: %w", ErrEncoding, r.err)
	}
	return micros, b[r.off:], nil
}

// FoundSize is the length of the encoding of what micro-operations found.
func FoundSize(found []bench.Found) int {
	n := countSize + foundSize*len(found)
	for i := range found {
		n += 8 * len(found[i].List)
	}
	return n
}

// AppendFound appends the encoding of what micro-operations found to b.
func AppendFound(b []byte, found []bench.Found) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(found)))
	for i := range found {
		f := &found[i]
		b = binary.LittleEndian.AppendUint64(b, f.Value)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(f.List)))
		for _, e := range f.List {
			b = binary.LittleEndian.AppendUint64(b, e)
		}
	}
	return b
}

// DecodeFound is the inverse of [AppendFound]. rest is what follows.
func DecodeFound(b []byte) (found []bench.Found, rest []byte, err error) {
	r := reader{b: b}
	found = r.found()
	if r.err != nil {
		return nil, nil, fmt.Errorf("%w of what a transaction found: %w", ErrEncoding, r.err)
	}
	return found, b[r.off:], nil
}

func (r *reader) found() (found []bench.Found) {
	n := r.count(foundSize, MaxMicros)
	found = make([]bench.Found, 0, n)
	for range n {
		f := bench.Found{Value: r.uint64()}
		for range r.count(8, MaxValueSize/8) {
			f.List = append(f.List, r.uint64())
		}
		found = append(found, f)
	}
	return found
}

// WritesSize is the length of the encoding of after-images.
func WritesSize(writes []Write) int {
	n := countSize + writeSize*len(writes)
	for i := range writes {
		n += len(writes[i].Value)
	}
	return n
}

// AppendWrites appends the encoding of after-images to b.
func AppendWrites(b []byte, writes []Write) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(writes)))
	for i := range writes {
		w := &writes[i]
		b = binary.LittleEndian.AppendUint64(b, w.Key)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(w.Value)))
		b = append(b, w.Value...)
	}
	return b
}

// DecodeWrites is the inverse of [AppendWrites]. rest is what follows. The values
// are in memory of their own.
func DecodeWrites(b []byte) (writes []Write, rest []byte, err error) {
	r := reader{b: b}
	for range r.count(writeSize, MaxMicros) {
		key, size := r.uint64(), r.uint32()
		if r.err == nil && !valueSize(size) {
			r.err = fmt.Errorf("key %d has a value of %d bytes", key, size)
		}
		writes = append(writes, Write{key, append([]byte(nil), r.bytes(int(size))...)})
	}
	if r.err != nil {
		return nil, nil, fmt.Errorf("%w of writes: %w", ErrEncoding, r.err)
	}
	return writes, b[r.off:], nil
}
