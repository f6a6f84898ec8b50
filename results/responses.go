package results

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"nines/bench"
)

// Responses are the response times of the operations of one or more trials, to
// three digits. Those of several trials are put together by adding up
// histograms: percentiles cannot be.
type Responses struct {
	hist *hdrhistogram.Histogram // of what succeeded, in ns
	due  uint64
}

// ReadResponses reads the latency log of the trial in dir, in which due
// operations were due; those that are not in the log never succeeded. The error is
// fs.ErrNotExist if there is no log.
func ReadResponses(dir string, due uint64) (*Responses, error) {
	path := filepath.Join(dir, LatencyFile)
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read latency log: %w", err)
	}
	defer f.Close()
	kinds, err := ReadLatency(path, f)
	if err != nil {
		return nil, err
	}
	r := &Responses{hist: hdrhistogram.New(1, hdrMax, hdrDigits), due: due}
	for kind, h := range kinds {
		if lost := r.hist.Merge(h); lost > 0 {
			return nil, &FormatError{path, fmt.Sprintf("latency log: %d values of tag %s are out of range", lost, kind)}
		}
	}
	if n := uint64(r.hist.TotalCount()); n > due {
		return nil, &FormatError{path, fmt.Sprintf("latency log: it has %d operations, and the trial %d", n, due)}
	}
	return r, nil
}

// MergeResponses is the operations of all of them together.
func MergeResponses(all []*Responses) (*Responses, error) {
	sum := &Responses{hist: hdrhistogram.New(1, hdrMax, hdrDigits)}
	for _, r := range all {
		if lost := sum.hist.Merge(r.hist); lost > 0 {
			return nil, fmt.Errorf("merge latency logs: %d values are out of range", lost)
		}
		sum.due += r.due
	}
	return sum, nil
}

// Due is the number of operations.
func (r *Responses) Due() uint64 { return r.due }

// At is the response time of the operation of that rank, from 1 for the
// shortest: the middle of its bucket, within 0.05 % of it. [bench.Never] if
// that one did not succeed, or took over an hour.
func (r *Responses) At(rank uint64) time.Duration {
	seen := uint64(0)
	for _, bar := range r.hist.Distribution() {
		if seen += uint64(bar.Count); seen >= rank {
			return time.Duration(bar.From + (bar.To-bar.From)/2)
		}
	}
	return bench.Never
}
