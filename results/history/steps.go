package history

import (
	"fmt"
	"strconv"

	"nines/bench"
	"nines/results/history/edn"
)

// A step is an operation that Jepsen has a name for, and that is a transaction of
// one micro-operation here. Its value is that of one object or, as an independent
// tuple, of one of many.
//
//	:add      n            to a counter; :found is what was there
//	:enqueue  v
//	:dequeue  nil, then v  an empty queue's is a :fail whose :found is nil
//	:drain    nil, then [v …]
type step struct {
	f      string
	kind   bench.Kind
	object bench.Object
}

const (
	dequeue = "dequeue"
	drain   = "drain"
)

var steps = []step{
	{"add", bench.Add, bench.Counters},
	{"enqueue", bench.Append, bench.Queues},
	{dequeue, bench.Pop, bench.Queues},
	{drain, bench.List, bench.Queues},
}

// stepOf finds the step with a name; nil if there is none.
func stepOf(f string) *step {
	for i := range steps {
		if steps[i].f == f {
			return &steps[i]
		}
	}
	return nil
}

// named finds the step that a transaction is; nil if it is none.
func named(o bench.Object, t *bench.Txn) *step {
	if len(t.Micros) != 1 {
		return nil
	}
	for i := range steps {
		if steps[i].object == o && steps[i].kind == t.Micros[0].Kind {
			return &steps[i]
		}
	}
	return nil
}

// askedStep makes a transaction of a step.
func (j *jepsen) askedStep(s *bench.Sample, as *step, v *edn.Value) (err error) {
	if err := j.holds(as.object); err != nil {
		return wrongf(v, "%v", err)
	}
	m := bench.Micro{Kind: as.kind}
	if v.Sequence() {
		if len(v.Items) != 2 {
			return wrongf(v, "%s of %d items is no value of a :%s: want a value or [key value]", v.Kind, len(v.Items), as.f)
		}
		m.Key, v = j.keys.number(scalar(&v.Items[0])), &v.Items[1]
	}
	switch as.kind {
	case bench.Add:
		if m.Arg, err = whole(v); err != nil {
			return wrongf(v, "%v", err)
		}
	case bench.Append:
		m.Arg = j.writes(scalar(v))
	}
	s.Kind, s.Key, s.Arg = bench.Transact, m.Key, j.add(&bench.Txn{Micros: []bench.Micro{m}})
	return nil
}

// answeredStep takes what a step found. An add need not say it: then nothing is
// decided of its counter.
func (j *jepsen) answeredStep(m *bench.Micro, v, found *edn.Value) (r *bench.TxnReply, err error) {
	if v.Sequence() && len(v.Items) == 2 && (m.Kind != bench.List || v.Items[1].Sequence()) {
		v = &v.Items[1]
	}
	f := bench.Found{}
	switch m.Kind {
	case bench.Add:
		if found == nil {
			return nil, nil
		}
		if f.Value, err = whole(found); err != nil {
			return nil, wrongf(found, "%v", err)
		}
	case bench.Pop:
		if found != nil {
			v = found
		}
		f.Value = j.value(scalar(v))
	case bench.List:
		if !v.Sequence() {
			return nil, wrongf(v, "%s is nothing that a :drain finds: want [value …] or [key [value …]]", what(v))
		}
		f.List = j.elements(v)
	}
	return &bench.TxnReply{Found: []bench.Found{f}}, nil
}

// beside is what an answered operation found that its value has no place for. failed
// says that it had no effect, or cannot have had one.
func (e *ednWriter) beside(s *bench.Sample) (found []byte, failed bool) {
	if s.Kind == bench.CAS && s.Outcome == bench.OK && s.Result != s.Expect {
		return appendValue(nil, s.Result), true
	}
	r := e.txns[s.Arg]
	if s.Kind != bench.Transact || named(e.object(s), r.Txn) == nil {
		return nil, false
	}
	kind := r.Txn.Micros[0].Kind
	switch {
	case s.Outcome != bench.OK:
		return nil, kind == bench.List // it has none, and Jepsen knows no :drain that is :info
	case kind == bench.Add:
		return strconv.AppendInt(nil, int64(r.Reply.Found[0].Value), 10), false
	case kind == bench.Pop && r.Reply.Found[0].Value == bench.IdleValue:
		return []byte("nil"), true
	}
	return nil, false
}

// appendStep writes the value of a step; r is nil if what it found is not known.
func appendStep(b []byte, m *bench.Micro, r *bench.TxnReply) []byte {
	b = fmt.Appendf(b, "[%d ", m.Key)
	switch m.Kind {
	case bench.Add:
		b = strconv.AppendInt(b, int64(m.Arg), 10)
	case bench.Append:
		b = appendValue(b, m.Arg)
	default:
		b = appendFound(b, m, r, 0)
	}
	return append(b, ']')
}
