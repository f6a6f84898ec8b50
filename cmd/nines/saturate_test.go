package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"nines/analysis"
	"nines/analysis/saturation"
	"nines/bench"
	"nines/bench/scenario"
	"nines/results"
)

// queue is a made-up system: an M/M/1 queue of mu operations a second, of which a
// closed loop of n sessions gets n/(n+3).
func queue(mu float64) func(p planned) analysis.Summary {
	return func(p planned) analysis.Summary {
		s := analysis.Summary{Valid: true, Verdict: analysis.VerdictOK, BinMS: 100}
		l := p.scenario.Load
		s.Facts = results.Facts{
			Trial: p.name, System: p.label, Variant: p.variant, Repeat: p.repeat, Arrivals: string(l.Arrivals), Rate: l.Rate,
			Duration: p.scenario.Duration, Deadline: l.Deadline, Abandon: l.Abandon,
		}
		if n := float64(l.Sessions); n > 0 {
			s.Throughput = mu * n / (n + 3)
			return s
		}
		s.Throughput = min(mu, l.Rate)
		s.Response.P50, s.Response.P99 = analysis.MS(math.Inf(1)), analysis.MS(math.Inf(1))
		if l.Rate < mu {
			s.Response.P50, s.Response.P99 = analysis.MS(1000*math.Ln2/(mu-l.Rate)), analysis.MS(1000*math.Log(100)/(mu-l.Rate))
		}
		for range 30 {
			s.Timeline = append(s.Timeline, analysis.Bin{Due: uint32(l.Rate / 10), Done: uint32(s.Throughput / 10)})
		}
		return s
	}
}

// newHunt is a search whose trials are made up.
func newHunt(t *testing.T, try func(planned) (analysis.Summary, error), flags ...string) (*saturateCmd, *hunt, *results.Run, *bytes.Buffer) {
	t.Helper()
	c := &saturateCmd{Scenario: "saturate", MaxRate: 200_000, Systems: []string{"single", "null"}, Set: flags}
	s, err := c.effective()
	if err != nil {
		t.Fatal(err)
	}
	p := c.search(s)
	run, _, err := createRun(filepath.Join(t.TempDir(), "run"), s, results.Manifest{Command: c.command(), Search: &p})
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	return c, &hunt{
		dir: run.Dir(), scenario: s, p: p, show: newDisplay(&said, false), began: time.Now(),
		try: func(_ context.Context, _ string, p planned, _ *stage) (analysis.Summary, error) { return try(p) },
	}, run, &said
}

// TestHunt searches two systems side by side to the end, and reports.
func TestHunt(t *testing.T) {
	order := ""
	c, h, run, said := newHunt(t, func(p planned) (analysis.Summary, error) {
		order += p.system.Name[:1]
		return queue(map[string]float64{"single": 2000, "null": 7000}[p.system.Name])(p), nil
	})
	if err := h.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(order, "snsnsnsnsnsnsnsn") {
		t.Errorf("the order of the trials is %s", order)
	}
	for _, want := range []string{"] single,sessions=1: starts", ": held\n", "failed (p99 over the SLO)", "single: knee ", "null: knee "} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	var out bytes.Buffer
	if err := c.conclude(t.Context(), terminal{strings.NewReader(""), &out, io.Discard}, run, h.all, nil); err != nil {
		t.Error(err)
	}
	r := saturation.Of(h.all, h.p)
	for i, mu := range []float64{2000, 7000} {
		knee := mu - math.Log(100)/0.1 // an M/M/1 queue's, for 100 ms
		if k := r.Systems[i].Knee; k.State != saturation.Confirmed || k.Rate > knee || k.Above <= knee {
			t.Errorf("%+v, want %g", k, knee)
		}
	}
	for file, want := range map[string]string{
		results.KneeFile: fmt.Sprintf("# Operations a second at which p99 is within 100ms: a field of load, beside rate: 60%% of knee.\nknee: {single: %.0f, \"null\": %.0f}\n",
			r.Systems[0].Knee.Rate, r.Systems[1].Knee.Rate),
		results.FoundFile:  `"state": "confirmed"`,
		results.ReportFile: "Throughput against latency",
		results.TablesFile: "## The knee of each system",
		filepath.Join(results.ChartsDir, "saturation.svg"):          "SLO 100 ms",
		filepath.Join(results.ChartsDir, "latency-percentiles.svg"): "null,rate=",
	} {
		if text, err := os.ReadFile(run.Path(file)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v, or it has not %q", file, err, want)
		}
	}
	if want := "single: knee " + r.Systems[0].Knee.String(); !strings.Contains(out.String(), "The knee of each system") || !strings.Contains(strings.Join(strings.Fields(out.String()), " "), want) {
		t.Errorf("no %q in\n%s", want, &out)
	}
}

// An interrupted search keeps what it has, and says how far it came.
func TestHuntInterrupted(t *testing.T) {
	n := 0
	c, h, run, _ := newHunt(t, func(p planned) (analysis.Summary, error) {
		if n++; n > 5 {
			return analysis.Summary{}, errInterrupted
		}
		return queue(2000)(p), nil
	})
	err := h.run(t.Context())
	if !errors.Is(err, errInterrupted) || !strings.Contains(err.Error(), "during trial 6, null,sessions=4-1") {
		t.Errorf("error %v", err)
	}
	var out, errs bytes.Buffer
	err = c.conclude(t.Context(), terminal{strings.NewReader(""), &out, &errs}, run, h.all, err)
	if code := exitCode(err, &errs); code != exitInterrupted || !strings.Contains(errs.String(), "kept and reported: 5 trials; to begin anew: nines saturate saturate --systems single,null") {
		t.Errorf("exit code %d: %s", code, &errs)
	}
	// Nor can it go on where nothing can be reported: nines run would refuse to.
	if err := c.conclude(t.Context(), terminal{strings.NewReader(""), &out, &errs}, run, nil, errInterrupted); strings.Contains(err.Error(), "--resume") ||
		!strings.Contains(err.Error(), "to begin anew: nines saturate") {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(out.String(), "single: knee not found yet.") {
		t.Errorf("it says\n%s", &out)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.run(ctx); err == nil || !strings.Contains(err.Error(), "interrupted after 5 trials") {
		t.Errorf("error %v", err)
	}
}

// Exit codes: a history that is illegal, a knee that is not there.
func TestVerdictOfSearch(t *testing.T) {
	for want, spoil := range map[int]func(*analysis.Summary){
		exitIllegal: func(s *analysis.Summary) { s.Verdict = analysis.VerdictIllegal },
		exitInvalid: func(s *analysis.Summary) { s.Response.P99 = 1e6 },
	} {
		_, h, run, _ := newHunt(t, func(p planned) (analysis.Summary, error) {
			s := queue(2000)(p)
			if s.Facts.Rate > 0 {
				spoil(&s)
			}
			return s, nil
		})
		if err := h.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if code := ended(0); !errors.As(verdictOf(run, h.all), &code) || int(code) != want {
			t.Errorf("exit code %d, want %d", code, want)
		}
	}
}

// TestAddedTrial runs a trial as the child of a search does: found by its entry in
// the manifest.
func TestAddedTrial(t *testing.T) {
	_, h, run, _ := newHunt(t, nil, "duration=1s", "warmup=0s", "workload.keys=10", "load.abandon=300ms")
	for _, c := range []struct {
		point    results.Variable
		arrivals string
		rate     float64
	}{
		{results.Variable{Name: "sessions", Value: "2"}, "closed", 0},
		{results.Variable{Name: "rate", Value: "70.5"}, "poisson", 70.5},
	} {
		e := h.entry("null", c.point)
		if err := run.Add(e); err != nil {
			t.Fatal(err)
		}
		p, err := recall(run, e.Trial)
		if err != nil {
			t.Fatal(err)
		}
		l := p.scenario.Load
		if want := bench.MaxInFlight(c.rate, 300*time.Millisecond); l.Rate > 0 && l.MaxInFlight != want {
			t.Errorf("%s: %d in flight, want %d, which follow from the rate", e.Trial, l.MaxInFlight, want)
		}
		x, err := specify(p)
		if err != nil {
			t.Fatal(err)
		}
		f := x.facts()
		if f.Arrivals != c.arrivals || f.Rate != c.rate || f.Trial != "null,"+c.point.Name+"="+c.point.Value+"-1" ||
			f.Adapter != "null" || !reflect.DeepEqual(f.Variant, []results.Variable{c.point}) {
			t.Errorf("%+v", f)
		}
	}
	if testing.Short() {
		return
	}
	const name = "null,sessions=2-1"
	p, err := recall(run, name)
	if err != nil {
		t.Fatal(err)
	}
	own, err := hold(t.Context(), run, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer own.release()
	sum, err := own.try(t.Context(), run.Dir(), p, h.show.begin(place{n: 1, of: 1}, p))
	if err != nil || sum.Throughput == 0 || sum.Facts.Arrivals != "closed" {
		t.Errorf("%v: %+v", err, sum.Facts)
	}
	if _, err := recall(run, "null-1"); err != nil { // one that the scenario itself plans
		t.Error(err)
	}
	if _, err := recall(run, "null,rate=1-1"); err == nil {
		t.Error("found a trial that there is not")
	}
}

// A scenario whose loop is closed gets an open one, and any other keeps its own.
func TestPointSets(t *testing.T) {
	point := results.Variable{Name: "rate", Value: "5"}
	for from, want := range map[scenario.Arrivals]string{scenario.Closed: "poisson", scenario.Constant: "constant"} {
		s := &scenario.Scenario{Load: scenario.Load{Arrivals: from}}
		if got := pointSets(s, point)[0]; got.Value != want {
			t.Errorf("from %s: %v", from, got)
		}
	}
}

func TestSaturateRefuses(t *testing.T) {
	for args, want := range map[string]string{
		"--set time=virtual":                    "virtual time charges for no processor",
		"paxos-vs-raft":                         "a matrix has many scenarios",
		"controls --set probes.rate=":           "host sim runs in no time",
		"--set repeat=2":                        "remove repeat and faults",
		"--duration 500ms":                      "too short to see how the backlog goes",
		"--max-rate 100":                        "--max-rate 100 would not give a p99 in 3s: want 167 or more",
		"--slo-p99 soon":                        "--slo-p99: ",
		"--systems paxso":                       "--systems: ",
		"--set load.deadline=2h --set x=1":      "x",
		"--set faults=[{at:1s,for:1s,fault:x}]": "faults",
	} {
		dir := filepath.Join(t.TempDir(), "run")
		_, err, code := nines(t, append(strings.Fields("saturate "+args), "--out", dir)...)
		if code != exitBadInput || !strings.Contains(err, want) {
			t.Errorf("%s: exit code %d, %s; want %s", args, code, err, want)
		}
		if _, missing := os.Stat(dir); missing == nil {
			t.Errorf("%s left a folder", args)
		}
	}
}

// Clients of a search give up soon, unless the user says when.
func TestSaturateAbandon(t *testing.T) {
	for set, want := range map[string]time.Duration{
		"":                    time.Second,
		"load.deadline=1s":    10 * time.Second,
		"load.deadline=500ms": 5 * time.Second,
		"load.abandon=7s":     7 * time.Second,
	} {
		c := saturateCmd{Scenario: "steady", MaxRate: 1e5}
		if set != "" {
			c.Set = []string{set}
		}
		s, err := c.effective()
		if err != nil || s.Load.Abandon != want || s.Duration != 3*time.Second || s.Probes.Rate != 0 {
			t.Errorf("%q: %v, %+v", set, err, s)
		}
	}
}

func TestKneeYAML(t *testing.T) {
	r := saturation.Report{Search: results.Search{SLO: 50 * time.Millisecond}, Systems: []saturation.System{
		{Name: "etcdraft", Knee: saturation.Knee{State: saturation.Confirmed, Rate: 12_000, Limit: saturation.BySystem}},
		{Name: "null", Knee: saturation.Knee{State: saturation.Confirmed, Rate: 200_000, Limit: saturation.ByMaximum, Held: 3, Tried: 3}},
		{Name: "1e3", Knee: saturation.Knee{State: saturation.Confirmed, Rate: 7.5, Limit: saturation.BySystem, Held: 3, Tried: 4, Unverified: true}},
		{Name: "paxos", Knee: saturation.Knee{State: saturation.None, Above: 167, Limit: saturation.BySystem}},
	}}
	const want = "# Operations a second at which p99 is within 50ms: a field of load, beside rate: 60% of knee.\n# null: 200000 op/s or more (held 3 of 3; the highest rate that was to be tried)\n" +
		"# 1e3: 8 op/s (held 3 of 4; unverified: the checks came to no verdict on a history)\n# paxos: none: not even 167 op/s held\n" +
		"knee: {etcdraft: 12000, \"null\": 200000, \"1e3\": 7.5}\n"
	if got := kneeYAML(r); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	// A scenario takes it as it is, and a point of a search leaves it away.
	s := parse(t, "systems: [etcdraft, \"null\"]\nload:\n  rate: 60% of knee\n  "+strings.ReplaceAll(kneeYAML(r), "\n", "\n  "))
	for _, y := range s.Systems {
		if rate := s.For(y).Load.Rate; rate != map[string]float64{"etcdraft": 7200, "null": 120_000}[y.Name] {
			t.Errorf("%s: 60 %% of the knee is %g", y.Name, rate)
		}
	}
	text, err := s.YAML()
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range []results.Variable{{Name: "rate", Value: "500"}, {Name: "sessions", Value: "4"}} {
		h := &hunt{scenario: s}
		if p, err := added(string(text), h.entry("null", point)); err != nil || len(p.scenario.Load.Knee) > 0 {
			t.Errorf("%v: %v", point, err)
		}
	}
}
