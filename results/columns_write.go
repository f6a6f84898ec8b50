package results

import (
	"bufio"
	"errors"
	"fmt"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// A columnFile is a Parquet file of rows R that is being written. What it holds
// in memory does not grow with the number of rows. The file appears when it is
// closed; after an error it never does. It is not for concurrent use.
type columnFile[R any] struct {
	file *atomicFile
	buf  *bufio.Writer
	out  *parquet.GenericWriter[R]
	err  error // the first one; sticks
}

const (
	rowsPerGroup = 1 << 17 // bounds what a writer holds: about 10 MB
	rowsPerBatch = 1 << 10

	schemaKey = "nines.schema" // in the file's key-value metadata
	aboutKey  = "nines.about"
)

var errClosed = errors.New("the file is closed")

// createColumns starts a file; about tells a reader of the file what a row is.
func createColumns[R any](path, about string) (*columnFile[R], error) {
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
	out := parquet.NewGenericWriter[R](buf,
		parquet.Compression(codec),
		parquet.MaxRowsPerRowGroup(rowsPerGroup),
		parquet.CreatedBy("nines", strconv.Itoa(Schema), ""),
		parquet.KeyValueMetadata(schemaKey, strconv.Itoa(Schema)),
		parquet.KeyValueMetadata(aboutKey, about))
	return &columnFile[R]{file: file, buf: buf, out: out}, nil
}

// write appends rows. After the first error it does nothing but return it.
func (f *columnFile[R]) write(rows []R) error {
	if f.err != nil {
		return f.err
	}
	if _, err := f.out.Write(rows); err != nil {
		f.err = fmt.Errorf("write %s: %w", f.file.path, err)
	}
	return f.err
}

// endGroup ends the row group, and frees what was held of it.
func (f *columnFile[R]) endGroup() error {
	if f.err != nil {
		return f.err
	}
	if err := f.out.Flush(); err != nil {
		f.err = fmt.Errorf("write %s: %w", f.file.path, err)
	}
	return f.err
}

// close completes the file and makes it appear, or removes it if anything went
// wrong. A second close does nothing.
func (f *columnFile[R]) close() error {
	defer f.file.abort()
	if errors.Is(f.err, errClosed) {
		return nil
	}
	if f.err != nil {
		return f.err
	}
	f.err = errClosed
	if err := errors.Join(f.out.Close(), f.buf.Flush()); err != nil {
		return fmt.Errorf("write %s: %w", f.file.path, err)
	}
	return f.file.commit()
}

// discard gives the file up.
func (f *columnFile[R]) discard() {
	f.file.abort()
	if f.err == nil {
		f.err = errClosed
	}
}
