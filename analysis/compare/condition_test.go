package compare

import (
	"math"
	"slices"
	"strings"
	"testing"

	"nines/analysis"
	"nines/results"
)

// Every column is compared, or is known not to be a figure, or to say more of one that is.
func TestMetricsAreTheColumns(t *testing.T) {
	others := []string{"trial", "system", "repeat", "nodes", "host", "valid", "invalid_reasons", "verdict", "due",
		"resolution_ms", "adapter", "reads", "durability", "why_verdict", "time", "success_lo", "success_hi", "warnings",
		"read_gap_total_ms", "read_slo_outage_total_ms", "write_gap_total_ms", "write_slo_outage_total_ms", "worst_60s_ratio",
		"worst_1s_user_uptime", "worst_10s_user_uptime", "worst_60s_user_uptime", "baseline_ops_s", "weak_percentiles"}
	var columns, metrics []string
	for _, c := range results.Columns() {
		if !slices.Contains(others, c.Name) {
			columns = append(columns, c.Name)
		}
	}
	for _, m := range Metrics() {
		metrics = append(metrics, m.Name)
		for _, name := range []string{m.Name, m.short} {
			if found, err := FindMetric(name); err != nil || found.Name != m.Name {
				t.Errorf("%s finds %s, %v", name, found.Name, err)
			}
		}
	}
	if !slices.Equal(columns, metrics) {
		t.Errorf("columns %q\nmetrics %q", columns, metrics)
	}
}

func TestParseCondition(t *testing.T) {
	for text, want := range map[string]string{
		"response_p99 +10%":        "response_p99_ms +10%",
		"response_p99_ms  + 2.5 %": "response_p99_ms +2.5%",
		" response_max +5ms ":      "response_max_ms +5ms",
		"throughput -200":          "throughput_ops_s -200op/s",
		"throughput -200 op/s":     "throughput_ops_s -200op/s",
		"success_ratio -0.001":     "success_ratio -0.001",
		"gaps +0":                  "gaps +0",
	} {
		c, err := ParseCondition(text)
		if err != nil || c.String() != want {
			t.Errorf("%q is %q, %v, want %q", text, c, err, want)
		}
	}
	for text, says := range map[string]string{
		"":                                  "want a metric, + or -",
		"response_p99":                      "want a metric, + or -",
		"response_p99 10%":                  "want a metric, + or -",
		"response_p99 +x%":                  "want a metric, + or -",
		"response_p99 +1e3":                 "is in ms: want that, or %",
		"response_p99 +NaN":                 "want a metric, + or -",
		"response_p9 +10%":                  `did you mean "response_p99"`,
		"nonsense +10%":                     "there are ok, rejected,",
		"system +10%":                       "unknown metric",
		"response_p99 +10 s":                "is in ms: want that, or %",
		"gaps +1 ms":                        "gaps has no unit",
		"gaps +" + strings.Repeat("9", 400): "too large",
	} {
		if c, err := ParseCondition(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is %v, %v, want %q", text, c, err, says)
		}
	}
}

func FuzzParseCondition(f *testing.F) {
	for _, seed := range []string{"response_p99 +10%", "throughput -200op/s", "gaps +1", "x", "ok + 1 %", "cpu_per_op +3µs"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCondition(text)
		if err != nil {
			return
		}
		if c.Amount < 0 || math.IsInf(c.Amount, 0) || math.IsNaN(c.Amount) {
			t.Fatalf("%q has the amount %v", text, c.Amount)
		}
		again, err := ParseCondition(c.String())
		if err != nil || again != c {
			t.Fatalf("%q reads as %q, and that as %+v, %v", text, c, again, err)
		}
	})
}

func TestJudge(t *testing.T) {
	// With eight trials of 100 to 107 against 110 to 117 the shift is 10, of
	// which the interval is 7 to 13.
	many := compareRuns(t, run("old", "s", from(100, 8)...), run("new", "s", from(110, 8)...))
	one := compareRuns(t, run("old", "s", 100), run("new", "s", 110))
	two := compareRuns(t, run("old", "s", 100, 102), run("new", "s", 110, 112))
	for _, x := range []struct {
		of        *Comparison
		condition string
		want      Outcome
		why       string
	}{
		{&many, "throughput +5", Broken, "95 % interval +7 op/s to +13 op/s"},
		{&many, "throughput +7", Broken, "+10 op/s"}, // the interval excludes less than 7
		{&many, "throughput +7.1", Kept, "+7 op/s to"},
		{&many, "throughput +12", Kept, "+10 op/s"},
		{&many, "throughput -5", Kept, "+10 op/s"},
		{&many, "throughput +5%", Broken, "%"},
		{&many, "throughput +9%", Kept, "+9.66 %"}, // the interval begins at 6.6 %
		{&many, "dropped +0", Kept, "0"},
		{&one, "throughput +5", Broken, "without an interval, of single trials"},
		{&one, "throughput +10", Kept, "without an interval, of single trials"},
		{&one, "throughput +9.9%", Broken, "+10 %"},
		{&two, "throughput +5", Broken, "without an interval, of 2 and 2 trials"},
		{&one, "in_doubt_txns +1", Unjudged, "no figure"},
	} {
		c, err := ParseCondition(x.condition)
		if err != nil {
			t.Fatal(err)
		}
		j := c.Judge(x.of)
		if len(j) != 1 || j[0].Outcome != x.want || !strings.Contains(j[0].Why, x.why) || j[0].Pair != "s" {
			t.Errorf("%s: %+v, want %s, %q", x.condition, j, x.want, x.why)
		}
	}
	fall := compareRuns(t, run("old", "s", from(110, 8)...), run("new", "s", from(100, 8)...))
	c, _ := ParseCondition("throughput -5")
	if j := c.Judge(&fall); j[0].Outcome != Broken {
		t.Errorf("a fall: %+v", j)
	}
	c, _ = ParseCondition("throughput -8")
	if j := c.Judge(&fall); j[0].Outcome != Kept {
		t.Errorf("a fall whose interval has less: %+v", j)
	}
	void := run("new", "s", 110)
	void.Trials[0].Summary.Valid = false
	none := compareRuns(t, run("old", "s", 100), void)
	if j := c.Judge(&none); j[0].Outcome != Unjudged || !strings.Contains(j[0].Why, "no trial that stands") {
		t.Errorf("without a trial: %+v", j)
	}
}

func TestInfinityIsWorse(t *testing.T) {
	a, b := trial("s", 1, 1), trial("s", 1, 1)
	a.Response.P99 = 5
	b.Response.P99 = analysis.MS(math.Inf(1))
	c, _ := ParseCondition("response_p99 +10%")
	rises := compareRuns(t, Run{Dir: "old", Trials: []Trial{NewTrial(a, nil)}}, Run{Dir: "new", Trials: []Trial{NewTrial(b, nil)}})
	if j := c.Judge(&rises); j[0].Outcome != Broken {
		t.Errorf("%+v", j)
	}
	same := compareRuns(t, Run{Dir: "old", Trials: []Trial{NewTrial(b, nil)}}, Run{Dir: "new", Trials: []Trial{NewTrial(b, nil)}})
	if j := c.Judge(&same); j[0].Outcome != Kept {
		t.Errorf("both infinite: %+v", j)
	}
}
