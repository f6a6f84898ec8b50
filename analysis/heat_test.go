package analysis

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"nines/bench"
)

// Every operation of the load is in the map once: in the column in which it was
// due, in the row of its response time, or among the failed.
func TestHeatCountsEveryOperation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		end := time.Duration(rapid.Int64Range(1, int64(40*time.Minute)).Draw(t, "end"))
		in := Input{Facts: facts(end)}
		for range rapid.IntRange(1, 60).Draw(t, "n") {
			s := bench.Sample{Class: bench.Main, Outcome: bench.OK, Due: time.Duration(rapid.Int64Range(0, int64(end)-1).Draw(t, "due"))}
			s.Sent = s.Due
			s.Done = s.Due + time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "response")>>rapid.IntRange(0, 34).Draw(t, "shift"))
			if rapid.Bool().Draw(t, "failed") {
				s.Outcome = bench.Unknown
			}
			in.Samples = append(in.Samples, s)
		}
		h := newTrial(in).heat()
		if n := len(h.Columns); n > heatColumns || time.Duration(n)*time.Duration(float64(h.BinMS)*1e6) < end {
			t.Fatalf("%d columns of %v ms for %v", n, h.BinMS, end)
		}
		for _, s := range in.Samples {
			c := &h.Columns[s.Due/time.Duration(float64(h.BinMS)*1e6)]
			c.Due--
			if s.Outcome != bench.OK {
				c.Failed--
				continue
			}
			row := 0
			for ; float64(s.Done-s.Due) > h.Top(row)*1e6*(1+1e-8); row++ {
			}
			if row < c.Row || row >= c.Row+len(c.Counts) || c.Counts[row-c.Row] == 0 {
				t.Fatalf("%v is not in row %d of up to %v ms: %+v", s.Done-s.Due, row, h.Top(row), c)
			}
			c.Counts[row-c.Row]--
		}
		for i, c := range h.Columns {
			for _, n := range append(c.Counts, c.Due, c.Failed) {
				if n != 0 {
					t.Fatalf("column %d counts what nobody did: %+v", i, c)
				}
			}
		}
	})
}

func TestHeatOfNothing(t *testing.T) {
	if h := newTrial(Input{Facts: facts(time.Second)}).heat(); h.Columns != nil {
		t.Errorf("a map of no operation: %+v", h)
	}
}

// The columns of a chart are few, and of a length that people count in.
func TestHeatWidth(t *testing.T) {
	for end, want := range map[time.Duration]time.Duration{
		time.Millisecond: 100 * time.Millisecond, 20 * time.Second: 100 * time.Millisecond, 20*time.Second + 1: 200 * time.Millisecond,
		90 * time.Second: 500 * time.Millisecond, time.Hour: 20 * time.Second,
	} {
		if got := heatWidth(end); got != want {
			t.Errorf("%v in columns of %v, want %v", end, got, want)
		}
	}
}
