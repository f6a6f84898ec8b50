package history

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nines/bench"
	"nines/results/history/edn"
)

// Transactions are written as Elle takes them, a vector of micro-operations:
//
//	[:r k nil]       a read, in what was asked; [:r k v] or [:r k [v …]] in what was found
//	[:append k v]    an append to a list
//	[:w k v]         a write of a register
//
// and some that Elle does not have. What they found stands at their end.
//
//	[:cas k old new]
//	[:add k n]       to a number; [:add k n was]
//	[:pop k nil]     takes the first element of a list; [:pop k v]
//	[:scan k n]      reads up to n keys from k on; [:scan k n [v …]]

// unresolved is a read of which it is not known yet whether it is of a list.
const unresolved bench.Kind = 0

// A form is how a micro-operation is written.
type form struct {
	kind  bench.Kind
	items int // after its name
	more  int // that it may have beside in what was found
	text  string
	take  func(b *builder, m *bench.Micro, items []edn.Value) error
	find  func(b *builder, m *bench.Micro, f *bench.Found, items []edn.Value) error
}

// micros are those of each name; items are those after the key.
var micros = map[string]form{
	"r":      {kind: unresolved, items: 2, text: "[:r key nil]", find: findRead},
	"w":      {kind: bench.Write, items: 2, text: "[:w key value]", take: takeWrite},
	"append": {kind: bench.Append, items: 2, text: "[:append key value]", take: takeAppend},
	"cas":    {kind: bench.CAS, items: 3, text: "[:cas key old new]", take: takeSwap, find: findSwap},
	"add":    {kind: bench.Add, items: 2, more: 1, text: "[:add key number]", take: takeAdd, find: findAdd},
	"pop":    {kind: bench.Pop, items: 2, text: "[:pop key nil]", take: takePop, find: findPop},
	"scan":   {kind: bench.Scan, items: 2, more: 1, text: "[:scan key count]", take: takeScan, find: findScan},
}

func takeWrite(b *builder, m *bench.Micro, items []edn.Value) error {
	b.wrote = true
	m.Arg = b.writes(scalar(&items[0]))
	return nil
}

func takeAppend(b *builder, m *bench.Micro, items []edn.Value) error {
	b.appended, b.uses[m.Key] = true, bench.List
	m.Arg = b.writes(scalar(&items[0]))
	return nil
}

func takeSwap(b *builder, m *bench.Micro, items []edn.Value) error {
	b.wrote = true
	m.Expect, m.Arg = b.value(scalar(&items[0])), b.writes(scalar(&items[1]))
	return nil
}

func takeAdd(_ *builder, m *bench.Micro, items []edn.Value) (err error) {
	m.Arg, err = whole(&items[0])
	return err
}

func takePop(b *builder, m *bench.Micro, _ []edn.Value) error {
	b.uses[m.Key] = bench.List
	return b.holds(bench.Queues)
}

func takeScan(b *builder, m *bench.Micro, items []edn.Value) error {
	n, ok := plain([]byte(items[0].Text))
	if !ok || n == 0 {
		return fmt.Errorf("%q is no number of keys to scan", items[0].Text)
	}
	m.Arg = n
	return b.holds(bench.Ranges)
}

func findRead(b *builder, m *bench.Micro, f *bench.Found, items []edn.Value) error {
	switch v := &items[0]; {
	case v.Sequence():
		b.uses[m.Key] = bench.List
		f.List = b.elements(v)
	case v.Kind != edn.Nil:
		b.uses[m.Key] = cmp.Or(b.uses[m.Key], bench.Read)
		f.Value = b.value(scalar(v))
	}
	return nil
}

func findSwap(_ *builder, m *bench.Micro, f *bench.Found, _ []edn.Value) error {
	f.Value = m.Expect // it was answered, so it swapped
	return nil
}

func findAdd(b *builder, _ *bench.Micro, f *bench.Found, items []edn.Value) (err error) {
	if len(items) < 2 {
		b.untold = true
		return nil
	}
	f.Value, err = whole(&items[1])
	return err
}

func findPop(b *builder, _ *bench.Micro, f *bench.Found, items []edn.Value) error {
	f.Value = b.value(scalar(&items[0]))
	return nil
}

func findScan(b *builder, _ *bench.Micro, f *bench.Found, items []edn.Value) error {
	if len(items) < 2 || !items[1].Sequence() {
		return errors.New("it does not say what the scan found: want [:scan key count [value …]]")
	}
	f.List = b.elements(&items[1])
	return nil
}

// elements are the values of a list.
func (b *builder) elements(v *edn.Value) (list []uint64) {
	for i := range v.Items {
		list = append(list, b.value(scalar(&v.Items[i])))
	}
	return list
}

// whole is a whole number, an int64.
func whole(v *edn.Value) (uint64, error) {
	n, err := strconv.ParseInt(v.Text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no whole number", v.Text)
	}
	return uint64(n), nil
}

// allForms are those of all micro-operations.
func allForms() string {
	var all []string
	for _, f := range micros {
		all = append(all, f.text)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
