package history

import (
	"bytes"
	"fmt"

	"nines/bench"
)

// effect reads what the operation asked for and what it found.
func (r *row) effect(s *bench.Sample) (ok bool) {
	if s.Kind == bench.Transact && (s.Outcome != bench.Dropped || len(r.cells[colArg]) > 0) {
		return r.transaction(s)
	}
	s.Key = r.keys.number(r.cells[colKey])
	if len(r.cells[colKey]) == 0 {
		return r.wrong(colKey, "it is empty: want the key of the operation")
	}
	arg, result := r.cells[colArg], r.cells[colResult]
	switch s.Kind {
	case bench.Read:
		if s.Outcome == bench.OK {
			s.Result = r.value(result)
		}
	case bench.Write:
		if len(arg) == 0 {
			return r.wrong(colArg, "it is empty: want the value that was written")
		}
		s.Arg = r.writes(arg)
	case bench.CAS:
		return r.swap(s, arg, result)
	}
	return true
}

// swap reads a compare-and-swap. Without a result, or with "true", one that was
// answered swapped. With "false" it did not and what it found is not known, which
// tells nothing: it had no effect.
func (r *row) swap(s *bench.Sample, arg, result []byte) (ok bool) {
	from, to := r.cells[colExpect], arg
	if len(from) == 0 {
		if from, to, ok = pair(arg); !ok {
			return r.wrong(colArg, "%s does not say what a cas replaces by what: want both values, such as [1 2], or the first in a column expect", quote(arg))
		}
	}
	if acquires := bytes.EqualFold(r.cells[colKind], []byte(acquire)); acquires || bytes.EqualFold(r.cells[colKind], []byte(release)) {
		if err := r.token(to, acquires); err != nil {
			return r.wrong(colArg, "%v", err)
		}
	}
	s.Expect, s.Arg = r.value(from), r.writes(to)
	switch {
	case s.Outcome != bench.OK:
	case len(result) == 0 || string(result) == "true":
		s.Result = s.Expect
	case string(result) == "false":
		s.Outcome = bench.Rejected
	default:
		s.Result = r.value(result)
	}
	return true
}

// token wants of a swap of a lock that what it swaps in is what its name says.
func (r *row) token(to []byte, acquires bool) error {
	if n, ok := plain(to); !ok || n == 0 || n >= zero || bench.Held(n) != acquires {
		return fmt.Errorf("%s is not swapped in by this: want an odd number, the fencing token, to acquire a lock, and an even one above 0 to release it", quote(to))
	}
	return r.holds(bench.Locks)
}

// pair cuts "[a b]", "a b", "a,b", "a->b" or "a:b" in two.
func pair(text []byte) (a, b []byte, ok bool) {
	text = bytes.Trim(text, "[]() ")
	for _, between := range []string{"->", ":", ",", " "} {
		if a, b, ok = bytes.Cut(text, []byte(between)); ok {
			a, b = bytes.TrimSpace(a), bytes.TrimSpace(b)
			return a, b, len(a) > 0 && len(b) > 0
		}
	}
	return nil, nil, false
}
