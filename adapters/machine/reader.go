package machine

import (
	"encoding/binary"
	"fmt"
)

// reader takes an encoding apart. After an error it yields zeros.
type reader struct {
	b   []byte
	off int
	err error
}

func (r *reader) bytes(n int) []byte {
	if r.err == nil && len(r.b)-r.off < n {
		r.err = fmt.Errorf("it ends at byte %d, in the middle", r.off)
	}
	if r.err != nil {
		return nil
	}
	r.off += n
	return r.b[r.off-n : r.off]
}

func (r *reader) uint64() uint64 {
	if b := r.bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if b := r.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) uint8() uint8 {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// count reads how many elements follow, each of which takes at least size bytes:
// no more than what is left has room for, and than most.
func (r *reader) count(size, most int) int {
	n := int(r.uint32())
	switch {
	case r.err != nil:
		return 0
	case n > most:
		r.err = fmt.Errorf("%d elements, the most is %d", n, most)
		return 0
	case n*size > len(r.b)-r.off:
		r.err = fmt.Errorf("%d elements do not fit into the %d bytes that are left", n, len(r.b)-r.off)
		return 0
	}
	return n
}
