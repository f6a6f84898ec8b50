package results

import (
	"bufio"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/parquet-go/parquet-go"

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
}

const (
	rowsPerGroup = 1 << 17 // bounds what a writer holds: about 10 MB
	rowsPerBatch = 1 << 10

	schemaKey = "nines.schema" // in the file's key-value metadata
	aboutKey  = "nines.about"
	about     = "One row an operation. due_ns, sent_ns and done_ns are nanoseconds since the trial's base instant " +
		"(sent_ns and done_ns are null if the operation was dropped). node is an index into the nodes of trial.json. " +
		"class: main, probe, preload or final. outcome: ok, rejected, unknown or dropped. " +
		"arg is the id of the value written, expect the one that a cas replaces, result the one that was found (if ok)."
)

// A SampleWriter streams samples into a samples.parquet. What it holds in
// memory does not grow with the number of samples. The file appears when the
// writer is closed; after an error it never does.
type SampleWriter struct {
	// mu lets a watchdog close the file of a trial whose load engine still runs.
	// Nobody sleeps while holding it.
	mu    sync.Mutex
	file  *atomicFile
	buf   *bufio.Writer
	out   *parquet.GenericWriter[row]
	err   error // the first one; sticks
	count uint64

	rows       [rowsPerBatch]row
	sent, done [rowsPerBatch]int64 // what the rows' pointers point into
}

var _ bench.Recorder = (*SampleWriter)(nil)

var errClosed = errors.New("the file of samples is closed")

// CreateSamples starts a file of samples.
func CreateSamples(path string) (*SampleWriter, error) {
	file, err := createAtomic(path)
	if err != nil {
		return nil, err
	}
	codec, err := newPageCodec()
	if err != nil {
		file.abort()
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	buf := bufio.NewWriterSize(file.tmp, 1<<18)
	out := parquet.NewGenericWriter[row](buf,
		parquet.Compression(codec),
		parquet.MaxRowsPerRowGroup(rowsPerGroup),
		parquet.CreatedBy("nines", strconv.Itoa(Schema), ""),
		parquet.KeyValueMetadata(schemaKey, strconv.Itoa(Schema)),
		parquet.KeyValueMetadata(aboutKey, about))
	return &SampleWriter{file: file, buf: buf, out: out}, nil
}

// Record appends samples. After the first error it does nothing but return it.
func (w *SampleWriter) Record(batch []bench.Sample) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(batch) > 0 && w.err == nil {
		n := min(len(batch), rowsPerBatch)
		for i := range batch[:n] {
			w.fill(i, &batch[i])
		}
		if _, err := w.out.Write(w.rows[:n]); err != nil {
			w.err = fmt.Errorf("write %s: %w", w.file.path, err)
		}
		w.count += uint64(n)
		batch = batch[n:]
	}
	return w.err
}

func (w *SampleWriter) fill(i int, s *bench.Sample) {
	w.sent[i], w.done[i] = int64(s.Sent), int64(s.Done)
	w.rows[i] = row{
		Due: int64(s.Due), Sent: orNull(&w.sent[i]), Done: orNull(&w.done[i]),
		Session: s.Session, User: s.User, Node: uint32(s.Node),
		Class: s.Class.String(), Kind: s.Kind.String(), Outcome: s.Outcome.String(),
		Key: s.Key, Arg: s.Arg, Expect: s.Expect, Result: s.Result, Size: s.Size,
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
	defer w.file.abort()
	if errors.Is(w.err, errClosed) {
		return nil
	}
	if w.err != nil {
		return w.err
	}
	w.err = errClosed
	if err := errors.Join(w.out.Close(), w.buf.Flush()); err != nil {
		return fmt.Errorf("write %s: %w", w.file.path, err)
	}
	return w.file.commit()
}

// discard gives the file up.
func (w *SampleWriter) discard() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.file.abort()
	if w.err == nil {
		w.err = errClosed
	}
}
