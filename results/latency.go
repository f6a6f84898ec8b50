package results

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Timed is one operation that succeeded, for [WriteLatency].
type Timed struct {
	Due      time.Duration // since the base instant
	Response time.Duration
}

// A Tagged is the operations of one kind.
type Tagged struct {
	Tag  string // without commas and spaces
	OK   []Timed
	Fail int // how many never succeeded: a histogram cannot hold them
}

// The histograms hold nanoseconds to three digits, up to an hour.
const (
	hdrMax    = int64(time.Hour)
	hdrDigits = 3
)

// WriteLatency writes response times as an HdrHistogram log, one histogram for
// each kind and second of due time, with absolute times, so that the tools of
// that format plot it. base is the wall clock at the base instant; the log
// keeps whole seconds, as some of its readers lose the rest. What a histogram
// cannot hold is counted in comments at the end.
func WriteLatency(path string, base time.Time, kinds []Tagged) error {
	return WriteFile(path, func(w io.Writer) error {
		log := hdrhistogram.NewHistogramLogWriter(w)
		startMS := base.Truncate(time.Second).UnixMilli()
		if err := writeHead(log, startMS); err != nil {
			return err
		}
		for _, k := range kinds {
			if err := writeKind(log, k, startMS); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeHead(log *hdrhistogram.HistogramLogWriter, startMS int64) error {
	for _, write := range []func() error{
		func() error {
			return log.OutputComment(fmt.Sprintf("[nines latency log, schema %d; response times in ns by second of due time; Tag is the kind of operation]", Schema))
		},
		log.OutputLogFormatVersion,
		func() error { return log.OutputStartTime(startMS) },
		log.OutputLegend,
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

func writeKind(log *hdrhistogram.HistogramLogWriter, k Tagged, startMS int64) error {
	ops := slices.Clone(k.OK)
	slices.SortFunc(ops, func(a, b Timed) int { return cmp.Compare(a.Due, b.Due) })
	hist := hdrhistogram.New(1, hdrMax, hdrDigits)
	outside := 0
	for len(ops) > 0 {
		second := ops[0].Due.Truncate(time.Second)
		hist.Reset()
		n := 0
		for ; n < len(ops) && ops[n].Due.Truncate(time.Second) == second; n++ {
			if hist.RecordValue(max(1, int64(ops[n].Response))) != nil {
				outside++
			}
		}
		ops = ops[n:]
		hist.SetTag(k.Tag)
		hist.SetStartTimeMs(startMS + second.Milliseconds())
		hist.SetEndTimeMs(startMS + second.Milliseconds() + 1000)
		if err := log.OutputIntervalHistogram(hist); err != nil {
			return err
		}
	}
	return log.OutputComment(fmt.Sprintf("[%s: %d operations never succeeded, %d took longer than %v: in no histogram]", k.Tag, k.Fail, outside, time.Duration(hdrMax)))
}

// ReadLatency reads an HdrHistogram log: for each tag the sum over all seconds.
func ReadLatency(path string, r io.Reader) (map[string]*hdrhistogram.Histogram, error) {
	sums := map[string]*hdrhistogram.Histogram{}
	in := hdrhistogram.NewHistogramLogReader(r)
	for {
		h, err := in.NextIntervalHistogramWithRange(0, math.MaxFloat64, true)
		if err != nil {
			return nil, &FormatError{path, fmt.Sprintf("damaged latency log: %v", err)}
		}
		if h == nil {
			return sums, nil
		}
		sum, ok := sums[h.Tag()]
		if !ok {
			sum = hdrhistogram.New(1, hdrMax, hdrDigits)
			sums[h.Tag()] = sum
		}
		if lost := sum.Merge(h); lost > 0 {
			return nil, &FormatError{path, fmt.Sprintf("latency log: %d values of tag %s are out of range", lost, h.Tag())}
		}
	}
}
