package analysis

import (
	"math"
	"testing"
	"time"

	"nines/bench"
)

// asks are reads of the workload: user, due in ms, good or not.
type ask struct {
	user uint32
	due  int
	good bool
}

func asksOf(asks ...ask) Input {
	in := Input{Facts: facts(time.Second)}
	for _, a := range asks {
		s := bench.Sample{Due: time.Duration(a.due) * msec, User: a.user, Class: bench.Main, Kind: bench.Read, Outcome: bench.OK}
		s.Sent, s.Done = s.Due, s.Due+msec
		if !a.good {
			s.Done = s.Due + time.Second
		}
		in.Samples = append(in.Samples, s)
	}
	return in
}

func TestUserUptime(t *testing.T) {
	for _, c := range []struct {
		name   string
		asks   []ask
		cutoff time.Duration
		want   float64
	}{
		{"nobody", nil, 0, math.NaN()},
		{"one operation a user", []ask{{1, 0, true}, {2, 10, false}}, 0, math.NaN()},
		{"up", []ask{{1, 0, true}, {1, 10, true}}, 0, 1},
		{"down", []ask{{1, 0, false}, {1, 10, true}}, 0, 0},
		{"the first outcome counts", []ask{{1, 0, true}, {1, 10, false}}, 0, 1},
		// 10 ms up, 30 ms down, and the last operation opens no stretch.
		{"a quarter", []ask{{1, 0, true}, {1, 10, false}, {1, 40, false}}, 0, 0.25},
		// User 1: 20 up, user 2: 60 down.
		{"users apart", []ask{{1, 0, true}, {2, 0, false}, {1, 20, true}, {2, 60, true}}, 0, 0.25},
		{"of two at one instant", []ask{{1, 0, true}, {1, 0, false}, {1, 10, true}}, 0, 0},
		// Without a cutoff 10/510; the stretch of 500 ms is inactivity.
		{"cutoff", []ask{{1, 0, true}, {1, 10, false}, {1, 510, true}}, 100 * msec, 1},
		{"a stretch as long as the cutoff counts", []ask{{1, 0, true}, {1, 100, false}, {1, 150, true}}, 100 * msec, 2.0 / 3},
		{"all inactive", []ask{{1, 0, true}, {1, 500, true}}, 100 * msec, math.NaN()},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := uptimeOf(asksOf(c.asks...), c.cutoff)
			if got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
				t.Errorf("user-uptime %v, want %v", got, c.want)
			}
		})
	}
}

// TestUserUptimeCutoff: by default the longest hundredth of the stretches is
// inactivity. 198 stretches of 1 ms are up; of the two of 300 ms, which are
// down, only the 198th of 200 values is the p99, so both are cut off; a third
// one raises the p99 to 300 ms and all count.
func TestUserUptimeCutoff(t *testing.T) {
	history := func(long int) Input {
		var asks []ask
		for i := range 199 {
			asks = append(asks, ask{1, i, true})
		}
		for user := range uint32(long) {
			asks = append(asks, ask{2 + user, 0, false}, ask{2 + user, 300, true})
		}
		return asksOf(asks...)
	}
	if got := uptimeOf(history(2), 0); got != 1 {
		t.Errorf("two long stretches in 200: %v, want 1", got)
	}
	if got, want := uptimeOf(history(3), 0), 198.0/(198+900); math.Abs(got-want) > 1e-12 {
		t.Errorf("three long stretches in 201: %v, want %v", got, want)
	}
}

// TestTimeline has operations at 0, 50 (late) and 250 ms of a period of 350 ms:
// bins 0 and 2 have demand, bins 1 and 3 have none, and bin 3 is a short one.
func TestTimeline(t *testing.T) {
	in := asksOf(ask{1, 0, true}, ask{1, 50, false}, ask{1, 250, true})
	in.Facts.Duration = 350 * msec
	in.Samples[1].Done = 300 * msec // late, but in the period
	tr := newTrial(in)
	bins := tr.timeline()
	none := MS(nan)
	want := []Bin{
		{Due: 2, Good: 1, Done: 1, P50: 1, P99: 250, Max: 250},
		{P50: none, P99: none, Max: none},
		{Due: 1, Good: 1, Done: 1, P50: 1, P99: 1, Max: 1},
		{Done: 1, P50: none, P99: none, Max: none},
	}
	if len(bins) != len(want) {
		t.Fatalf("%d bins, want %d", len(bins), len(want))
	}
	for i, b := range bins {
		w := want[i]
		if b.Due != w.Due || b.Good != w.Good || b.Done != w.Done || !same(b.P50, w.P50) || !same(b.P99, w.P99) || !same(b.Max, w.Max) {
			t.Errorf("bin %d: %+v, want %+v", i, b, w)
		}
	}
	for target, want := range map[float64]float64{0.99: 0.5, 0.5: 1, 0.51: 0.5} {
		in.Facts.SLOBin, in.Facts.SLOTarget = 100*msec, target
		if got := intervalsUp(in); got != want {
			t.Errorf("interval availability at %v: %v, want %v: bins without demand do not count", target, got, want)
		}
	}
	in.Facts.SLOBin, in.Facts.SLOTarget = 300*msec, 0.6 // two of three are good, and all in one bin
	if got := intervalsUp(in); got != 1 {
		t.Errorf("interval availability in one bin: %v, want 1", got)
	}
	in.Samples = nil
	if got := intervalsUp(in); !math.IsNaN(got) {
		t.Errorf("interval availability without demand: %v, want none", got)
	}
}

func uptimeOf(in Input, cutoff time.Duration) float64 {
	tr := newTrial(in)
	return userUptime(tr.stretches(tr.load, cutoff))
}

func intervalsUp(in Input) float64 {
	tr := newTrial(in)
	return tr.intervalAvailability(tr.load)
}
