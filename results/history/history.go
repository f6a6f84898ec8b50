// Package history reads histories that were recorded elsewhere into what the
// analysis takes, and writes those of trials for other programs to read.
//
// A history is a CSV file with a row for each operation, or a file of Jepsen in
// EDN with a map for each invocation and each completion (registers, or
// transactions on lists and registers as Elle takes them), or a samples.parquet
// of ours. What such a file does not say is inferred, and each inference is a
// note that goes with the figures.
//
// Keys and values are numbers here. One that is not, such as a string, is given
// a number of its own. A key that was never written holds [bench.IdleValue],
// which is what nil and an empty cell stand for.
package history

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"nines/bench"
	"nines/results"
)

// Formats of a history.
const (
	CSV     = "csv"
	EDN     = "edn"
	Parquet = "parquet"
)

// A History is what a file has of a system's operations.
type History struct {
	Facts   results.Facts
	Samples []bench.Sample
	Txns    []bench.TxnRecord
	Faults  []bench.Interval
}

// Options say what a file does not. The zero Options are fine.
type Options struct {
	Name     string           // of the system; default: the file's name
	Deadline time.Duration    // default: [DefaultDeadline]
	Bin      time.Duration    // of interval availability; default: [DefaultBin]
	Cutoff   time.Duration    // of user-uptime; default: see analysis.Options
	Period   time.Duration    // the measured one; default: up to the last operation of the load, rounded up to [DefaultBin]
	Initial  string           // what an absent key reads as, beside nil
	Check    Check            // default: [Strict]
	Lease    time.Duration    // of locks: after so long a holder no longer takes itself for one
	Faults   []bench.Interval // in the time of the file
}

// Check is what a history is held to.
type Check string

// What a history may be held to.
const (
	Strict       Check = "strict"       // linearizable; transactions strict-serializable
	Serializable Check = "serializable" // linearizable; transactions serializable
	Nothing      Check = "none"
)

// Defaults of [Options], which are those of a scenario.
const (
	DefaultDeadline = 100 * time.Millisecond
	DefaultBin      = 100 * time.Millisecond
	DefaultTarget   = 0.95
	defaultAbandon  = 10 * time.Second
)

// Read reads the history in a file, whose format it finds from how it begins.
// What is wrong with the file is a [Problems].
func Read(path string, opts Options) (*History, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	return read(path, f, info.Size(), opts)
}

func read(path string, f io.Reader, size int64, opts Options) (*History, error) {
	in := bufio.NewReaderSize(f, buffered)
	head, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read history: %w", err)
	}
	b := newBuilder(path, opts)
	switch b.format = formatOf(head); b.format {
	case Parquet:
		err = b.readParquet()
	case EDN:
		err = b.readEDN(in)
	default:
		err = b.readCSV(in, size)
	}
	if err != nil {
		return nil, err
	}
	return b.build()
}

// formatOf tells a format from how a file begins.
func formatOf(head []byte) string {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, bom), " \t\r\n,")
	switch {
	case bytes.HasPrefix(head, []byte("PAR1")):
		return Parquet
	case len(text) > 0 && bytes.IndexByte([]byte("{[(;#"), text[0]) >= 0:
		return EDN
	default:
		return CSV
	}
}

// bom is the byte order mark that some programs begin a text with.
var bom = []byte("\xef\xbb\xbf")

func (b *builder) readParquet() error {
	samples, err := results.ReadSamples(b.path)
	if err != nil {
		return err
	}
	for i := range samples {
		s := &samples[i]
		if s.Kind == bench.Transact {
			return &Problem{File: b.path, Text: "it has transactions, and what they did is in " + results.TxnsFile + ": name the folder of the trial instead"}
		}
		for int(s.Node) >= len(b.nodes.list) {
			b.nodes.number(fmt.Appendf(nil, "n%d", len(b.nodes.list)+1))
		}
	}
	b.samples, b.hasDue, b.hasUser = samples, true, true
	return nil
}
