package history

import (
	"fmt"

	"nines/bench"
	"nines/results"
)

// What the keys hold beside registers is said for each operation, or told by what
// is done to them. It is one thing in a history, since it chooses the check.

// holds notes what keys hold.
func (b *builder) holds(o bench.Object) error {
	switch {
	case o == bench.Registers:
		return nil // as probes' keys always do
	case b.object != "" && b.object != o:
		return fmt.Errorf("it is of %s, and what comes before is of %s: want a history of one of them", o, b.object)
	}
	b.object = o
	b.numeric = o == bench.Counters || o == bench.Accounts
	return nil
}

// fits refuses what the check of the keys' object would misread.
func (b *builder) fits() error {
	why := ""
	switch locks := b.object == bench.Locks; {
	case locks && b.opts.Lease <= 0:
		why = "it is of locks: say with --lease how long after sending its acquisition a holder no longer takes itself for one"
	case !locks && b.opts.Lease > 0:
		why = "it is not of locks, which alone have a lease: leave --lease out"
	case locks && b.wroteZero:
		why = "a lock is set to 0: want an even number above that where nobody holds it, and an odd one, the token, where somebody does"
	case (locks || b.numeric) && len(b.values.list) > 0:
		why = fmt.Sprintf("%s hold whole numbers, and %q is none", b.object, b.values.list[0])
	case b.numeric && b.untold:
		why = fmt.Sprintf("an add to %s does not say what it found: want [:add key number found]", b.object)
	}
	if why == "" {
		return nil
	}
	return &Problem{File: b.path, Text: why}
}

// bank is how many accounts there are, and what the preload filled them with in
// all; nil if there are none.
func (b *builder) bank() *results.Bank {
	if b.object != bench.Accounts {
		return nil
	}
	used := map[uint64]bool{}
	bank := &results.Bank{}
	for i := range b.samples {
		s := &b.samples[i]
		if s.Kind != bench.Transact || s.Arg == 0 {
			continue
		}
		for _, m := range b.txns[s.Arg-1].Txn.Micros {
			used[m.Key] = true
			if m.Kind == bench.Write && s.Class == bench.Preload && s.Outcome == bench.OK {
				bank.Total += int64(m.Arg)
			}
		}
	}
	bank.Accounts = uint64(len(used))
	return bank
}
