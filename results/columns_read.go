package results

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// A columnReader reads a Parquet file of rows R column by column, which takes a
// fifth of the time of reading rows. Its errors are [*FormatError].
type columnReader[R any] struct {
	path string
	what string // such as "samples file"
	file *parquet.File
}

// open checks that r holds what is expected, in these columns.
func (c *columnReader[R]) open(r io.ReaderAt, size int64, columns []string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = c.panicked(p)
		}
	}()
	if err := checkFrame(r, size); err != nil {
		return c.foreign("%v", err)
	}
	c.file, err = parquet.OpenFile(r, size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return c.foreign("damaged: %v", err)
	}
	return c.check(columns)
}

func (c *columnReader[R]) foreign(format string, args ...any) error {
	return &FormatError{c.path, fmt.Sprintf("not a nines %s (%s)", c.what, fmt.Sprintf(format, args...))}
}

// panicked turns a panic of the library, which trusts the lengths and offsets
// that a file tells it, into an error.
func (c *columnReader[R]) panicked(p any) error { return c.foreign("damaged: %v", p) }

func (c *columnReader[R]) check(columns []string) error {
	text, ok := c.file.Lookup(schemaKey)
	if !ok {
		return c.foreign("Parquet, but without %s in its metadata", schemaKey)
	}
	version, err := strconv.Atoi(text)
	if err != nil {
		return c.foreign("its schema version is %q", text)
	}
	if err := checkSchema(c.path, c.what, &version); err != nil {
		return err
	}
	ours := parquet.SchemaOf(*new(R))
	for _, name := range columns {
		want, _ := ours.Lookup(name)
		got, ok := c.file.Schema().Lookup(name)
		if !ok {
			return c.foreign("column %s is missing", name)
		}
		if got.Node.Type().Kind() != want.Node.Type().Kind() || got.MaxRepetitionLevel != want.MaxRepetitionLevel {
			return c.foreign("column %s holds %v", name, got.Node.Type())
		}
	}
	return nil
}

// has reports whether the file has a column of that name.
func (c *columnReader[R]) has(name string) bool {
	_, ok := c.file.Schema().Lookup(name)
	return ok
}

// rows is how many rows a group has. It does not take the file's word for more
// than is ever written, so that nobody allocates gigabytes for them.
func (c *columnReader[R]) rows(group parquet.RowGroup) (int, error) {
	n := group.NumRows()
	if n < 0 || n > rowsPerGroup {
		return 0, c.foreign("%d rows in a group, at most %d are written", n, rowsPerGroup)
	}
	return int(n), nil
}

// chunk is the column of that name in a group.
func (c *columnReader[R]) chunk(group parquet.RowGroup, name string) parquet.ColumnChunk {
	leaf, _ := c.file.Schema().Lookup(name)
	return group.ColumnChunks()[leaf.ColumnIndex]
}

// A column says how one column goes into a T; set reports whether a value is
// possible.
type column[T any] struct {
	name string
	set  func(*T, *parquet.Value) bool
}

func columnNames[T any](columns []column[T]) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.name
	}
	return all
}

// read fills in one column of a row group that has one value a row.
func (c column[T]) read(rows []T, chunk parquet.ColumnChunk) error {
	err := eachBatch(chunk, func(values []parquet.Value) error {
		if len(values) > len(rows) {
			return errors.New("more values than rows")
		}
		for i := range values {
			if !c.set(&rows[i], &values[i]) {
				return fmt.Errorf("value %v", values[i])
			}
		}
		rows = rows[len(values):]
		return nil
	})
	if err == nil && len(rows) > 0 {
		return fmt.Errorf("%d values are missing", len(rows))
	}
	return err
}

// eachBatch calls do with all values of a column, some at a time.
func eachBatch(chunk parquet.ColumnChunk, do func([]parquet.Value) error) error {
	pages := chunk.Pages()
	defer pages.Close()
	var values [rowsPerBatch]parquet.Value
	for {
		page, err := pages.ReadPage()
		if err == io.EOF {
			return nil
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
			if err := do(values[:n]); err != nil {
				return err
			}
		}
		parquet.Release(page)
	}
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
