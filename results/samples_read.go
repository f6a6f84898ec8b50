package results

import (
	"fmt"
	"io"
	"os"
	"slices"
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
	c := &columnReader[row]{path: path, what: "samples file"}
	defer func() {
		if p := recover(); p != nil {
			samples, err = nil, c.panicked(p)
		}
	}()
	if err := c.open(r, size, columnNames(sampleColumns)); err != nil {
		return nil, err
	}
	columns := sampleColumns
	if c.has(routeColumns[0].name) {
		if err := c.check(columnNames(routeColumns)); err != nil {
			return nil, err
		}
		columns = slices.Concat(columns, routeColumns)
	}
	for _, group := range c.file.RowGroups() {
		first := len(samples)
		n, err := c.rows(group)
		if err != nil {
			return nil, err
		}
		samples = append(samples, make([]bench.Sample, n)...)
		for _, col := range columns {
			if err := col.read(samples[first:], c.chunk(group, col.name)); err != nil {
				return nil, &FormatError{path, fmt.Sprintf("damaged in column %s of the samples from %d on: %v", col.name, first, err)}
			}
		}
	}
	return samples, nil
}

// sampleColumns says how each column of [row] goes into a sample.
var sampleColumns = []column[bench.Sample]{
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
	{"kind", func(s *bench.Sample, v *parquet.Value) bool { return parse(&s.Kind, v, bench.Read, bench.Transact) }},
	{"outcome", func(s *bench.Sample, v *parquet.Value) bool { return parse(&s.Outcome, v, bench.OK, bench.Dropped) }},
	{"key", func(s *bench.Sample, v *parquet.Value) bool { s.Key = v.Uint64(); return true }},
	{"arg", func(s *bench.Sample, v *parquet.Value) bool { s.Arg = v.Uint64(); return true }},
	{"expect", func(s *bench.Sample, v *parquet.Value) bool { s.Expect = v.Uint64(); return true }},
	{"result", func(s *bench.Sample, v *parquet.Value) bool { s.Result = v.Uint64(); return true }},
	{"size", func(s *bench.Sample, v *parquet.Value) bool { s.Size = v.Uint32(); return true }},
}

// routeColumns are missing in files of before operations were retried or hedged.
var routeColumns = []column[bench.Sample]{
	{"tries", func(s *bench.Sample, v *parquet.Value) bool {
		s.Tries = uint8(v.Uint32())
		return uint32(s.Tries) == v.Uint32()
	}},
	{"hedges", func(s *bench.Sample, v *parquet.Value) bool {
		s.Hedges = uint8(v.Uint32())
		return uint32(s.Hedges) == v.Uint32()
	}},
}

func orNever(v *parquet.Value) time.Duration {
	if v.IsNull() {
		return bench.Never
	}
	return time.Duration(v.Int64())
}
