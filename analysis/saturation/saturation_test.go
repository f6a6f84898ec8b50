package saturation_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"nines/analysis"
	"nines/analysis/saturation"
	"nines/bench"
	"nines/results"
)

const slo = 100 * time.Millisecond

var searched = results.Search{SLO: slo, Step: 0.05, Confirm: 4, Hold: 3, MinRate: 100, MaxRate: 100_000, MaxSessions: 512}

// measured is a trial of a made-up system at a point: X(N) is that of the
// universal scalability law, and in open loop it is an M/M/1 queue that serves
// what is X at its peak.
func measured(system string, u saturation.USL, v results.Variable, repeat int) analysis.Summary {
	s := analysis.Summary{
		Valid: true, Verdict: analysis.VerdictOK, BinMS: 100,
		Facts: results.Facts{
			System: fmt.Sprintf("%s,%s=%s", system, v.Name, v.Value), Variant: []results.Variable{v},
			Repeat: repeat, Duration: 3 * time.Second, Deadline: slo,
		},
	}
	at, _ := strconv.ParseFloat(v.Value, 64)
	mu := u.At(math.Sqrt((1 - u.Sigma) / u.Kappa))
	if v.Name == saturation.Sessions {
		s.Throughput = u.At(at)
		s.Response.P50, s.Response.P99 = analysis.MS(1000*at/s.Throughput), analysis.MS(2000*at/s.Throughput)
		return s
	}
	s.Facts.Rate, s.Throughput = at, min(at, mu)
	s.Response.P50, s.Response.P99 = analysis.MS(math.Inf(1)), analysis.MS(math.Inf(1))
	if at < mu {
		s.Response.P50, s.Response.P99 = analysis.MS(1000*math.Ln2/(mu-at)), analysis.MS(1000*math.Log(100)/(mu-at))
	}
	s.Timeline = bins(30, func(int) (uint32, uint32) { return uint32(at / 10), uint32(s.Throughput / 10) })
	return s
}

// TestOf lets two systems be searched side by side, as a run does. The report of
// the whole is that of the last step, and is the same from its JSON.
func TestOf(t *testing.T) {
	laws := map[string]saturation.USL{
		"a": {Lambda: 1000, Sigma: 0.05, Kappa: 0.0002},
		"b": {Lambda: 300, Sigma: 0.02, Kappa: 0.001},
	}
	var all []analysis.Summary
	seen := map[string]int{}
	for busy := true; busy; {
		busy = false
		for _, name := range []string{"a", "b"} {
			y := saturation.New(name)
			for _, have := range saturation.Of(all, searched).Systems {
				if have.Name == name {
					y = have
				}
			}
			v, more := y.Next(searched)
			if more != (y.Left(searched) > 0) {
				t.Fatalf("%s: more %t, %d left", name, more, y.Left(searched))
			}
			if !more {
				continue
			}
			busy = true
			seen[name+v.Name+v.Value]++
			all = append(all, measured(name, laws[name], v, seen[name+v.Name+v.Value]))
		}
	}
	r := saturation.Of(all, searched)
	if len(r.Systems) != 2 {
		t.Fatalf("%d systems", len(r.Systems))
	}
	for _, y := range r.Systems {
		u := laws[y.Name]
		mu := u.At(math.Sqrt((1 - u.Sigma) / u.Kappa))
		knee := mu - math.Log(100)/slo.Seconds() // as of any M/M/1 queue
		k := y.Knee
		if k.State != saturation.Confirmed || k.Rate > knee || k.Above <= knee || k.Above > 1.06*k.Rate {
			t.Errorf("%s: %+v, want %g", y.Name, k, knee)
		}
		near(t, y.Name+": κ", y.USL.Kappa, u.Kappa, 1e-2)
		near(t, y.Name+": p99", float64(y.P99), 1000*math.Log(100)/(mu-k.Rate), 1e-9)
		near(t, y.Name+": peak", y.Peak, mu, 0.05)
		if n := len(y.Closed) + len(y.Open); n > 40 {
			t.Errorf("%s took %d trials", y.Name, n)
		}
	}
	b, err := json.Marshal(r)
	var back saturation.Report
	if err == nil {
		err = json.Unmarshal(b, &back)
	}
	again, _ := json.Marshal(back)
	if err != nil || string(again) != string(b) {
		t.Errorf("%v: %s\nwas %s", err, again, b)
	}
	// Trials that the search did not ask for change nothing.
	more := append(all, measured("a", laws["a"], results.Variable{Name: "rate", Value: "17"}, 1), measured("a", laws["a"], results.Variable{Name: "nodes", Value: "5"}, 1))
	if got, _ := json.Marshal(saturation.Of(more, searched)); string(got) != string(b) {
		t.Errorf("with trials of another kind: %s", got)
	}
}

// What is to be said against a trial goes with its point: which gates it failed, and
// that a verdict is unknown, to the knee. The file of an older search is read, too.
func TestStanding(t *testing.T) {
	u := saturation.USL{Lambda: 1000, Sigma: 0.05, Kappa: 0.0002}
	var all []analysis.Summary
	y := saturation.New("a")
	for v, more := y.Next(searched); more; v, more = y.Next(searched) {
		s := measured("a", u, v, 1)
		if v.Name == saturation.Sessions {
			failing(analysis.GateSteady)(&s)
		} else {
			s.Verdict = analysis.VerdictUnknown
		}
		all = append(all, s)
		y = saturation.Of(all, searched).Systems[0]
	}
	if c := y.Closed[0]; len(c.Gates) != 1 || c.Gates[0] != analysis.GateSteady {
		t.Errorf("%+v", c)
	}
	if k := y.Knee; k.State != saturation.Confirmed || !k.Unverified || len(y.AtKnee()) < 3 || y.Open[0].Verdict != analysis.VerdictUnknown || len(y.Open[0].Gates) != 0 {
		t.Errorf("%+v: %+v", k, y.Open[0])
	}
	var r saturation.Report
	old := `{"schema": 1, "search": {"confirm": 3}, "systems": [{"system": "a", "knee": {"state": "confirmed", "rate_ops_s": 2000, "held": 2, "tried": 3},
		"closed": [{"sessions": 1, "throughput_ops_s": 756, "p50_ms": 1.2, "p99_ms": "inf"}], "open": [{"rate_ops_s": 2000, "repeat": 1, "outcome": "held"}]}]}`
	if err := json.Unmarshal([]byte(old), &r); err != nil || r.Systems[0].Knee.Held != 2 || len(r.Systems[0].AtKnee()) != 1 {
		t.Errorf("%v: %+v", err, r)
	}
}

// An interrupted search has what it had come to.
func TestOfUnfinished(t *testing.T) {
	u := saturation.USL{Lambda: 1000, Sigma: 0.05, Kappa: 0.0002}
	var all []analysis.Summary
	for range 4 {
		y := saturation.New("a")
		if r := saturation.Of(all, searched); len(r.Systems) > 0 {
			y = r.Systems[0]
		}
		v, _ := y.Next(searched)
		all = append(all, measured("a", u, v, 1))
	}
	y := saturation.Of(all, searched).Systems[0]
	if y.Knee.State != saturation.Unfinished || y.Knee.Rate != 0 || len(y.Closed) != 4 || y.PeakAt != 8 || len(y.Open) != 0 {
		t.Errorf("%+v", y)
	}
}

// failing has a gate fail.
func failing(gate string) func(*analysis.Summary) {
	return func(s *analysis.Summary) { s.Gates = []analysis.Gate{{Name: gate, Saw: "seen"}} }
}

// TestJudge breaks a good trial in each way that there is.
func TestJudge(t *testing.T) {
	u := saturation.USL{Lambda: 1000, Sigma: 0.05, Kappa: 0.0002} // μ = 8,800 or so
	v := results.Variable{Name: "rate", Value: "5000"}
	for _, c := range []struct {
		name   string
		spoil  func(*analysis.Summary)
		want   saturation.Outcome
		reason string
	}{
		{"good", func(s *analysis.Summary) {}, saturation.Held, ""},
		{"illegal", func(s *analysis.Summary) { s.Verdict = analysis.VerdictIllegal }, saturation.Wrong, "its history is illegal"},
		{"unknown", func(s *analysis.Summary) { s.Verdict = analysis.VerdictUnknown }, saturation.Held, ""},
		{"early", func(s *analysis.Summary) { s.Facts.Failure = "boom" }, saturation.Failed, "the trial ended early: boom"},
		{"late generator", func(s *analysis.Summary) {
			s.Response.P99 = 500
			s.Gates = []analysis.Gate{{Name: analysis.GateLag, Saw: "late"}}
		}, saturation.Unfit, "generator lag: late"},
		{"late probes", failing(analysis.GateProbes), saturation.Held, ""},
		{"unsettled", failing(analysis.GateSteady), saturation.Unfit, "steady state: seen"},
		{"unsettled and slow", func(s *analysis.Summary) {
			failing(analysis.GateSteady)(s)
			s.Response.P99 = 100.1
		}, saturation.Failed, "p99 over the SLO"},
		{"unsent", failing(analysis.GateSent), saturation.Failed, "sent against due: seen"},
		{"late generator, and unsent", func(s *analysis.Summary) {
			failing(analysis.GateSent)(s)
			s.Gates = append(s.Gates, analysis.Gate{Name: analysis.GateBusy, Saw: "busy"})
		}, saturation.Unfit, "generator CPU: busy"},
		{"a gate of which nothing is known", failing("a new one"), saturation.Unfit, "a new one: seen"},
		{"a warning", func(s *analysis.Summary) {
			s.Gates = []analysis.Gate{{Name: analysis.GateSteady, Pass: true, Warn: true}}
		}, saturation.Held, ""},
		{"slow", func(s *analysis.Summary) { s.Response.P99 = 100.1 }, saturation.Failed, "p99 over the SLO"},
		{"just", func(s *analysis.Summary) { s.Response.P99 = 100 }, saturation.Held, ""},
		{"never", func(s *analysis.Summary) { s.Response.P99 = analysis.MS(math.Inf(1)) }, saturation.Failed, "p99 over the SLO"},
		{"few", func(s *analysis.Summary) { s.Response.P99, s.Counts.Due = analysis.MS(math.NaN()), 7 }, saturation.Unfit, "7 operations are too few for a p99"},
		{"short", func(s *analysis.Summary) { s.Timeline = s.Timeline[:8] }, saturation.Unfit, "the period is too short to see how the backlog goes"},
		{"backlog", func(s *analysis.Summary) {
			s.Timeline = bins(30, func(int) (uint32, uint32) { return 500, 490 })
		}, saturation.Failed, "the backlog grows by 100 op/s"},
	} {
		s := measured("a", u, v, 1)
		c.spoil(&s)
		if j := saturation.Judge(&s, slo); j.Outcome != c.want || j.Why != c.reason {
			t.Errorf("%s: %s, %q; want %s, %q", c.name, j.Outcome, j.Why, c.want, c.reason)
		}
	}
}

// TestGatesOfTheGenerator spoils the load of a trial in each way, or never lets it
// settle, and wants Judge to find the gate that says so.
func TestGatesOfTheGenerator(t *testing.T) {
	const n = 600
	for want, spoil := range map[string]func(*analysis.Input){
		"":                      func(*analysis.Input) {},
		analysis.GateAccounting: func(in *analysis.Input) { in.Facts.Offered++ },
		analysis.GateLag: func(in *analysis.Input) {
			for i := range in.Samples {
				in.Samples[i].Sent = in.Samples[i].Done
			}
		},
		analysis.GateBusy:     func(in *analysis.Input) { in.Facts.Usage = &results.Usage{Cores: 1, Generator: 3 * time.Second} },
		analysis.GatePauses:   func(in *analysis.Input) { in.Facts.Usage = &results.Usage{Cores: 1, PauseMax: time.Second} },
		analysis.GateArrivals: func(in *analysis.Input) { in.Facts.Arrivals = "poisson" },
		// 8 s of warm-up make 440 bins in all, and responses that take ever longer, from 1 ms to
		// 12: no second is like the one before, and all are within the SLO.
		analysis.GateSteady: func(in *analysis.Input) {
			in.Facts.Warmup = 8 * time.Second
			for i := -1600; i < 0; i++ {
				due := time.Duration(i) * 5 * time.Millisecond
				in.Samples = append(in.Samples, bench.Sample{
					Due: due, Sent: due, Outcome: bench.OK, Class: bench.Main, Kind: bench.Read, Key: uint64(n - i), Session: 1,
				})
			}
			for i := range in.Samples {
				s := &in.Samples[i]
				s.Done = s.Due + time.Millisecond + (s.Due+8*time.Second)/1000
			}
		},
	} {
		in := analysis.Input{Facts: results.Facts{
			Duration: 3 * time.Second, Deadline: slo, Abandon: time.Second, Rate: n / 3, Arrivals: "constant", Offered: n,
		}}
		for i := range n {
			due := time.Duration(i) * 5 * time.Millisecond
			in.Samples = append(in.Samples, bench.Sample{
				Due: due, Sent: due, Done: due + 11*time.Millisecond, Outcome: bench.OK, Class: bench.Main, Kind: bench.Read, Key: uint64(i), Session: 1,
			})
		}
		spoil(&in)
		s := analysis.Analyze(in, analysis.Options{})
		switch j := saturation.Judge(&s, slo); {
		case want == "" && j.Outcome != saturation.Held:
			t.Errorf("a good trial: %+v", j)
		case want != "" && (j.Outcome != saturation.Unfit || !strings.HasPrefix(j.Why, want+": ")):
			t.Errorf("%s: %+v", want, j)
		}
	}
}
