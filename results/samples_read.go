package results

import (
	"encoding/binary"
	"errors"
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
// another schema version. It must not be called in a testing/synctest bubble:
// the library keeps decoders for later, and those of a bubble die with it.
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
	if err := checkFrame(r, size); err != nil {
		return nil, &FormatError{path, fmt.Sprintf("not a nines samples file (%v)", err)}
	}
	file, err := parquet.OpenFile(r, size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return nil, &FormatError{path, fmt.Sprintf("not a nines samples file (damaged: %v)", err)}
	}
	if err := checkColumns(path, file); err != nil {
		return nil, err
	}
	for _, group := range file.RowGroups() {
		first := len(samples)
		if n := group.NumRows(); n < 0 || n > rowsPerGroup { // do not allocate gigabytes on the file's word
			return nil, &FormatError{path, fmt.Sprintf("not a nines samples file (%d rows in a group, at most %d are written)", n, rowsPerGroup)}
		}
		samples = append(samples, make([]bench.Sample, group.NumRows())...)
		for _, c := range sampleColumns {
			leaf, _ := file.Schema().Lookup(c.name)
			if err := c.read(samples[first:], group.ColumnChunks()[leaf.ColumnIndex]); err != nil {
				return nil, &FormatError{path, fmt.Sprintf("damaged in column %s of the samples from %d on: %v", c.name, first, err)}
			}
		}
	}
	return samples, nil
}

// sampleColumns says how each column of [row] goes into a sample. Columns are
// read one after the other, which takes a fifth of the time of reading rows.
var sampleColumns = []sampleColumn{
	{"due_ns", func(s *bench.Sample, v *parquet.Value) bool { s.Due = time.Duration(v.Int64()); return true }},
	{"sent_ns", func(s *bench.Sample, v *parquet.Value) bool { s.Sent = orNever(v); return true }},
	{"done_ns", func(s *bench.Sample, v *parquet.Value) bool { s.Done = orNever(v); return true }},
	{"session", func(s *bench.Sample, v *parquet.Value) bool { s.Session = v.Uint64(); return true }},
	{"user", func(s *bench.Sample, v *parquet.Value) bool { s.User = v.Uint32(); return true }},
	{"node", func(s *bench.Sample, v *parquet.Value) bool {
		s.Node = uint16(v.Uint32())
		return uint32(s.Node) == v.Uint32()
	}},
	{"class", func(s *bench.Sample, v *parquet.Value) bool { return parse(&s.Class, v, bench.Main, bench.Final) }},
	{"kind", func(s *bench.Sample, v *parquet.Value) bool { return parse(&s.Kind, v, bench.Read, bench.CAS) }},
	{"outcome", func(s *bench.Sample, v *parquet.Value) bool { return parse(&s.Outcome, v, bench.OK, bench.Dropped) }},
	{"key", func(s *bench.Sample, v *parquet.Value) bool { s.Key = v.Uint64(); return true }},
	{"arg", func(s *bench.Sample, v *parquet.Value) bool { s.Arg = v.Uint64(); return true }},
	{"expect", func(s *bench.Sample, v *parquet.Value) bool { s.Expect = v.Uint64(); return true }},
	{"result", func(s *bench.Sample, v *parquet.Value) bool { s.Result = v.Uint64(); return true }},
	{"size", func(s *bench.Sample, v *parquet.Value) bool { s.Size = v.Uint32(); return true }},
}

// sampleColumn is one column; set reports whether a value is possible.
type sampleColumn struct {
	name string
	set  func(*bench.Sample, *parquet.Value) bool
}

// read fills in one column of a row group.
func (c sampleColumn) read(samples []bench.Sample, chunk parquet.ColumnChunk) error {
	pages := chunk.Pages()
	defer pages.Close()
	var values [rowsPerBatch]parquet.Value
	for {
		page, err := pages.ReadPage()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		for r := page.Values(); err != io.EOF; {
			var n int
			n, err = r.ReadValues(values[:])
			if err != nil && err != io.EOF {
				return err
			}
			if n > len(samples) {
				return errors.New("more values than rows")
			}
			for i := range values[:n] {
				if !c.set(&samples[i], &values[i]) {
					return fmt.Errorf("value %v", values[i])
				}
			}
			samples = samples[n:]
		}
		parquet.Release(page)
	}
	if len(samples) > 0 {
		return fmt.Errorf("%d values are missing", len(samples))
	}
	return nil
}

// checkFrame looks at what every Parquet file begins and ends with. The library
// would make room for a footer of any length.
func checkFrame(r io.ReaderAt, size int64) error {
	const magic = "PAR1"
	var head [4]byte
	var tail [8]byte // length of the footer, magic
	if size < int64(len(head)+len(tail)) {
		return errors.New("foreign or truncated: too short")
	}
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return err
	}
	if _, err := r.ReadAt(tail[:], size-int64(len(tail))); err != nil {
		return err
	}
	switch {
	case string(head[:]) != magic:
		return errors.New("foreign: it does not begin like a Parquet file")
	case string(tail[4:]) != magic:
		return errors.New("truncated: it does not end like a Parquet file")
	case int64(binary.LittleEndian.Uint32(tail[:4])) > size-int64(len(head)+len(tail)):
		return errors.New("damaged: its footer is longer than the file")
	}
	return nil
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
	ours := parquet.SchemaOf(row{})
	for _, c := range sampleColumns {
		want, _ := ours.Lookup(c.name)
		got, ok := file.Schema().Lookup(c.name)
		if !ok {
			return &FormatError{path, fmt.Sprintf("not a nines samples file (column %s is missing)", c.name)}
		}
		if got.Node.Type().Kind() != want.Node.Type().Kind() || got.MaxRepetitionLevel > 0 {
			return &FormatError{path, fmt.Sprintf("not a nines samples file (column %s holds %v)", c.name, got.Node.Type())}
		}
	}
	return nil
}

// parse finds the value between first and last that prints as the text in v.
func parse[T interface {
	~uint8
	String() string
}](to *T, v *parquet.Value, first, last T) bool {
	text := v.ByteArray()
	for x := first; x <= last; x++ {
		if string(text) == x.String() {
			*to = x
			return true
		}
	}
	return false
}

func orNever(v *parquet.Value) time.Duration {
	if v.IsNull() {
		return bench.Never
	}
	return time.Duration(v.Int64())
}
