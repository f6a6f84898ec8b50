package analysis

import (
	"math"
	"time"

	"nines/bench"
)

// Heat counts the operations of a trial by when they were due and by how long
// they took: the response time as a map.
type Heat struct {
	BinMS     MS           `json:"bin_ms"`     // width of a column; column i is of what was due from i·BinMS on
	PerDecade int          `json:"per_decade"` // rows to a factor of ten
	Columns   []HeatColumn `json:"columns"`
}

// A HeatColumn is the operations that were due in one slice of time.
type HeatColumn struct {
	Due    uint32 `json:"due"`
	Failed uint32 `json:"failed,omitempty"` // of those, never succeeded: they are in no row
	// Row is the lowest one that has some, and Counts are those of the rows from it on.
	// Row 0 is of up to a microsecond, and row k of more than 10^((k-1)/PerDecade) µs.
	Row    int      `json:"row,omitempty"`
	Counts []uint32 `json:"counts,omitempty"`
}

const (
	heatColumns   = 200 // at most
	heatPerDecade = 8
)

// heat is over the measured period; empty if nothing was due.
func (t *trial) heat() Heat {
	if len(t.load) == 0 {
		return Heat{}
	}
	width := heatWidth(t.end)
	h := Heat{BinMS: ms(width), PerDecade: heatPerDecade, Columns: make([]HeatColumn, (t.end+width-1)/width)}
	for _, s := range t.load {
		h.Columns[s.Due/width].add(s.Response())
	}
	return h
}

// heatWidth is the least of 1, 2 or 5 times a power of ten of the timeline's bin
// that makes no more than heatColumns.
func heatWidth(end time.Duration) time.Duration {
	for width := TimelineBin; ; width *= 10 {
		for _, times := range []time.Duration{1, 2, 5} {
			if width*times*heatColumns >= end {
				return width * times
			}
		}
	}
}

func (c *HeatColumn) add(response time.Duration) {
	c.Due++
	if response == bench.Never {
		c.Failed++
		return
	}
	row := heatRow(response)
	switch {
	case c.Counts == nil:
		c.Row = row
	case row < c.Row:
		c.Counts = append(make([]uint32, c.Row-row, c.Row-row+len(c.Counts)), c.Counts...)
		c.Row = row
	}
	for len(c.Counts) <= row-c.Row {
		c.Counts = append(c.Counts, 0)
	}
	c.Counts[row-c.Row]++
}

func heatRow(d time.Duration) int {
	if d <= time.Microsecond {
		return 0
	}
	return int(math.Ceil(heatPerDecade*math.Log10(float64(d)/float64(time.Microsecond)) - 1e-9))
}

// Top is the upper bound of a row, in ms.
func (h *Heat) Top(row int) float64 {
	return math.Pow(10, float64(row)/float64(max(1, h.PerDecade))-3)
}
