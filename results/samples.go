package results

import (
	"sync"
	"time"

	"nines/bench"
)

// row is one line of samples.parquet. Its column types are plain ones (INT64,
// UINT32, UTF-8 with a dictionary), so that any reader of Parquet understands
// the file. Instants count from the base instant of the trial; null means that
// the instant never came.
type row struct {
	Due     int64  `parquet:"due_ns"`
	Sent    *int64 `parquet:"sent_ns,optional"`
	Done    *int64 `parquet:"done_ns,optional"`
	Session uint64 `parquet:"session"`
	User    uint32 `parquet:"user"`
	Node    uint32 `parquet:"node"`
	Class   string `parquet:"class,dict"`
	Kind    string `parquet:"kind,dict"`
	Outcome string `parquet:"outcome,dict"`
	Key     uint64 `parquet:"key"`
	Arg     uint64 `parquet:"arg"`
	Expect  uint64 `parquet:"expect"`
	Result  uint64 `parquet:"result"`
	Size    uint32 `parquet:"size"`
	Tries   uint32 `parquet:"tries"`
	Hedges  uint32 `parquet:"hedges"`
}

const aboutSamples = "One row an operation. due_ns, sent_ns and done_ns are nanoseconds since the trial's base instant " +
	"(sent_ns and done_ns are null if the operation was dropped). node is an index into the nodes of trial.json. " +
	"class: main, probe, preload or final. kind: read, write, cas or txn. outcome: ok, rejected, unknown or dropped. " +
	"arg is the id of the value written, expect the one that a cas replaces, result the one that was found (if ok); " +
	"the arg of a txn is its id, by which txns.parquet says what it did. tries is how often a node was asked, retries and hedges " +
	"included, hedges how many of these were sent while another was out; node is who served it, or was asked last."

// A SampleWriter streams samples into a samples.parquet. What it holds in
// memory does not grow with the number of samples. The file appears when the
// writer is closed; after an error it never does.
type SampleWriter struct {
	// mu lets a watchdog close the file of a trial whose load engine still runs.
	// Nobody sleeps while holding it.
	mu    sync.Mutex
	out   *columnFile[row]
	count uint64

	rows       [rowsPerBatch]row
	sent, done [rowsPerBatch]int64 // what the rows' pointers point into
}

var _ bench.Recorder = (*SampleWriter)(nil)

// CreateSamples starts a file of samples.
func CreateSamples(path string) (*SampleWriter, error) {
	out, err := createColumns[row](path, aboutSamples)
	if err != nil {
		return nil, err
	}
	return &SampleWriter{out: out}, nil
}

// Record appends samples. After the first error it does nothing but return it.
func (w *SampleWriter) Record(batch []bench.Sample) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(batch) > 0 && w.out.err == nil {
		n := min(len(batch), rowsPerBatch)
		for i := range batch[:n] {
			w.fill(i, &batch[i])
		}
		w.out.write(w.rows[:n]) // its error sticks
		w.count += uint64(n)
		batch = batch[n:]
	}
	return w.out.err
}

func (w *SampleWriter) fill(i int, s *bench.Sample) {
	w.sent[i], w.done[i] = int64(s.Sent), int64(s.Done)
	w.rows[i] = row{
		Due: int64(s.Due), Sent: orNull(&w.sent[i]), Done: orNull(&w.done[i]),
		Session: s.Session, User: s.User, Node: uint32(s.Node),
		Class: s.Class.String(), Kind: s.Kind.String(), Outcome: s.Outcome.String(),
		Key: s.Key, Arg: s.Arg, Expect: s.Expect, Result: s.Result, Size: s.Size,
		Tries: uint32(s.Tries), Hedges: uint32(s.Hedges),
	}
}

func orNull(t *int64) *int64 {
	if time.Duration(*t) == bench.Never {
		return nil
	}
	return t
}

// Count is the number of samples recorded so far.
func (w *SampleWriter) Count() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count
}

// Close completes the file and makes it appear, or removes it if anything went
// wrong. A second Close does nothing.
func (w *SampleWriter) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.close()
}

// discard gives the file up.
func (w *SampleWriter) discard() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out.discard()
}
