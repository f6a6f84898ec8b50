package compare

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nines/analysis"
	"nines/results"
)

// trial has a throughput, and is like all others otherwise.
func trial(system string, repeat int, throughput float64) analysis.Summary {
	return analysis.Summary{
		Schema: results.Schema, Valid: true, Verdict: analysis.VerdictOK, Throughput: throughput, Goodput: throughput,
		Facts: results.Facts{Trial: fmt.Sprintf("%s-%d", system, repeat), System: system, Repeat: repeat, Nodes: []string{"n1"}, Rate: 100, Workload: "x"},
	}
}

// run has a trial of each throughput.
func run(dir, system string, throughputs ...float64) Run {
	r := Run{Dir: dir}
	for i, v := range throughputs {
		r.Trials = append(r.Trials, NewTrial(trial(system, i+1, v), nil))
	}
	return r
}

func from(first float64, n int) []float64 {
	var out []float64
	for i := range n {
		out = append(out, first+float64(i))
	}
	return out
}

func compareRuns(t *testing.T, a, b Run) Comparison {
	t.Helper()
	c, err := Runs(a, b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func find(t *testing.T, p *Pair, metric string) Row {
	t.Helper()
	i := slices.IndexFunc(p.Rows, func(r Row) bool { return r.Metric == metric })
	if i < 0 {
		t.Fatalf("%s has no row %s", p.Name, metric)
	}
	return p.Rows[i]
}

// 100 to 107 against 200 to 207: the differences are 93 to 107, 100 in the
// middle. Of the 64, the interval of 95 % leaves out 13 at either end (U of 8
// and 8: P(U ≤ 13) = 0.0249, tabled), so that it goes from the 14th: 96 to 104,
// as there are 1, 2, 3, 4 of 93, 94, 95, 96: the 14th is one of five 97s. So
// apart, p is 2/C(16,8) = 2/12870.
func TestRuns(t *testing.T) {
	c := compareRuns(t, run("old", "s", from(100, 8)...), run("new", "s", from(200, 8)...))
	if len(c.Pairs) != 1 || c.Pairs[0].A.Trials != 8 || c.Pairs[0].B.Trials != 8 {
		t.Fatalf("%+v", c.Pairs)
	}
	r := find(t, &c.Pairs[0], "throughput_ops_s")
	if r.A != 103.5 || r.B != 203.5 || r.Change != (Change{100, 97, 103}) {
		t.Errorf("%v, %v, %+v", r.A, r.B, r.Change)
	}
	if p := float64(r.P); math.Abs(p-2.0/12870) > 1e-12 {
		t.Errorf("p = %v", p)
	}
	if want := float64(r.P) * float64(c.Tests); math.Abs(float64(r.Adjusted)-want) > 1e-12 || c.Tests != 2 || c.Varying != 2 || c.Rows != len(c.Pairs[0].Rows) {
		t.Errorf("adjusted to %v, want %v of %d", r.Adjusted, want, c.Tests)
	}
	if r.Says != Better {
		t.Errorf("a higher throughput is %s", r.Says)
	}
	if f := float64(r.Percent.Value); f < 95 || f > 98 || !r.Percent.Sure() || r.Percent.Lo > r.Percent.Value || r.Percent.Hi < r.Percent.Value {
		t.Errorf("in %%: %+v", r.Percent)
	}
	if r := find(t, &c.Pairs[0], "gap_max_ms"); r.Says != Nothing || r.Change.Value != 0 || r.Percent.Value != 0 || !math.IsNaN(float64(r.P)) {
		t.Errorf("equal: %+v", r)
	}
	back := compareRuns(t, run("new", "s", from(200, 8)...), run("old", "s", from(100, 8)...))
	if r := find(t, &back.Pairs[0], "throughput_ops_s"); r.Says != Worse || r.Change != (Change{-100, -103, -97}) {
		t.Errorf("the other way: %+v", r)
	}
}

func TestFewTrials(t *testing.T) {
	for _, n := range []int{1, 3} {
		c := compareRuns(t, run("old", "s", from(100, n)...), run("new", "s", from(200, n)...))
		r := find(t, &c.Pairs[0], "throughput_ops_s")
		if r.Change.Value != 100 || r.Change.Sure() || r.Percent.Sure() || !math.IsNaN(float64(r.P)) || !math.IsNaN(float64(r.Adjusted)) || r.Says != Nothing {
			t.Errorf("%d trials: %+v", n, r)
		}
		if c.Tests != 0 || c.Rows == 0 {
			t.Errorf("%d trials: %d tests of %d rows", n, c.Tests, c.Rows)
		}
	}
	// 2/C(8,4) = 0.029; 23 · 2/C(12,6) = 0.0498; 50 · 2/C(12,6) = 0.108, 50 ·
	// 2/C(14,7) = 0.029.
	for tests, want := range map[int]int{0: 4, 1: 4, 23: 6, 50: 7} {
		if interval, difference := TrialsFor(tests); interval != 4 || difference != want {
			t.Errorf("%d tests take %d and %d trials", tests, interval, difference)
		}
	}
}

// log is the responses of n operations that took that long, and of fail that
// never succeeded.
func log(t *testing.T, n, fail int, took time.Duration) *results.Responses {
	t.Helper()
	dir := t.TempDir()
	kind := results.Tagged{Tag: "read", Fail: fail}
	for range n {
		kind.OK = append(kind.OK, results.Timed{Response: took})
	}
	if err := results.WriteLatency(filepath.Join(dir, results.LatencyFile), time.Unix(1767323045, 0), []results.Tagged{kind}); err != nil {
		t.Fatal(err)
	}
	r, err := results.ReadResponses(dir, uint64(n+fail))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// 900 operations of 1 ms in one trial, 100 of 100 ms in another: of all, the
// 500th took 1 ms and the 990th 100 ms, where the mean of both medians is 50.5
// ms. p99.9 takes 3688 operations.
func TestPercentilesAreMerged(t *testing.T) {
	r := Run{Dir: "old"}
	for i, x := range []struct {
		n    int
		took time.Duration
	}{{900, time.Millisecond}, {100, 100 * time.Millisecond}} {
		s := trial("s", i+1, 1)
		ms := analysis.MS(x.took.Seconds() * 1000)
		s.Response = analysis.Quantiles{P50: ms, P99: ms, P999: analysis.MS(math.NaN()), Max: ms}
		r.Trials = append(r.Trials, NewTrial(s, log(t, x.n, 0, x.took)))
	}
	never := trial("s", 1, 1)
	never.Response = analysis.Quantiles{P50: 1, P99: analysis.MS(math.Inf(1)), Max: analysis.MS(math.Inf(1))}
	b := Run{Dir: "new", Trials: []Trial{NewTrial(never, log(t, 900, 100, time.Millisecond)), NewTrial(never, log(t, 1000, 0, time.Millisecond))}}
	c := compareRuns(t, r, b)
	for metric, want := range map[string][2]float64{
		"response_p50_ms": {1, 1}, "response_p99_ms": {100, math.Inf(1)}, "response_max_ms": {100, math.Inf(1)},
	} {
		row := find(t, &c.Pairs[0], metric)
		for i, got := range []float64{float64(row.A), float64(row.B)} {
			if got != want[i] && math.Abs(got/want[i]-1) > 0.0005 {
				t.Errorf("%s: %v, want %v", metric, got, want[i])
			}
		}
	}
	if row := find(t, &c.Pairs[0], "response_p999_ms"); !math.IsNaN(float64(row.A)) {
		t.Errorf("of 1000 operations there is a p99.9: %v", row.A)
	}
	r.Trials[0].Responses = nil
	c = compareRuns(t, r, b)
	if row := find(t, &c.Pairs[0], "response_p50_ms"); !math.IsNaN(float64(row.A)) || !strings.Contains(strings.Join(c.Notes, "\n"), "s-1 has no latency.hlog") {
		t.Errorf("without a log: %v, %q", row.A, c.Notes)
	}
}

func TestLeftOutAndUnmatched(t *testing.T) {
	a, b := run("old", "s", 1, 2, 3, 4, 5), run("new", "s", 5, 6)
	a.Trials[1].Summary.Valid = false
	a.Trials[1].Summary.Gates = []analysis.Gate{{Name: "generator lag"}, {Name: "finished", Pass: true}, {Name: "probe lag"}}
	a.Trials[2].Summary.Verdict = analysis.VerdictIllegal
	a.Trials[3].Summary.Verdict = analysis.VerdictUnknown
	a.Trials[4].Summary.Facts.Expect = "ok"
	a.Trials = append(a.Trials, run("", "mine", 1).Trials...)
	b.Trials = append(b.Trials, run("", "yours", 1).Trials...)
	b.Trials[0].Summary.Facts.Rate = 200
	c := compareRuns(t, a, b)
	if want := []LeftOut{{"A", "s-2", "not valid: generator lag, probe lag"}, {"A", "s-3", "its history is illegal"},
		{"A", "s-4", "the checks of its history came to no verdict, which is not a pass"}, {"A", "s-5", "it calibrates the checkers"}}; !slices.Equal(c.LeftOut, want) {
		t.Errorf("left out: %+v", c.LeftOut)
	}
	if want := []string{"mine is in old only", "yours is in new only"}; !slices.Equal(c.Unmatched, want) {
		t.Errorf("unmatched: %q", c.Unmatched)
	}
	if got := strings.Join(c.Notes, "\n"); !strings.Contains(got, "s: rates differ: 100 op/s, and 200 op/s") {
		t.Errorf("notes: %s", got)
	}
	if r := find(t, &c.Pairs[0], "throughput_ops_s"); r.A != 1 || r.NA != 1 || r.NB != 2 {
		t.Errorf("%+v", r)
	}
	for i := range b.Trials {
		b.Trials[i].Summary.Valid = false
	}
	if c := compareRuns(t, a, b); c.Rows != 0 || !strings.Contains(strings.Join(c.Notes, "\n"), "s: nothing to compare, as no trial of s stands") {
		t.Errorf("%d rows: %q", c.Rows, c.Notes)
	}
}

func TestNothingInCommon(t *testing.T) {
	a, b := run("old", "s", 1), run("new", "other", 1)
	if _, err := Runs(a, b); err == nil || !strings.Contains(err.Error(), "s is in old only; other is in new only") {
		t.Errorf("%v", err)
	}
	// Labels in a matrix may be numbers, and then mean another cell.
	b = run("new", "s", 1)
	b.Trials[0].Summary.Facts.Variant = []results.Variable{{Name: "for", Value: "1s"}}
	if _, err := Runs(a, b); err == nil || !strings.Contains(err.Error(), "s (for=1s) is in new only") {
		t.Errorf("%v", err)
	}
	if _, err := Runs(a, a); err == nil {
		t.Error("a run was compared with itself")
	}
}

func TestBySystem(t *testing.T) {
	var r Run
	for _, down := range []string{"1s", "4s"} {
		for i, system := range []string{"2pc", "3pc", "paxos"} {
			s := trial(system+",for="+down, 1, float64(10*(i+1)))
			s.Facts.Variant = []results.Variable{{Name: "for", Value: down}}
			r.Trials = append(r.Trials, NewTrial(s, nil))
		}
	}
	names := func(c Comparison) string {
		var out []string
		for _, p := range c.Pairs {
			out = append(out, p.Name)
		}
		return strings.Join(out, "; ")
	}
	c, err := BySystem(r, "")
	if want := "3pc,for=1s against 2pc,for=1s; paxos,for=1s against 2pc,for=1s; 3pc,for=4s against 2pc,for=4s; paxos,for=4s against 2pc,for=4s"; err != nil || names(c) != want {
		t.Errorf("%s, %v", names(c), err)
	}
	if row := find(t, &c.Pairs[1], "throughput_ops_s"); row.A != 10 || row.B != 30 || row.Change.Value != 20 {
		t.Errorf("%+v", row)
	}
	c, err = BySystem(r, "3pc")
	if want := "2pc,for=1s against 3pc,for=1s; paxos,for=1s against 3pc,for=1s"; err != nil || !strings.HasPrefix(names(c), want) {
		t.Errorf("%s, %v", names(c), err)
	}
	if _, err := BySystem(r, "4pc"); err == nil || !strings.Contains(err.Error(), "2pc,for=1s, 3pc,for=1s, paxos,for=1s") {
		t.Errorf("%v", err)
	}
	if _, err := BySystem(run("x", "s", 1, 2), ""); err == nil {
		t.Error("one system was compared")
	}
}

func TestNumbersInJSON(t *testing.T) {
	in := Change{Number(math.Inf(1)), Number(math.Inf(-1)), -1.5}
	b, err := json.Marshal(in)
	if want := `{"value":"inf","lo":"-inf","hi":-1.5}`; err != nil || string(b) != want {
		t.Fatalf("%s, %v", b, err)
	}
	var out Change
	if err := json.Unmarshal(b, &out); err != nil || out != in {
		t.Errorf("%v, %v", out, err)
	}
	var n Number
	if err := json.Unmarshal([]byte("null"), &n); err != nil || !math.IsNaN(float64(n)) {
		t.Errorf("null becomes %v, %v", n, err)
	}
	if err := json.Unmarshal([]byte(`"x"`), &n); err == nil {
		t.Error("x is a number")
	}
}
