package results

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/parquet-go/parquet-go"

	"nines/bench"
)

// ReadTxns reads a txns.parquet, record by record in the order in which they
// were recorded, holding no more than a part of it. The last pair has the error,
// if there is one: a [*FormatError] if the file is not one, is truncated, or has
// another schema version. Records do not share memory with later ones. It must
// not be called in a testing/synctest bubble: see [ReadSamples].
func ReadTxns(path string) iter.Seq2[bench.TxnRecord, error] {
	return func(yield func(bench.TxnRecord, error) bool) {
		f, err := os.Open(path)
		if err != nil {
			yield(bench.TxnRecord{}, fmt.Errorf("read transactions: %w", err))
			return
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			yield(bench.TxnRecord{}, fmt.Errorf("read transactions: %w", err))
			return
		}
		parseTxns(path, f, info.Size(), yield)
	}
}

// parseTxns yields the records of r and then, perhaps, an error.
func parseTxns(path string, r io.ReaderAt, size int64, yield func(bench.TxnRecord, error) bool) {
	t := &txnReader{columnReader: columnReader[txnRow]{path: path, what: "transactions file"}}
	err := t.open(r, size, append(columnNames(microColumns), listColumn))
	if err != nil {
		yield(bench.TxnRecord{}, err)
		return
	}
	for _, group := range t.file.RowGroups() {
		if err = t.load(group); err != nil {
			break
		}
		for i := range t.micros {
			if err = t.fits(&t.micros[i]); err != nil {
				break
			}
			if t.micros[i].pos == 0 && t.pending() && !yield(t.take(), nil) {
				return
			}
			t.next = append(t.next, t.micros[i])
		}
		if err != nil {
			break
		}
		t.read += len(t.micros)
	}
	switch {
	case err != nil:
		yield(bench.TxnRecord{}, err)
	case t.pending():
		yield(t.take(), nil)
	}
}

// micro is one row as it is read.
type micro struct {
	bench.Micro
	txn   uint64
	pos   uint32
	found bench.Found
	ok    bool // found is there
}

var microColumns = []column[micro]{
	{"txn", func(m *micro, v *parquet.Value) bool { m.txn = v.Uint64(); return true }},
	{"pos", func(m *micro, v *parquet.Value) bool { m.pos = v.Uint32(); return true }},
	{"kind", func(m *micro, v *parquet.Value) bool {
		return parse(&m.Kind, v, bench.Read, bench.Scan) && m.Kind != bench.Transact
	}},
	{"key", func(m *micro, v *parquet.Value) bool { m.Key = v.Uint64(); return true }},
	{"arg", func(m *micro, v *parquet.Value) bool { m.Arg = v.Uint64(); return true }},
	{"expect", func(m *micro, v *parquet.Value) bool { m.Expect = v.Uint64(); return true }},
	{"found", func(m *micro, v *parquet.Value) bool {
		if m.ok = !v.IsNull(); m.ok {
			m.found.Value = v.Uint64()
		}
		return true
	}},
}

const listColumn = "list"

// A txnReader puts the rows of transactions together, which may begin in one row
// group and end in the next.
type txnReader struct {
	columnReader[txnRow]
	micros []micro // of the row group in hand
	next   []micro // the transaction in hand, as far as it was read
	read   int     // rows before the row group in hand
}

// load reads a row group.
func (t *txnReader) load(group parquet.RowGroup) (err error) {
	at := ""
	defer func() {
		if p := recover(); p != nil {
			err = t.panicked(p)
		} else if err != nil && at != "" {
			err = &FormatError{t.path, fmt.Sprintf("damaged in column %s of the micro-operations from %d on: %v", at, t.read, err)}
		}
	}()
	n, err := t.rows(group)
	if err != nil {
		return err
	}
	t.micros = append(t.micros[:0], make([]micro, n)...)
	for _, col := range microColumns {
		at = col.name
		if err := col.read(t.micros, t.chunk(group, at)); err != nil {
			return err
		}
	}
	at = listColumn
	return t.lists(t.chunk(group, at))
}

// lists fills in the repeated column: a value at repetition level 0 begins a
// row, and the row's list is empty if it is null (Melnik et al., "Dremel",
// VLDB 2010, section 4.1).
func (t *txnReader) lists(chunk parquet.ColumnChunk) error {
	row := -1
	err := eachBatch(chunk, func(values []parquet.Value) error {
		for i := range values {
			v := &values[i]
			if v.RepetitionLevel() == 0 {
				row++
			}
			if row < 0 || row >= len(t.micros) {
				return errors.New("more lists than rows")
			}
			if !v.IsNull() {
				l := &t.micros[row].found.List
				*l = append(*l, v.Uint64())
			}
		}
		return nil
	})
	if missing := len(t.micros) - 1 - row; err == nil && missing > 0 {
		return fmt.Errorf("%d lists are missing", missing)
	}
	return err
}

// fits checks that m begins a transaction, or goes on with the one in hand.
func (t *txnReader) fits(m *micro) error {
	if m.pos == 0 {
		return nil
	}
	if n := len(t.next); n == 0 || t.next[0].txn != m.txn || int(m.pos) != n || t.next[0].ok != m.ok {
		return t.foreign("damaged: micro-operation %d of transaction %#x does not follow the one before it", m.pos, m.txn)
	}
	return nil
}

func (t *txnReader) pending() bool { return len(t.next) > 0 }

// take makes a record of the transaction in hand.
func (t *txnReader) take() bench.TxnRecord {
	first := &t.next[0]
	r := bench.TxnRecord{ID: first.txn, Txn: &bench.Txn{Micros: make([]bench.Micro, len(t.next))}}
	if first.ok {
		r.Reply = &bench.TxnReply{Found: make([]bench.Found, len(t.next))}
	}
	for i := range t.next {
		r.Txn.Micros[i] = t.next[i].Micro
		if first.ok {
			r.Reply.Found[i] = t.next[i].found
		}
	}
	t.next = t.next[:0]
	return r
}
