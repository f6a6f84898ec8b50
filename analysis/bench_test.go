package analysis

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"nines/bench"
)

// million is a trial of a million operations and probes over 400 s, with a
// stalling fault every 20 s.
func million() Input {
	const end = 400 * time.Second
	in := Input{Facts: facts(end)}
	in.Facts.Nodes = []string{"n1", "n2", "n3"}
	in.Facts.Arrivals = "poisson"
	var stalls []stretch
	for at := 10 * time.Second; at < end; at += 20 * time.Second {
		stalls = append(stalls, stretch{at, at + 1300*msec})
		in.Faults = append(in.Faults, bench.Interval{Step: 1, Fault: "kill(leader)", Start: at, Injected: at, HealFrom: at + 4*time.Second, End: at + 5*time.Second, Evidence: "gone"})
	}
	answer := func(sent time.Duration) time.Duration {
		if i := int(sent / (20 * time.Second)); sent >= 0 && i < len(stalls) {
			return stalled(sent, msec, stalls[i])
		}
		return sent + msec
	}
	r := rand.New(rand.NewPCG(1, 2))
	version := map[uint64]uint64{}
	add := func(due time.Duration, class bench.Class, node int, user uint32, key uint64) {
		id := uint64(len(in.Samples) + 1)
		s := bench.Sample{Due: due, Sent: due, Session: id, Key: key, User: user, Size: 100, Node: uint16(node), Kind: bench.Write, Arg: id, Outcome: bench.OK, Class: class}
		s.Done = answer(due) + time.Duration(r.IntN(int(msec)))
		version[key] = id
		in.Samples = append(in.Samples, s)
	}
	for _, due := range poisson(2200, 1, end) {
		add(due, bench.Main, r.IntN(3), r.Uint32N(1000), r.Uint64N(10_000))
	}
	in.Facts.Offered = uint64(len(in.Samples))
	for i := range 3 {
		for due := period * time.Duration(i) / 3; due < end; due += period {
			add(due, bench.Probe, i, 0, 1<<32+uint64(i))
		}
	}
	return in
}

func BenchmarkAnalyze1M(b *testing.B) {
	in := million()
	b.ReportAllocs()
	for b.Loop() {
		if s := Analyze(in, Options{}); len(s.Episodes) != 20 {
			b.Fatal(s.Episodes)
		}
	}
	b.ReportMetric(float64(len(in.Samples)), "samples")
}

// BenchmarkTrial1M goes from the files to summary.json and latency.hlog. The
// memory that it reports is what the process has had from the system at most.
func BenchmarkTrial1M(b *testing.B) {
	in := million()
	_, dir := write(b, in)
	in = Input{}
	runtime.GC()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Trial(dir, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/1e6, "peak-MB")
}

func ExampleAnalyze() {
	s := Analyze(stallTrial(), Options{})
	fmt.Printf("%d gap, of %v ms ± %v ms, although every operation was good: success ratio %v\n",
		s.Gaps.Count, s.Gaps.Max, s.Gaps.Resolution, s.SuccessRatio)
	// Output: 1 gap, of 78 ms ± 10 ms, although every operation was good: success ratio 1
}
