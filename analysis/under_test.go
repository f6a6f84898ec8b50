package analysis

import (
	"slices"
	"testing"
	"time"

	"nines/bench"
)

// TestUnder: one operation every 100 ms, a read and a write by turns. n2 is hit from 2 s
// to 4 s: then every second operation goes there, half of these are late, and the
// others are tried twice.
func TestUnder(t *testing.T) {
	in := Input{Facts: facts(10 * time.Second)}
	in.Facts.Nodes = []string{"n1", "n2"}
	fault := bench.Interval{Fault: "delay(n2, 1s)", Nodes: []string{"n2"}, Start: 2 * time.Second, HealFrom: 4 * time.Second, End: 4 * time.Second, Evidence: "e"}
	na := bench.Interval{Fault: "kill(any)", NA: "it cannot"}
	second := fault
	second.Fault, second.Start, second.HealFrom, second.End = "kill(n1)", 9*time.Second, 12*time.Second, 12*time.Second
	in.Faults = []bench.Interval{na, fault, second}
	for i := range 100 {
		s := bench.Sample{Due: time.Duration(i) * 100 * msec, Class: bench.Main, Kind: bench.Kind(1 + i%2), Outcome: bench.OK, Tries: 1}
		s.Sent, s.Done = s.Due, s.Due+msec
		if s.Due >= 2*time.Second && s.Due < 4*time.Second && i%4 < 2 {
			s.Node = 1
			if i%4 == 0 { // a read
				s.Done = s.Due + time.Second
			} else {
				s.Tries, s.Hedges = 2, 1
			}
		}
		if i == 95 {
			s.Outcome, s.Node, s.Tries, s.Sent, s.Done = bench.Dropped, 0, 0, bench.Never, bench.Never
		}
		in.Samples = append(in.Samples, s)
	}
	want := []Under{
		{Seconds: 2, Counts: Counts{Due: 20, OK: 20, Good: 20}, Reads: Served{10, 10}, Others: Served{10, 10}, Tries: 20},
		{Fault: "delay(n2, 1s)", Number: 2, Seconds: 2, Counts: Counts{Due: 20, OK: 20, Good: 15}, Reads: Served{10, 5}, Others: Served{10, 10}, Tries: 25, Hedges: 5, OnHit: 10},
		{Fault: "kill(n1)", Number: 3, Seconds: 1, Counts: Counts{Due: 10, OK: 9, Good: 9, Dropped: 1}, Reads: Served{5, 5}, Others: Served{5, 4}, Tries: 9},
	}
	got := newTrial(in).underFaults()
	for i := range got {
		if got[i].P99 == got[i].P99 { // 20 operations have none
			t.Errorf("p99 %v of %d operations", got[i].P99, got[i].Counts.Due)
		}
		got[i].P99 = 0
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%+v, want\n%+v", got, want)
	}
	in.Faults = slices.Repeat([]bench.Interval{fault}, manyFaults+1)
	if got := newTrial(in).underFaults(); got != nil {
		t.Errorf("of %d faults: %+v", len(in.Faults), got)
	}
}
