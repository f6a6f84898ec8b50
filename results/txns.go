package results

import (
	"fmt"
	"sync"

	"nines/bench"
)

// txnRow is one line of txns.parquet: one micro-operation.
type txnRow struct {
	Txn    uint64   `parquet:"txn"`
	Pos    uint32   `parquet:"pos"`
	Kind   string   `parquet:"kind,dict"`
	Key    uint64   `parquet:"key"`
	Arg    uint64   `parquet:"arg"`
	Expect uint64   `parquet:"expect"`
	Found  *uint64  `parquet:"found,optional"`
	List   []uint64 `parquet:"list"`
}

const aboutTxns = "One row a micro-operation of a transaction that was sent; those of one transaction follow each other. " +
	"txn is the arg of the transaction's row in samples.parquet, which has its outcome and its instants. pos counts from 0. " +
	"kind: read, write, cas, append, list, add, pop or scan. arg is the id of the value written, the element appended, the number added " +
	"(an int64), or how many keys a scan asks for; expect the value that a cas replaces; found what was there before, or what a pop took, null unless the transaction succeeded; " +
	"list the elements that a list found, or the ids of the values that a scan did."

// groupElements bounds the elements of lists that a row group holds, as
// rowsPerGroup bounds its rows.
const groupElements = 1 << 18

// A TxnWriter streams what transactions did into a txns.parquet. What it holds
// in memory does not grow with their number. The file appears when the writer is
// closed; after an error it never does.
type TxnWriter struct {
	mu    sync.Mutex // nobody sleeps while holding it
	out   *columnFile[txnRow]
	count uint64

	// Rows that are not written yet, and what they point into: a record is not
	// kept, since its lists may be the caller's own.
	rows     []txnRow
	found    [rowsPerBatch]uint64
	elements []uint64
	inGroup  int // elements since the row group began
}

var _ bench.TxnRecorder = (*TxnWriter)(nil)

// CreateTxns starts a file of transactions.
func CreateTxns(path string) (*TxnWriter, error) {
	out, err := createColumns[txnRow](path, aboutTxns)
	if err != nil {
		return nil, err
	}
	return &TxnWriter{out: out, rows: make([]txnRow, 0, rowsPerBatch)}, nil
}

// RecordTxn appends what one transaction asked for and got. After the first
// error it does nothing but return it.
func (w *TxnWriter) RecordTxn(r bench.TxnRecord) error {
	if r.Txn == nil || len(r.Txn.Micros) == 0 {
		return fmt.Errorf("record transaction %#x: it has no micro-operations", r.ID)
	}
	if r.Reply != nil && len(r.Reply.Found) != len(r.Txn.Micros) {
		return fmt.Errorf("record transaction %#x: the reply has %d answers to %d micro-operations", r.ID, len(r.Reply.Found), len(r.Txn.Micros))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for pos := range r.Txn.Micros {
		if len(w.rows) == rowsPerBatch {
			w.flush()
		}
		w.add(&r, pos)
	}
	w.count++
	return w.out.err
}

func (w *TxnWriter) add(r *bench.TxnRecord, pos int) {
	m := &r.Txn.Micros[pos]
	row := txnRow{Txn: r.ID, Pos: uint32(pos), Kind: m.Kind.String(), Key: m.Key, Arg: m.Arg, Expect: m.Expect}
	if r.Reply != nil {
		f := &r.Reply.Found[pos]
		at := &w.found[len(w.rows)]
		*at = f.Value
		row.Found = at
		first := len(w.elements)
		w.elements = append(w.elements, f.List...)
		row.List = w.elements[first:len(w.elements):len(w.elements)]
	}
	w.rows = append(w.rows, row)
}

// flush writes the rows in hand; its error sticks.
func (w *TxnWriter) flush() {
	w.out.write(w.rows)
	w.inGroup += len(w.elements)
	if w.inGroup >= groupElements {
		w.out.endGroup()
		w.inGroup = 0
	}
	w.rows, w.elements = w.rows[:0], w.elements[:0]
}

// Count is the number of transactions recorded so far.
func (w *TxnWriter) Count() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count
}

// Close completes the file and makes it appear, or removes it if anything went
// wrong. A second Close does nothing.
func (w *TxnWriter) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flush()
	return w.out.close()
}

// discard gives the file up.
func (w *TxnWriter) discard() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out.discard()
}
