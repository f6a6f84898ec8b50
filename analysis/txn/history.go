package txn

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"nines/bench"
)

// A history is the transactions of a trial. They are numbered by when they were
// sent, so that smaller numbers make earlier witnesses.
type history struct {
	samples []bench.Sample
	nodes   []string
	strict  bool

	ops      []op
	keys     []key
	keyOf    index // by name
	written  []written
	writtenC index // by key and value or element
	lists    []listRead
	regs     []regRead
	next     index // by key and version: the operation that replaced it
	nexts    []int32

	graph     graph
	anomalies []Anomaly
}

// An op is a transaction, or a plain operation on a key that one uses.
type op struct {
	sample     int32
	txn        *bench.Txn
	found      []bench.Found // nil unless it was answered
	sent, done time.Duration // done is Never if it was not answered
	outcome    bench.Outcome
	happened   bool // it was answered, or somebody saw what it wrote
}

// use is what a key holds.
type use uint8

const (
	unused use = iota
	asRegister
	asNumber // which tells no writer from another: not for the graph
	asList
	asQueue // which loses elements, and so shows no order of all: not for the graph
)

type key struct {
	name uint64
	use  use

	longest []uint64 // of a list: the longest that was read
	by      int32    // who read it

	now state // of the transaction being looked at
}

// written is a value or an element that an operation wrote, or meant to.
type written struct {
	op    int32
	key   int32
	at    int32 // its place in the longest list; none if it is not there
	final bool  // the operation wrote nothing to the key after it
}

// newHistory joins the samples with the records of their transactions. If that
// cannot be done, why says what is missing: then there is no verdict.
func newHistory(samples []bench.Sample, records []bench.TxnRecord) (h *history, why string) {
	if len(samples) > math.MaxInt32/4 {
		return nil, fmt.Sprintf("%d samples are more than can be checked at once", len(samples))
	}
	h = &history{samples: samples, keyOf: newIndex(1024)}
	if why := h.join(records); why != "" {
		return nil, why
	}
	micros := 0
	for i := range h.ops {
		micros += len(h.ops[i].txn.Micros)
		if why := h.useKeys(&h.ops[i]); why != "" {
			return nil, why
		}
	}
	h.addPlain()
	slices.SortFunc(h.ops, func(a, b op) int {
		return cmp.Or(cmp.Compare(a.sent, b.sent), cmp.Compare(a.done, b.done), cmp.Compare(a.sample, b.sample))
	})
	h.writtenC = newIndex(micros)
	for i := range h.ops {
		if why := h.addWritten(int32(i)); why != "" {
			return nil, why
		}
	}
	return h, ""
}

// join makes an operation of each transaction that was sent.
func (h *history) join(records []bench.TxnRecord) (why string) {
	byID := newIndex(len(records))
	for i := range records {
		if r := &records[i]; r.Txn == nil {
			return fmt.Sprintf("the record of transaction %d does not say what it asked for", r.ID)
		} else if at, fresh := byID.add(r.ID, 0); !fresh || int(at) != i {
			return fmt.Sprintf("two records have the id %d", r.ID)
		}
	}
	taken := make([]bool, len(records))
	for i := range h.samples {
		s := &h.samples[i]
		if s.Kind != bench.Transact || s.Outcome == bench.Dropped {
			continue
		}
		at := byID.find(s.Arg, 0)
		if at == none {
			return fmt.Sprintf("transaction %d has no record of what it asked for", s.Arg)
		}
		if taken[at] {
			return fmt.Sprintf("two transactions have the id %d", s.Arg)
		}
		taken[at] = true
		o := op{sample: int32(i), txn: records[at].Txn, sent: s.Sent, done: s.Done, outcome: s.Outcome}
		switch s.Outcome {
		case bench.OK:
			r := records[at].Reply
			if s.Done < s.Sent || s.Done == bench.Never {
				return fmt.Sprintf("transaction %d was answered at %d ns although sent at %d ns", s.Arg, s.Done, s.Sent)
			}
			if r == nil || len(r.Found) != len(o.txn.Micros) {
				return fmt.Sprintf("the record of transaction %d does not say what each of its micro-operations found", s.Arg)
			}
			o.found, o.happened = r.Found, true
		case bench.Rejected:
		case bench.Unknown:
			o.done = bench.Never
		default:
			return fmt.Sprintf("sample %d has the outcome %v", i, s.Outcome)
		}
		h.ops = append(h.ops, o)
	}
	return ""
}

// useKeys notes what the transaction takes its keys for.
func (h *history) useKeys(o *op) (why string) {
	for _, m := range o.txn.Micros {
		var u use
		switch m.Kind {
		case bench.Read, bench.Write, bench.CAS:
			u = asRegister
		case bench.Add:
			u = asNumber
		case bench.Append, bench.List:
			u = asList
		case bench.Pop:
			u = asQueue
		default:
			return fmt.Sprintf("transaction %d has a micro-operation of the kind %v", h.samples[o.sample].Arg, m.Kind)
		}
		n, fresh := h.keyOf.add(m.Key, 0)
		if fresh {
			h.keys = append(h.keys, key{name: m.Key, by: none, now: state{op: none}})
		}
		k := &h.keys[n]
		if k.use != unused && (k.use >= asList) != (u >= asList) {
			return fmt.Sprintf("key %d is taken for a list and for something else", m.Key)
		}
		k.use = max(k.use, u) // a number is read like a register, a queue like a list
	}
	return ""
}

// addPlain counts plain operations on registers that transactions use as
// transactions.
func (h *history) addPlain() {
	for i := range h.samples {
		s := &h.samples[i]
		if s.Kind < bench.Read || s.Kind > bench.CAS || s.Outcome == bench.Dropped {
			continue
		}
		k := h.keyOf.find(s.Key, 0)
		if k == none || h.keys[k].use != asRegister {
			continue
		}
		m := bench.Micro{Kind: s.Kind, Key: s.Key, Arg: s.Arg, Expect: s.Expect}
		o := op{sample: int32(i), sent: s.Sent, done: s.Done, outcome: s.Outcome}
		switch s.Outcome {
		case bench.OK:
			if s.Kind == bench.CAS && s.Result != s.Expect {
				m = bench.Micro{Kind: bench.Read, Key: s.Key} // it left what it found
			}
			o.found, o.happened = []bench.Found{{Value: s.Result}}, true
		case bench.Unknown:
			o.done = bench.Never
		}
		o.txn = &bench.Txn{Micros: []bench.Micro{m}}
		h.ops = append(h.ops, o)
	}
}

// addWritten notes what an operation writes, or would have.
func (h *history) addWritten(n int32) (why string) {
	o := &h.ops[n]
	for _, m := range o.txn.Micros {
		k := h.keyOf.find(m.Key, 0)
		if k == none || h.keys[k].use == asNumber || h.keys[k].use == asQueue || !writes(m) {
			continue
		}
		at, fresh := h.writtenC.add(uint64(k), m.Arg)
		switch {
		case !fresh:
			return fmt.Sprintf("%d is written to key %d more than once, so that its reads tell nothing", m.Arg, m.Key)
		case h.keys[k].use == asRegister && m.Arg == bench.IdleValue:
			return fmt.Sprintf("%d, which stands for no value, is written to key %d", m.Arg, m.Key)
		}
		h.written = append(h.written, written{op: n, key: k, at: none, final: true})
		st := &h.keys[k].now
		if st.op == n {
			h.written[st.wrote].final = false
		}
		*st = state{op: n, wrote: at}
	}
	return ""
}

// writes reports whether m puts its Arg into its key.
func writes(m bench.Micro) bool {
	return m.Kind == bench.Append || m.Kind == bench.Write || m.Kind == bench.CAS && m.Arg != m.Expect
}
