package results

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"

	"nines/bench"
)

// ReadSamples reads a samples.parquet, in the order in which it was recorded.
// The error is a [*FormatError] if the file is not one, is truncated, or has
// another schema version.
func ReadSamples(path string) (samples []bench.Sample, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read samples: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read samples: %w", err)
	}
	return parseSamples(path, f, info.Size())
}

func parseSamples(path string, r io.ReaderAt, size int64) (samples []bench.Sample, err error) {
	// The library trusts the lengths and offsets that a file tells it.
	defer func() {
		if p := recover(); p != nil {
			samples, err = nil, &FormatError{path, fmt.Sprintf("not a nines samples file (damaged: %v)", p)}
		}
	}()
	file, err := parquet.OpenFile(r, size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return nil, &FormatError{path, fmt.Sprintf("not a nines samples file (truncated or foreign: %v)", err)}
	}
	if err := checkColumns(path, file); err != nil {
		return nil, err
	}
	rows := parquet.NewGenericReader[row](file)
	defer rows.Close()
	// The count is the file's word; do not allocate gigabytes on it.
	samples = make([]bench.Sample, 0, min(file.NumRows(), size))
	batch := make([]row, 4*rowsPerBatch)
	for {
		n, err := rows.Read(batch)
		for i := range batch[:n] {
			s, err := batch[i].sample()
			if err != nil {
				return nil, &FormatError{path, fmt.Sprintf("not a nines samples file (row %d: %v)", len(samples), err)}
			}
			samples = append(samples, s)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, &FormatError{path, fmt.Sprintf("damaged after %d samples: %v", len(samples), err)}
		}
	}
	if int64(len(samples)) != file.NumRows() {
		return nil, &FormatError{path, fmt.Sprintf("truncated: %d of %d samples", len(samples), file.NumRows())}
	}
	return samples, nil
}

func checkColumns(path string, file *parquet.File) error {
	text, ok := file.Lookup(schemaKey)
	if !ok {
		return &FormatError{path, "not a nines samples file (Parquet, but without " + schemaKey + " in its metadata)"}
	}
	version, err := strconv.Atoi(text)
	if err != nil {
		return &FormatError{path, fmt.Sprintf("not a nines samples file (its schema version is %q)", text)}
	}
	if err := checkSchema(path, "samples file", &version); err != nil {
		return err
	}
	for _, want := range parquet.SchemaOf(row{}).Columns() {
		if _, ok := file.Schema().Lookup(want...); !ok {
			return &FormatError{path, fmt.Sprintf("not a nines samples file (column %s is missing)", want[0])}
		}
	}
	return nil
}

func (r *row) sample() (bench.Sample, error) {
	s := bench.Sample{
		Due: time.Duration(r.Due), Sent: orNever(r.Sent), Done: orNever(r.Done),
		Session: r.Session, User: r.User, Node: uint16(r.Node),
		Key: r.Key, Arg: r.Arg, Expect: r.Expect, Result: r.Result, Size: r.Size,
	}
	if uint32(s.Node) != r.Node {
		return s, fmt.Errorf("node %d", r.Node)
	}
	var ok [3]bool
	s.Class, ok[0] = parse(r.Class, bench.Main, bench.Final)
	s.Kind, ok[1] = parse(r.Kind, bench.Read, bench.CAS)
	s.Outcome, ok[2] = parse(r.Outcome, bench.OK, bench.Dropped)
	if ok != [3]bool{true, true, true} {
		return s, fmt.Errorf("class %q, kind %q, outcome %q", r.Class, r.Kind, r.Outcome)
	}
	return s, nil
}

// parse finds the value between first and last that prints as text.
func parse[T interface {
	~uint8
	String() string
}](text string, first, last T) (T, bool) {
	for v := first; v <= last; v++ {
		if v.String() == text {
			return v, true
		}
	}
	return 0, false
}

func orNever(t *int64) time.Duration {
	if t == nil {
		return bench.Never
	}
	return time.Duration(*t)
}
