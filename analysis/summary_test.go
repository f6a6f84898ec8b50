package analysis

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"nines/bench"
)

func encoded(t testing.TB, s Summary) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestJSON: what has no figure, or an infinite one, survives the file.
func TestJSON(t *testing.T) {
	for name, in := range edges() {
		t.Run(name, func(t *testing.T) {
			first := encoded(t, Analyze(in, Options{}))
			var s Summary
			if err := json.Unmarshal([]byte(first), &s); err != nil {
				t.Fatal(err)
			}
			if again := encoded(t, s); again != first {
				t.Errorf("encoded, decoded and encoded again:\n%s\n%s", first, again)
			}
			if strings.Count(first, `"goodput_ops_s"`) != 1 {
				t.Errorf("a field is there twice: %s", first)
			}
		})
	}
	s := Analyze(edges()["no samples"], Options{})
	var back Summary
	if err := json.Unmarshal([]byte(encoded(t, s)), &back); err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(back.SuccessRatio) || !math.IsNaN(back.PerOp.CPU) || !math.IsNaN(back.Episodes[0].LostOps) {
		t.Errorf("no figure became one: %v %v %v", back.SuccessRatio, back.PerOp.CPU, back.Episodes[0].LostOps)
	}
}

// edges are trials at the edges of what there can be.
func edges() map[string]Input {
	fault := []bench.Interval{{Fault: "f", Start: 5 * time.Second, HealFrom: 6 * time.Second, End: 6 * time.Second}}
	trial := func(change func(*Input)) Input {
		in := stallTrial()
		change(&in)
		return in
	}
	outcome := func(o bench.Outcome) func(*Input) {
		return func(in *Input) {
			for i := range in.Samples {
				s := &in.Samples[i]
				s.Outcome = o
				if o == bench.Dropped {
					s.Sent, s.Done = bench.Never, bench.Never
				}
			}
		}
	}
	return map[string]Input{
		"no samples":        {Facts: facts(10 * time.Second), Faults: fault},
		"nothing at all":    {},
		"one sample":        {Facts: facts(time.Second), Samples: ops(bench.Main, 0, 0, time.Second, 0, time.Second, msec)},
		"one probe":         {Facts: facts(time.Second), Samples: ops(bench.Probe, 0, 0, time.Second, 0, time.Second, msec)},
		"as it should be":   trial(func(*Input) {}),
		"all rejected":      trial(outcome(bench.Rejected)),
		"all unknown":       trial(outcome(bench.Unknown)),
		"all dropped":       trial(outcome(bench.Dropped)),
		"not healed":        trial(func(in *Input) { in.Faults[0].HealFrom, in.Faults[0].End, in.Faults[0].Evidence = 0, 0, "" }),
		"fault at the base": trial(func(in *Input) { in.Faults[0].Start = 0 }),
		"fault after it":    trial(func(in *Input) { in.Faults[0].Start = 11 * time.Second }),
		"n/a":               trial(func(in *Input) { in.Faults[0].NA = "one node" }),
		"failed":            trial(func(in *Input) { in.Facts.Failure = "panic" }),
	}
}

func TestEdges(t *testing.T) {
	for name, in := range edges() {
		t.Run(name, func(t *testing.T) {
			s := Analyze(in, Options{})
			if valid := name == "as it should be" || name == "n/a" || name == "fault after it"; s.Valid != valid {
				t.Errorf("valid %v: %v", s.Valid, reasons(&s))
			}
			for _, g := range s.Gates {
				if (g.Pass && !g.Warn) == (g.Do != "") || g.Saw == "" {
					t.Errorf("gate %+v", g)
				}
			}
			row := Row(&s)
			row.Cells()
			BenchLines([]Summary{s})
		})
	}
	s := Analyze(edges()["all unknown"], Options{})
	if s.SuccessRatio != 0 || s.UserUptime != 0 || !math.IsInf(float64(s.Response.P50), 1) || !math.IsInf(float64(s.Service.P50), 1) || s.Throughput != 0 {
		t.Errorf("all unknown: %+v", s)
	}
	s = Analyze(edges()["all dropped"], Options{})
	if s.Service.N != 0 || s.Response.N != 10_000 || !math.IsInf(float64(s.Response.Max), 1) || s.Counts.Dropped != 10_000 {
		t.Errorf("all dropped: %+v", s)
	}
}

// TestRates: an operation counts for the ratios if it was due in the measured
// period, and for the rates if it was completed in it.
func TestRates(t *testing.T) {
	op := func(due, done time.Duration, o bench.Outcome) bench.Sample {
		return bench.Sample{Due: due, Sent: due, Done: done, Kind: bench.Read, Outcome: o, Class: bench.Main}
	}
	in := Input{Facts: facts(time.Second), Samples: []bench.Sample{
		op(-50*msec, 10*msec, bench.OK),            // of the warm-up, completed in time
		op(-500*msec, 10*msec, bench.OK),           // likewise, not good
		op(-50*msec, -10*msec, bench.OK),           // of the warm-up
		op(0, 1*msec, bench.OK),                    // good
		op(10*msec, 110*msec, bench.OK),            // just good
		op(10*msec, 110*msec+1, bench.OK),          // just not
		op(20*msec, 30*msec, bench.Rejected),       //
		op(30*msec, 10*time.Second, bench.Unknown), //
		op(time.Second-1, time.Second+1, bench.OK), // good, but completed after the end
		op(time.Second, time.Second+1, bench.OK),   // due after the end
	}}
	in.Samples = append(in.Samples, bench.Sample{Due: 40 * msec, Sent: bench.Never, Done: bench.Never, Kind: bench.Read, Outcome: bench.Dropped, Class: bench.Main})
	s := Analyze(in, Options{})
	if want := (Counts{Due: 7, OK: 4, Good: 3, Rejected: 1, Unknown: 1, Dropped: 1}); s.Counts != want {
		t.Errorf("counts %+v, want %+v", s.Counts, want)
	}
	if s.Throughput != 5 || s.Goodput != 3 {
		t.Errorf("throughput %v, goodput %v, want 5 and 3", s.Throughput, s.Goodput)
	}
	if s.SuccessRatio != 3.0/7 {
		t.Errorf("success ratio %v, want 3/7", s.SuccessRatio)
	}
	if s.Response.N != 7 || s.Service.N != 6 || s.Lag.N != 6 {
		t.Errorf("response, service and lag of %d, %d and %d operations, want 7, 6 and 6", s.Response.N, s.Service.N, s.Lag.N)
	}
}
