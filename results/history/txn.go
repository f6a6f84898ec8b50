package history

import (
	"bytes"
	"errors"
	"fmt"

	"nines/bench"
	"nines/results/history/edn"
)

// scalar is the text by which a value is told from others: that of a number or a
// name is itself.
func scalar(v *edn.Value) []byte {
	switch v.Kind {
	case edn.Nil:
		return nil
	case edn.String, edn.Number, edn.Bool, edn.Symbol:
		return []byte(v.Text)
	case edn.Keyword:
		return append([]byte(":"), v.Text...)
	}
	text := []byte(v.Kind.String())
	for i := range v.Items {
		text = append(append(text, ' '), scalar(&v.Items[i])...)
	}
	return text
}

// A wrong is what is wrong with a value, and where in it.
type wrong struct {
	at   *edn.Value
	text string
}

func (w *wrong) Error() string { return w.text }

func wrongf(at *edn.Value, format string, args ...any) error {
	return &wrong{at, fmt.Sprintf(format, args...)}
}

// ask reads what a transaction asked for.
func (b *builder) ask(v *edn.Value) (*bench.Txn, error) {
	if !v.Sequence() || len(v.Items) == 0 {
		return nil, wrongf(v, "%s is no transaction: want micro-operations such as [[:append 1 2] [:r 1 nil]]", what(v))
	}
	t := &bench.Txn{Micros: make([]bench.Micro, len(v.Items))}
	for i := range v.Items {
		m := &v.Items[i]
		form, ok := micros[name(m)]
		if !ok || len(m.Items) != form.items+1 {
			want := form.text
			if !ok {
				want = allForms()
			}
			return nil, wrongf(m, "%s is no micro-operation: want %s", what(m), want)
		}
		t.Micros[i] = bench.Micro{Kind: form.kind, Key: b.keys.number(scalar(&m.Items[1]))}
		if form.take == nil {
			continue
		}
		if err := form.take(b, &t.Micros[i], m.Items[2:]); err != nil {
			return nil, wrongf(m, "%v", err)
		}
	}
	return t, nil
}

// found reads what an answered transaction found: the same micro-operations, with
// what their reads read.
func (b *builder) found(t *bench.Txn, v *edn.Value) (*bench.TxnReply, error) {
	if !v.Sequence() || len(v.Items) != len(t.Micros) {
		return nil, wrongf(v, "what the transaction found is not told for each of its %d micro-operations", len(t.Micros))
	}
	r := &bench.TxnReply{Found: make([]bench.Found, len(v.Items))}
	for i := range v.Items {
		m := &v.Items[i]
		form, ok := micros[name(m)]
		more := len(m.Items) - 1 - form.items
		if !ok || more < 0 || more > form.more || form.kind != t.Micros[i].Kind || b.keys.number(scalar(&m.Items[1])) != t.Micros[i].Key {
			return nil, wrongf(m, "%s is not micro-operation %d of what was asked", what(m), i+1)
		}
		if form.find == nil {
			continue
		}
		if err := form.find(b, &t.Micros[i], &r.Found[i], m.Items[2:]); err != nil {
			return nil, wrongf(m, "%v", err)
		}
	}
	return r, nil
}

// name is that of a micro-operation; "" if v is none.
func name(v *edn.Value) string {
	if !v.Sequence() || len(v.Items) == 0 || v.Items[0].Kind != edn.Keyword && v.Items[0].Kind != edn.String {
		return ""
	}
	return v.Items[0].Text
}

// what shows a value in an error.
func what(v *edn.Value) string {
	switch {
	case v.Kind == edn.Nil:
		return "nil"
	case len(v.Text) > 0:
		return quote([]byte(v.Text))
	case name(v) != "":
		return fmt.Sprintf("[:%s …] with %d items", v.Items[0].Text, len(v.Items))
	}
	return v.Kind.String()
}

// add makes a record of a transaction, and returns its id.
func (b *builder) add(t *bench.Txn) (id uint64) {
	id = uint64(len(b.txns) + 1)
	b.txns = append(b.txns, bench.TxnRecord{ID: id, Txn: t})
	return id
}

// transaction reads the cells of a transaction.
func (r *row) transaction(s *bench.Sample) (ok bool) {
	t, err := r.asked(r.cells[colArg])
	if err != nil {
		return r.wrong(colArg, "%v", err)
	}
	s.Key, s.Arg = t.Micros[0].Key, r.add(t)
	if s.Outcome != bench.OK {
		return true
	}
	answer, err := one(r.cells[colResult])
	if err == nil {
		r.txns[len(r.txns)-1].Reply, err = r.found(t, answer)
	}
	if err != nil {
		return r.wrong(colResult, "%v", err)
	}
	return true
}

func (r *row) asked(cell []byte) (*bench.Txn, error) {
	v, err := one(cell)
	if err != nil {
		return nil, err
	}
	return r.ask(v)
}

// one reads the micro-operations of a cell.
func one(cell []byte) (*edn.Value, error) {
	all := &edn.Value{Kind: edn.Vector}
	err := edn.NewReader(bytes.NewReader(cell)).Each(func(v *edn.Value) error {
		all.Items = append(all.Items, *v)
		return nil
	})
	var syntax *edn.SyntaxError
	if errors.As(err, &syntax) {
		return nil, fmt.Errorf("%s (at byte %d): want micro-operations such as [[:append 1 2] [:r 1 nil]]", syntax.Text, syntax.Col)
	}
	return all, err
}
