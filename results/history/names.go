package history

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"nines/bench"
)

// given is the least number that is given to a text that is none. Numbers of the
// file above it are given one too, so that no two texts share a number.
const given = 1 << 63

// zero stands for the value 0 if the history writes that: [bench.IdleValue] is an
// absent key's.
const zero = given - 1

// names turns texts into numbers: a number that is written plainly is itself.
type names struct {
	of   map[string]uint64
	list []string // what was given given, given+1 and so on
	own  bool     // some are themselves
}

func (n *names) number(text []byte) uint64 {
	if v, ok := plain(text); ok && v < zero {
		n.own = true
		return v
	}
	if v, ok := n.of[string(text)]; ok { // does not allocate
		return v
	}
	if n.of == nil {
		n.of = map[string]uint64{}
	}
	v := given + uint64(len(n.list))
	n.of[string(text)] = v
	n.list = append(n.list, string(text))
	return v
}

// plain reads a decimal number without sign or leading zeros.
func plain(text []byte) (v uint64, ok bool) {
	if len(text) == 0 || len(text) > 19 || text[0] == '0' && len(text) > 1 {
		return 0, false
	}
	for _, c := range text {
		if c -= '0'; c > 9 {
			return 0, false
		}
		v = v*10 + uint64(c)
	}
	return v, true
}

// short is what to take away from given numbers so that they begin at 1: that can
// be done if nothing else is a number.
func (n *names) short() uint64 {
	if n.own || len(n.list) == 0 {
		return 0
	}
	return given - 1
}

// note says which texts were given which numbers, or nothing.
func (n *names) note(what string) string {
	const most = 5
	if len(n.list) == 0 {
		return ""
	}
	var parts []string
	for i, text := range n.list[:min(most, len(n.list))] {
		parts = append(parts, fmt.Sprintf("%q is %d", text, given+uint64(i)-n.short()))
	}
	if len(n.list) > most {
		parts = append(parts, "…")
	}
	return fmt.Sprintf("%s that are no numbers were given some, %d in all: %s", what, len(n.list), strings.Join(parts, ", "))
}

// nodeNames numbers nodes in the order in which they come.
type nodeNames struct {
	of   map[string]uint16
	list []string
}

// number is that of a node; ok is false if there are too many.
func (n *nodeNames) number(text []byte) (v uint16, ok bool) {
	if v, ok := n.of[string(text)]; ok {
		return v, true
	}
	if len(n.list) == math.MaxUint16 {
		return 0, false
	}
	if n.of == nil {
		n.of = map[string]uint16{}
	}
	v = uint16(len(n.list))
	n.of[string(text)] = v
	n.list = append(n.list, string(text))
	return v, true
}

// sort puts the nodes in the order of their names, n2 before n10, and says of each
// node which one it is now.
func (n *nodeNames) sort() (now []uint16) {
	order := make([]uint16, len(n.list))
	for i := range order {
		order[i] = uint16(i)
	}
	sort.SliceStable(order, func(i, j int) bool { return before(n.list[order[i]], n.list[order[j]]) })
	now = make([]uint16, len(order))
	sorted := make([]string, len(order))
	for place, was := range order {
		now[was], sorted[place] = uint16(place), n.list[was]
	}
	n.list = sorted
	return now
}

// before orders names that end in numbers by these.
func before(a, b string) bool {
	x, y := strings.TrimRight(a, "0123456789"), strings.TrimRight(b, "0123456789")
	if x != y {
		return a < b
	}
	a, b = a[len(x):], b[len(y):]
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

// userNames numbers users; a small number is itself.
type userNames struct {
	of   map[string]uint32
	next uint32
}

func (n *userNames) number(text []byte) uint32 {
	if v, ok := plain(text); ok && v < given>>32 {
		return uint32(v)
	}
	if v, ok := n.of[string(text)]; ok {
		return v
	}
	if n.of == nil {
		n.of = map[string]uint32{}
	}
	v := given>>32 + n.next
	n.next++
	n.of[string(text)] = v
	return v
}

// absent reports whether a text stands for the value of a key that was never
// written.
func absent(text []byte) bool { return len(text) == 0 || string(text) == "nil" }

// value is the number of a value. An absent one is [bench.IdleValue]; 0 is the
// number zero until it is known whether the history writes it. Where keys hold
// numbers, a value is itself.
func (b *builder) value(text []byte) uint64 {
	switch {
	case absent(text) || b.opts.Initial != "" && string(text) == b.opts.Initial:
		return bench.IdleValue
	case b.numeric:
		if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
			return uint64(n)
		}
	case len(text) == 1 && text[0] == '0':
		b.sawZero = true
		return zero
	}
	return b.values.number(text)
}

// writes is the number of a value that is written.
func (b *builder) writes(text []byte) uint64 {
	v := b.value(text)
	b.wroteZero = b.wroteZero || v == zero
	return v
}
