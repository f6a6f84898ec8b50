package analysis

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nines/bench"
)

// alternating is a trial of n nodes, whose probes write and read in turn. Those of one
// kind stall, or find nobody who answers.
func alternating(n int, end, service time.Duration, kind bench.Kind, out stretch, refuse bool) Input {
	in := Input{Facts: facts(end)}
	in.Facts.Nodes = nil
	for i := range n {
		in.Facts.Nodes = append(in.Facts.Nodes, fmt.Sprint("n", i+1))
		phase := period * time.Duration(i) / time.Duration(n)
		for k, due := 0, phase-time.Second; due < end; k, due = k+1, due+period {
			s := bench.Sample{Due: due, Sent: due, Done: due + service, Session: uint64(i + 1), Node: uint16(i), Kind: bench.Write, Outcome: bench.OK, Class: bench.Probe}
			if k%2 == 1 {
				s.Kind = bench.Read
			}
			switch {
			case s.Kind != kind:
			case refuse && due >= out.from && due < out.to:
				s.Outcome = bench.Unknown
			case !refuse:
				s.Done = stalled(due, service, out)
			}
			in.Samples = append(in.Samples, s)
		}
	}
	return in
}

// TestOutageOfOneKind: writes, or reads, are out, on any number of nodes and at any
// phase; that is found to within one period of the kind, and nothing is seen of it by the other
// kind, nor is it a gap of all probes together.
func TestOutageOfOneKind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "nodes")
		length := time.Duration(rapid.Int64Range(int64(8*period), int64(3*time.Second)).Draw(t, "length"))
		from := time.Duration(rapid.Int64Range(int64(msec), int64(2*time.Second)).Draw(t, "from"))
		service := time.Duration(rapid.Int64Range(1, int64(5*msec)).Draw(t, "service"))
		refuse := rapid.Bool().Draw(t, "refused")
		kind := rapid.SampledFrom([]bench.Kind{bench.Read, bench.Write}).Draw(t, "kind")
		out := stretch{from, from + length}
		in := alternating(n, 6*time.Second, service, kind, out, refuse)
		in.Faults = []bench.Interval{{Fault: "f", Start: from, HealFrom: 5500 * msec, End: 5500 * msec}}
		s := Analyze(in, Options{})
		if s.Gaps.Count > 0 || s.Episodes[0].Out.Count > 0 {
			t.Fatalf("all probes together: %+v", s.Gaps)
		}
		if len(s.ByKind) != 2 {
			t.Fatalf("%d kinds", len(s.ByKind))
		}
		e := &s.Episodes[0]
		for i, episode := range []Stretches{e.OutReads, e.OutWrites} {
			k := &s.ByKind[i]
			if k.Gaps.Resolution != 2*ms(period) || !k.Gaps.Measured || k.Due != 0 || k.SuccessRatio == k.SuccessRatio {
				t.Fatalf("%+v", k)
			}
			if k.Kind != kind.String() {
				if k.Gaps.Count > 0 || k.SLO.Count > 0 || episode.Count > 0 {
					t.Fatalf("%ss: %+v, %+v, %+v while %ss were out", k.Kind, k.Gaps, k.SLO, episode, kind)
				}
				continue
			}
			slo := length
			if !refuse {
				slo += 2*service - 100*msec
			}
			near(t, "gap", k.Gaps.Max, length)
			near(t, "all gaps", k.Gaps.Total, length)
			near(t, "out in the episode", episode.Total, length)
			if slo > 4*period {
				near(t, "SLO outage", k.SLO.Total, slo)
			}
		}
	})
}

// near allows for one period of a kind, which is two of a node's probes.
func near(t *rapid.T, what string, got MS, want time.Duration) {
	if d := float64(got - ms(want)); !(math.Abs(d) <= float64(2*ms(period))+1e-3) {
		t.Fatalf("%s of %v measured as %v ms", what, want, got)
	}
}

// TestKindOfOneOwner: one owner of three takes no writes. A node's probes write to the
// owners in turn, and then read from them: so each owner is asked for either every six periods.
func TestKindOfOneOwner(t *testing.T) {
	in := ownedProbes(func(int, time.Duration) bool { return false })
	for i := range in.Samples {
		s := &in.Samples[i]
		if turn := int((s.Due + time.Second) / period); turn/3%2 == 0 {
			s.Kind = bench.Write
		}
		if s.Kind == bench.Write && probeOwner(s.Key) == 1 && s.Due >= time.Second && s.Due < 1800*msec {
			s.Outcome, s.Done = bench.Unknown, s.Due+time.Second
		}
	}
	s := Analyze(in, Options{})
	reads, writes := &s.ByKind[0], &s.ByKind[1]
	if s.Gaps.Count > 0 || reads.Gaps.Count > 0 || writes.Gaps.Count != 1 || writes.Gaps.Resolution != 60 || math.Abs(float64(writes.Gaps.Max)-800) > 60 {
		t.Errorf("all %+v, reads %+v, writes %+v; want one gap of 800 ms ± 60 ms, of writes", s.Gaps, reads.Gaps, writes.Gaps)
	}
}

// TestLoadByKind: a user who reads and writes in turn, every 10 ms; writes fail from 1 s to
// 1.5 s. So a quarter of the writes is not good, and as much of the time between them.
func TestLoadByKind(t *testing.T) {
	in := Input{Facts: facts(2 * time.Second)}
	in.Facts.SLOBin, in.Facts.SLOTarget = 100*msec, 0.95
	for i, due := range every(10*msec, 0, 2*time.Second) {
		s := bench.Sample{Due: due, Sent: due, Done: due + msec, User: 1, Kind: bench.Read + bench.Kind(i%2), Outcome: bench.OK, Class: bench.Main}
		if s.Kind == bench.Write && due >= time.Second && due < 1500*msec {
			s.Outcome = bench.Unknown
		}
		in.Samples = append(in.Samples, s)
	}
	s := Analyze(in, Options{})
	reads, writes := s.ByKind[0], s.ByKind[1]
	if reads.SuccessRatio != 1 || reads.IntervalAvailability != 1 || reads.UserUptime != 1 || reads.Downtime != 0 || reads.Gaps.Measured {
		t.Errorf("reads: %+v", reads)
	}
	// Of 99 stretches of 20 ms 25 begin with a write that failed.
	if writes.Due != 100 || writes.Good != 75 || writes.SuccessRatio != 0.75 || writes.IntervalAvailability != 0.75 || writes.Downtime != 500 ||
		math.Abs(writes.UserUptime-74.0/99) > 1e-9 {
		t.Errorf("writes: %+v", writes)
	}
	if s.IntervalAvailability != 0.75 || s.UserUptime < 0.87 || s.SuccessRatio != 0.875 {
		t.Errorf("all: %v %v %v", s.IntervalAvailability, s.UserUptime, s.SuccessRatio)
	}
	b, err := json.Marshal(KindOut{Kind: "read", SuccessRatio: nan, UserUptime: 0.5, IntervalAvailability: nan})
	var back KindOut
	if err == nil {
		err = json.Unmarshal(b, &back)
	}
	if err != nil || back.Kind != "read" || back.SuccessRatio == back.SuccessRatio || back.UserUptime != 0.5 {
		t.Errorf("%s: %+v, %v", b, back, err)
	}
}
