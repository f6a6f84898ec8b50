package history

import (
	"fmt"
	"strconv"

	"nines/bench"
)

// microNames are how micro-operations are written.
var microNames = map[bench.Kind]string{
	bench.Read: "r", bench.List: "r", bench.Write: "w", bench.Append: "append", bench.CAS: "cas", bench.Add: "add",
	bench.Pop: "pop", bench.Scan: "scan",
}

// elles are the micro-operations that Elle takes.
var elles = map[bench.Kind]bool{bench.Read: true, bench.List: true, bench.Write: true, bench.Append: true}

// An Unwritable is why a history is not exported. It is told before anything of it is
// written.
type Unwritable struct{ text string }

func (u *Unwritable) Error() string { return u.text }

// records finds the transactions of a history by their ids. It refuses what no reader
// could make sense of.
func (h *History) records() (map[uint64]*bench.TxnRecord, error) {
	txns := byID(h.Txns)
	for i := range h.Samples {
		s := &h.Samples[i]
		if s.Kind != bench.Transact || s.Outcome == bench.Dropped {
			continue
		}
		r := txns[s.Arg]
		switch {
		case r == nil:
			return nil, unwritable("transaction %d has no record of what it asked for", s.Arg)
		case s.Outcome == bench.OK && (r.Reply == nil || len(r.Reply.Found) != len(r.Txn.Micros)):
			return nil, unwritable("the record of transaction %d does not say what each of its micro-operations found", s.Arg)
		}
		for _, m := range r.Txn.Micros {
			if microNames[m.Kind] == "" {
				return nil, unwritable("transaction %d has a micro-operation of the kind %v, which has no name in a history", s.Arg, m.Kind)
			}
		}
	}
	return txns, nil
}

func unwritable(format string, args ...any) error { return &Unwritable{fmt.Sprintf(format, args...)} }

// elle reports whether the history is one that Elle takes.
func (h *History) elle() bool {
	if o := h.Facts.Object; o != "" && o != bench.Lists {
		return false
	}
	for _, r := range h.Txns {
		for _, m := range r.Txn.Micros {
			if !elles[m.Kind] {
				return false
			}
		}
	}
	return len(h.Txns) > 0
}

// appendMicros writes a transaction as Elle has it, with what its reads found; r is
// nil if that is not known.
func appendMicros(b []byte, t *bench.Txn, r *bench.TxnReply) []byte {
	b = append(b, '[')
	for i := range t.Micros {
		m := &t.Micros[i]
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(append(append(b, "[:"...), microNames[m.Kind]...), ' ')
		b = append(strconv.AppendUint(b, m.Key, 10), ' ')
		switch m.Kind {
		case bench.Read, bench.List, bench.Pop:
			b = appendFound(b, m, r, i)
		case bench.Add:
			b = strconv.AppendInt(b, int64(m.Arg), 10)
			if r != nil {
				b = strconv.AppendInt(append(b, ' '), int64(r.Found[i].Value), 10)
			}
		case bench.Scan:
			b = strconv.AppendUint(b, m.Arg, 10)
			if r != nil {
				b = appendFound(append(b, ' '), m, r, i)
			}
		case bench.CAS:
			b = appendValue(append(appendValue(b, m.Expect), ' '), m.Arg)
		default:
			b = appendValue(b, m.Arg)
		}
		b = append(b, ']')
	}
	return append(b, ']')
}

func appendFound(b []byte, m *bench.Micro, r *bench.TxnReply, i int) []byte {
	switch {
	case r == nil:
		return append(b, "nil"...)
	case m.Kind == bench.Read || m.Kind == bench.Pop:
		return appendValue(b, r.Found[i].Value)
	}
	return appendList(b, r.Found[i].List)
}

func appendList(b []byte, list []uint64) []byte {
	b = append(b, '[')
	for i, e := range list {
		if i > 0 {
			b = append(b, ' ')
		}
		b = appendValue(b, e)
	}
	return append(b, ']')
}
