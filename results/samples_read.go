package results

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parquet-go/parquet-go"

	"nines/bench"
)

// ReadSamples reads a samples.parquet, in the order in which it was recorded.
// The error is a [*FormatError] if the file is not one, is truncated, or has
// another schema version. It must not be called in a testing/synctest bubble:
// the library keeps decoders for later, and those of a bubble die with it.
func ReadSamples(path string) (samples []bench.Sample, err error) {
	err = EachSamples(path, func(group []bench.Sample) error {
		samples = append(samples, group...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return samples, nil
}

// EachSamples reads a samples.parquet like [ReadSamples], and calls do with some
// samples at a time, in order: of a file of any length it holds no more than these.
// do must not keep them. An error of do ends the reading.
func EachSamples(path string, do func([]bench.Sample) error) error {
	return withFile(path, func(r io.ReaderAt, size int64) error { return parseSamples(path, r, size, do) })
}

// CountSamples is how many samples a samples.parquet has, as its footer says.
func CountSamples(path string) (n int64, err error) {
	err = withFile(path, func(r io.ReaderAt, size int64) error {
		c := &columnReader[row]{path: path, what: "samples file"}
		if err := c.open(r, size, columnNames(sampleColumns)); err != nil {
			return err
		}
		n = c.file.NumRows()
		return nil
	})
	return n, err
}

func withFile(path string, do func(r io.ReaderAt, size int64) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read samples: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read samples: %w", err)
	}
	return do(f, info.Size())
}

func parseSamples(path string, r io.ReaderAt, size int64, do func([]bench.Sample) error) (err error) {
	c := &columnReader[row]{path: path, what: "samples file"}
	if err := c.open(r, size, columnNames(sampleColumns)); err != nil {
		return err
	}
	columns := sampleColumns
	if c.has(routeColumns[0].name) {
		if err := c.check(columnNames(routeColumns)); err != nil {
			return err
		}
		columns = slices.Concat(columns, routeColumns)
	}
	var samples []bench.Sample
	first := 0
	for _, group := range c.file.RowGroups() {
		if samples, err = c.samples(columns, group, samples, first); err != nil {
			return err
		}
		if err := do(samples); err != nil {
			return err
		}
		first += len(samples)
	}
	return nil
}

// samples reads a row group into a slice that is used again, its columns at the same
// time.
func (c *columnReader[R]) samples(columns []column[bench.Sample], group parquet.RowGroup, into []bench.Sample, first int) ([]bench.Sample, error) {
	n, err := c.rows(group)
	if err != nil {
		return nil, err
	}
	samples := slices.Grow(into[:0], n)[:n]
	errs := make([]error, len(columns))
	var next atomic.Int32
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(columns)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(columns); i = int(next.Add(1)) - 1 {
				errs[i] = c.fill(columns[i], samples, group, first)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return samples, nil
}

// fill reads one column: fields of their own of the samples.
func (c *columnReader[R]) fill(col column[bench.Sample], samples []bench.Sample, group parquet.RowGroup, first int) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = c.panicked(p)
		}
	}()
	if err := col.read(samples, c.chunk(group, col.name)); err != nil {
		return &FormatError{c.path, fmt.Sprintf("damaged in column %s of the samples from %d on: %v", col.name, first, err)}
	}
	return nil
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
