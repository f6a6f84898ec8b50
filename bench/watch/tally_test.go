package watch

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"nines/bench"
)

// samples draws operations of all classes and outcomes.
func samples(t *rapid.T) []bench.Sample {
	return rapid.SliceOf(rapid.Custom(func(t *rapid.T) bench.Sample {
		s := bench.Sample{
			Class:   rapid.SampledFrom([]bench.Class{bench.Main, bench.Main, bench.Probe, bench.Preload, bench.Final}).Draw(t, "class"),
			Outcome: rapid.SampledFrom([]bench.Outcome{bench.OK, bench.OK, bench.Rejected, bench.Unknown, bench.Dropped}).Draw(t, "outcome"),
			Due:     time.Duration(rapid.Int64Range(-int64(time.Second), int64(time.Minute)).Draw(t, "due")),
			Sent:    bench.Never, Done: bench.Never,
		}
		if s.Outcome != bench.Dropped {
			s.Sent = s.Due + time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "lag"))
			s.Done = s.Sent + time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "service"))
		}
		return s
	})).Draw(t, "samples")
}

// Whatever is recorded, in batches of whatever size: the counts are those of a
// count by hand.
func TestTallyCountsWhatIsRecorded(t *testing.T) {
	const deadline = 100 * time.Millisecond
	rapid.Check(t, func(t *rapid.T) {
		all := samples(t)
		tally := NewTally(deadline, nil, nil)
		for left := all; len(left) > 0; {
			n := rapid.IntRange(1, len(left)).Draw(t, "batch")
			if err := tally.Record(left[:n]); err != nil {
				t.Fatal(err)
			}
			left = left[n:]
		}
		v := tally.View()
		for _, period := range []struct {
			got  Counts
			from time.Duration
			to   time.Duration
		}{{v.Warmup, -time.Hour, 0}, {v.Measured, 0, time.Hour}} {
			var want Counts
			var sent, within uint64 // within: responses of at most a second
			for _, s := range all {
				if s.Class != bench.Main || s.Due < period.from || s.Due >= period.to {
					continue
				}
				want.Due++
				switch s.Outcome {
				case bench.OK:
					want.OK++
					want.Response.Sum += s.Done - s.Due
				case bench.Rejected:
					want.Rejected++
				case bench.Unknown:
					want.Unknown++
				case bench.Dropped:
					want.Dropped++
				}
				if s.Good(deadline) {
					want.Good++
				}
				if s.Sent != bench.Never {
					sent++
					want.Lag.Sum += s.Sent - s.Due
				}
				if s.Response() <= time.Second {
					within++
				}
			}
			got := period.got
			if total(got.Response) != want.Due || total(got.Lag) != sent || upTo(got.Response, time.Second) != within {
				t.Fatalf("%d responses, %d of them within a second, and %d lags: want %d, %d and %d",
					total(got.Response), upTo(got.Response, time.Second), total(got.Lag), want.Due, within, sent)
			}
			got.Response.Buckets, got.Lag.Buckets = want.Response.Buckets, want.Lag.Buckets
			if got != want {
				t.Fatalf("counted %+v, want %+v", got, want)
			}
		}
	})
}

func total(h Histogram) (n uint64) {
	for _, b := range h.Buckets {
		n += b
	}
	return n
}

func upTo(h Histogram, bound time.Duration) (n uint64) {
	for i, b := range bounds {
		if b <= bound {
			n += h.Buckets[i]
		}
	}
	return n
}

// What is due counts although nothing of it has been answered.
func TestArrivalsCountAsTheyAreDue(t *testing.T) {
	tally := NewTally(time.Second, nil, nil)
	next := tally.Arrivals(bench.Constant(10, -200*time.Millisecond, 300*time.Millisecond))
	due := func() (warmup, measured uint64) { v := tally.View(); return v.Warmup.Due, v.Measured.Due }
	for i := range 5 {
		if _, ok := next(); !ok {
			t.Fatalf("ended after %d", i)
		}
		if w, m := due(); int(w+m) != i {
			t.Errorf("%d are due when the generator waits for number %d", w+m, i)
		}
	}
	for range 2 {
		if _, ok := next(); ok {
			t.Error("another arrival")
		}
		if w, m := due(); w != 2 || m != 3 {
			t.Errorf("%d and %d were due, want 2 and 3", w, m)
		}
	}
	if err := tally.Record(make([]bench.Sample, 3)); err != nil {
		t.Fatal(err)
	}
}

func TestRolesAndFaults(t *testing.T) {
	tally := NewTally(time.Second, []string{"n1", "n2"}, []string{"kill(leader)", "pause(any)", "kill(leader)"})
	tally.Event(bench.Event{Node: "n2", Kind: bench.EventLeader, Term: 4})
	tally.Event(bench.Event{Node: "n1", Kind: bench.EventKilled})
	tally.Event(bench.Event{Node: "stranger", Kind: bench.EventLeader})
	tally.Fault(bench.Interval{Fault: "kill(leader)"}, true)
	before := tally.View()
	tally.Fault(bench.Interval{Fault: "kill(leader)"}, false)
	tally.Event(bench.Event{Node: "n1", Kind: bench.EventRestarted})
	if n := before.Nodes; len(n) != 2 || !n[0].Down || !n[1].Leads || n[1].Term != 4 {
		t.Errorf("nodes: %+v", n)
	}
	if f := before.Faults; len(f) != 2 || f[0] != (Fault{"kill(leader)", 1}) || f[1] != (Fault{"pause(any)", 0}) {
		t.Errorf("faults: %+v", f)
	}
	if v := tally.View(); v.Nodes[0].Down || v.Faults[0].InForce != 0 {
		t.Errorf("afterwards: %+v %+v", v.Nodes, v.Faults)
	}
}

// The engine's collector and its generator pay nothing to the garbage collector.
func TestNothingIsAllocated(t *testing.T) {
	tally := NewTally(time.Second, []string{"n1"}, nil)
	next := tally.Arrivals(bench.Constant(1e6, 0, time.Hour))
	batch := make([]bench.Sample, 128)
	for i := range batch {
		batch[i] = bench.Sample{Class: bench.Main, Outcome: bench.OK, Due: 1, Sent: 2, Done: time.Duration(i) * time.Millisecond}
	}
	if n := testing.AllocsPerRun(100, func() { _ = tally.Record(batch); next() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkTally(b *testing.B) {
	tally := NewTally(100*time.Millisecond, nil, nil)
	batch := make([]bench.Sample, 128)
	for i := range batch {
		batch[i] = bench.Sample{Class: bench.Main, Outcome: bench.OK, Sent: 100, Done: time.Duration(i) * 37 * time.Microsecond}
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = tally.Record(batch)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(batch)), "ns/sample")
}
