package history

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"nines/bench"
)

// Elle reads transactions only, so a history of such as it takes is written without
// its other operations, which are those of probes.

// event is an operation that was sent, or that ended, or a fault.
type event struct {
	at    time.Duration
	ended bool
	op    int32 // of Samples; -1 for a fault
	fault int32 // of Faults
}

// WriteEDN writes a history as Jepsen has it: a map for each invocation and each
// completion, in the order in which they came. A swap that did not swap, and a take
// from an empty queue, is a :fail, with what it :found beside. Operations that were
// never sent are left out. What it left out, it says in words. A history that it
// cannot write is an [Unwritable].
func WriteEDN(w io.Writer, h *History) (left string, err error) {
	txns, err := h.records()
	if err != nil {
		return "", err
	}
	events, dropped, others := h.events()
	e := &ednWriter{History: h, out: bufio.NewWriterSize(w, 1<<16), txns: txns, open: map[uint64]int32{}}
	for _, x := range events {
		switch {
		case x.op < 0:
			e.nemesis(x)
		case x.ended:
			e.complete(x.op, x.at)
		default:
			e.invoke(x.op)
		}
	}
	if err := e.out.Flush(); err != nil {
		return "", fmt.Errorf("write history: %w", err)
	}
	if dropped > 0 {
		left = fmt.Sprintf("%d operations that were dropped", dropped)
	}
	if others > 0 {
		left += fmt.Sprintf("%s%d plain operations beside the transactions", map[bool]string{true: " and "}[left != ""], others)
	}
	return left, nil
}

// events are those of all operations that are written. At one instant, invocations
// come first: operations that touch are concurrent.
func (h *History) events() (events []event, dropped, others int) {
	elle := h.elle()
	for i := range h.Samples {
		s := &h.Samples[i]
		switch {
		case s.Outcome == bench.Dropped:
			dropped++
			continue
		case elle && s.Kind != bench.Transact:
			others++
			continue
		}
		events = append(events, event{at: s.Sent, op: int32(i)})
		if s.Done != bench.Never {
			events = append(events, event{at: s.Done, ended: true, op: int32(i)})
		}
	}
	for i, f := range h.Faults {
		if f.NA != "" {
			continue
		}
		events = append(events, event{at: f.Start, op: -1, fault: int32(i)})
		if f.End > f.Start {
			events = append(events, event{at: f.HealFrom, ended: true, op: -1, fault: int32(i)}, event{at: f.End, ended: true, op: -1, fault: int32(i)})
		}
		events = append(events, event{at: f.Injected, op: -1, fault: int32(i)})
	}
	slices.SortStableFunc(events, func(a, b event) int {
		order := func(e event) int {
			if e.ended {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(order(a), order(b)))
	})
	return events, dropped, others
}

// An ednWriter writes one map a line.
type ednWriter struct {
	*History
	out   *bufio.Writer
	txns  map[uint64]*bench.TxnRecord
	open  map[uint64]int32 // by session: the operation that it performs
	ended map[int32]bool   // completed before their turn
	index int
	line  []byte
}

func (e *ednWriter) invoke(op int32) {
	s := &e.Samples[op]
	if before, ok := e.open[s.Session]; ok { // it ends now at the latest: a process does one at a time
		e.complete(before, s.Sent)
		if e.ended == nil {
			e.ended = map[int32]bool{}
		}
		e.ended[before] = true
	}
	e.open[s.Session] = op
	e.begin("invoke", s, s.Sent)
	e.line = append(e.line, ", :node "...)
	e.line = strconv.AppendQuote(e.line, e.node(s))
	if o := e.object(s); o != "" {
		e.line = fmt.Appendf(e.line, ", :object :%s", o)
		if o == bench.Locks && s.Kind == bench.CAS {
			e.line = fmt.Appendf(e.line, ", :lock :%s", e.kind(s))
		}
	}
	e.line = fmt.Appendf(e.line, ", :due %d, :user %d, :class :%s}\n", int64(s.Due), s.User, s.Class)
	e.write()
}

func (e *ednWriter) complete(op int32, at time.Duration) {
	if e.ended[op] {
		return
	}
	s := &e.Samples[op]
	delete(e.open, s.Session)
	kind := map[bench.Outcome]string{bench.OK: "ok", bench.Rejected: "fail", bench.Unknown: "info"}[s.Outcome]
	found, failed := e.beside(s)
	if failed {
		kind = "fail"
	}
	e.begin(kind, s, at)
	if len(found) > 0 {
		e.line = append(append(e.line, ", :found "...), found...)
	}
	e.line = append(e.line, "}\n"...)
	e.write()
}

// fs are what operations are called.
var fs = map[bench.Kind]string{bench.Read: "read", bench.Write: "write", bench.CAS: "cas", bench.Transact: "txn"}

// begin writes what invocations and completions have in common.
func (e *ednWriter) begin(kind string, s *bench.Sample, at time.Duration) {
	var (
		f     = fs[s.Kind]
		txn   *bench.Txn
		reply *bench.TxnReply
		as    *step
	)
	if s.Kind == bench.Transact {
		txn = e.txns[s.Arg].Txn
		if as = named(e.object(s), txn); as != nil {
			f = as.f
		}
		if kind == "ok" {
			reply = e.txns[s.Arg].Reply
		}
	}
	b := fmt.Appendf(e.line[:0], "{:index %d, :time %d, :type :%s, :process %d, :f :%s, :value ", e.index, int64(at), kind, s.Session, f)
	switch {
	case as != nil:
		b = appendStep(b, &txn.Micros[0], reply)
	case txn != nil:
		b = appendMicros(b, txn, reply)
	case s.Kind == bench.CAS:
		b = fmt.Appendf(b, "[%d [", s.Key)
		b = append(appendValue(append(appendValue(b, s.Expect), ' '), s.Arg), "]]"...)
	default:
		b = fmt.Appendf(b, "[%d ", s.Key)
		switch {
		case s.Kind == bench.Write:
			b = appendValue(b, s.Arg)
		case kind == "ok":
			b = e.appendResult(b, s)
		default:
			b = append(b, "nil"...)
		}
		b = append(b, ']')
	}
	e.line = b
}

func (e *ednWriter) write() {
	_, _ = e.out.Write(e.line) // its error sticks until Flush
	e.index++
}

func (e *ednWriter) nemesis(x event) {
	f := &e.Faults[x.fault]
	word := "start"
	if x.ended {
		word = "stop"
	}
	e.line = fmt.Appendf(e.line[:0], "{:index %d, :time %d, :type :info, :process :nemesis, :f :%s-fault%d, :value ", e.index, int64(x.at), word, x.fault+1)
	e.line = append(strconv.AppendQuote(e.line, f.Fault), "}\n"...)
	e.write()
}
