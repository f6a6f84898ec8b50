package history

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"nines/bench"
)

// WriteCSV writes a history as a table that [Read] reads: one row for each
// operation, in the order in which they were due. phase says in words what went on
// when it was due. A history that it cannot write is an [Unwritable].
func WriteCSV(w io.Writer, h *History) error {
	txns, err := h.records()
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	var names []string
	for _, c := range historyColumns {
		names = append(names, c.name)
	}
	fmt.Fprintln(out, strings.Join(names, ","))
	var row []byte
	for _, i := range inOrder(h.Samples) {
		s := &h.Samples[i]
		row = row[:0]
		for column := range allColumns {
			if column > 0 {
				row = append(row, ',')
			}
			row = h.cell(row, column, s, txns)
		}
		if _, err := out.Write(append(row, '\n')); err != nil {
			return fmt.Errorf("write history: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}

// inOrder are the operations by when they were due.
func inOrder(samples []bench.Sample) []int32 {
	order := make([]int32, len(samples))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return int(min(1, max(-1, samples[a].Due-samples[b].Due))) })
	return order
}

func byID(records []bench.TxnRecord) map[uint64]*bench.TxnRecord {
	of := make(map[uint64]*bench.TxnRecord, len(records))
	for i := range records {
		of[records[i].ID] = &records[i]
	}
	return of
}

// cell appends one cell of an operation.
func (h *History) cell(b []byte, column int, s *bench.Sample, txns map[uint64]*bench.TxnRecord) []byte {
	answered := s.Outcome == bench.OK
	var record *bench.TxnRecord // of one that was dropped there is none
	if s.Kind == bench.Transact {
		record = txns[s.Arg]
	}
	switch column {
	case colSession:
		return strconv.AppendUint(b, s.Session, 10)
	case colNode:
		return append(b, quoted(h.node(s))...)
	case colKind:
		return append(b, h.kind(s)...)
	case colKey:
		return strconv.AppendUint(b, s.Key, 10)
	case colArg:
		switch {
		case record != nil:
			return append(b, quoted(string(appendMicros(nil, record.Txn, nil)))...)
		case s.Kind == bench.Write || s.Kind == bench.CAS:
			return appendValue(b, s.Arg)
		}
	case colResult:
		switch {
		case record != nil && answered:
			return append(b, quoted(string(appendMicros(nil, record.Txn, record.Reply)))...)
		case record == nil && answered && s.Kind != bench.Write:
			return h.appendResult(b, s)
		}
	case colExpect:
		if s.Kind == bench.CAS {
			return appendValue(b, s.Expect)
		}
	case colOutcome:
		return append(b, s.Outcome.String()...)
	case colDue:
		return appendMillis(b, s.Due)
	case colSent:
		return appendMillis(b, s.Sent)
	case colDone:
		return appendMillis(b, s.Done)
	case colUser:
		return strconv.AppendUint(b, uint64(s.User), 10)
	case colClass:
		return append(b, s.Class.String()...)
	case colSize:
		return strconv.AppendUint(b, uint64(s.Size), 10)
	case colObject:
		return append(b, h.object(s)...)
	case colPhase:
		return append(b, quoted(h.phase(s))...)
	}
	return b
}

// kind is what an operation is called.
func (h *History) kind(s *bench.Sample) string {
	switch {
	case s.Kind != bench.CAS || h.object(s) != bench.Locks:
		return s.Kind.String()
	case bench.Held(s.Arg):
		return acquire
	}
	return release
}

// object is what the key of an operation holds; empty: a register.
func (h *History) object(s *bench.Sample) bench.Object {
	if h.Facts.Object == bench.Registers || s.Class == bench.Probe {
		return ""
	}
	return h.Facts.Object
}

// appendResult writes what a read or a swap found. A counter that nobody added to
// is at 0.
func (h *History) appendResult(b []byte, s *bench.Sample) []byte {
	if h.object(s) == bench.Counters {
		return strconv.AppendInt(b, int64(s.Result), 10)
	}
	return appendValue(b, s.Result)
}

func (h *History) node(s *bench.Sample) string {
	if int(s.Node) < len(h.Facts.Nodes) {
		return h.Facts.Nodes[s.Node]
	}
	return fmt.Sprintf("n%d", s.Node+1)
}

// phase is what went on when an operation was due.
func (h *History) phase(s *bench.Sample) string {
	switch {
	case s.Class == bench.Preload || s.Class == bench.Final:
		return s.Class.String()
	case s.Due < 0:
		return "warm-up"
	}
	phase := "before"
	for i, f := range h.Faults {
		switch {
		case f.NA != "" || s.Due < f.Start:
		case s.Due < f.End || f.End <= f.Start:
			return fmt.Sprintf("during %d %s", i+1, f.Fault)
		default:
			phase = "after"
		}
	}
	return phase
}

// appendValue writes a value; that of an absent key is nil. Balances may be below
// zero, and ids are not so large.
func appendValue(b []byte, v uint64) []byte {
	if v == bench.IdleValue {
		return append(b, "nil"...)
	}
	return strconv.AppendInt(b, int64(v), 10)
}

// appendMillis writes an instant in ms, to the nanosecond; never is empty.
func appendMillis(b []byte, at time.Duration) []byte {
	if at == bench.Never {
		return b
	}
	if at < 0 {
		b, at = append(b, '-'), -at
	}
	b = strconv.AppendInt(b, int64(at/time.Millisecond), 10)
	part := int64(at % time.Millisecond)
	if part == 0 {
		return b
	}
	b = append(b, '.')
	for scale := int64(time.Millisecond) / 10; part > 0; scale /= 10 {
		b = append(b, '0'+byte(part/scale))
		part %= scale
	}
	return b
}

// quoted writes a cell; one that has commas or quotes is quoted.
func quoted(text string) string {
	if !strings.ContainsAny(text, ",\"\n") {
		return text
	}
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}
