package history

import (
	"strconv"

	"nines/bench"
)

// microNames are how micro-operations are written.
var microNames = map[bench.Kind]string{
	bench.Read: "r", bench.List: "r", bench.Write: "w", bench.Append: "append", bench.CAS: "cas", bench.Add: "add",
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
		case bench.Read, bench.List:
			b = appendFound(b, m, r, i)
		case bench.Add:
			b = strconv.AppendInt(b, int64(m.Arg), 10)
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
	case m.Kind == bench.Read:
		return appendValue(b, r.Found[i].Value)
	}
	b = append(b, '[')
	for j, e := range r.Found[i].List {
		if j > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendUint(b, e, 10)
	}
	return append(b, ']')
}
