package plot_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/results"
)

// cell is a trial of a matrix over the offered load, whose quantiles before the
// first fault are told.
func cell(system, rate string, ops, p50, p99 float64) analysis.Summary {
	return analysis.Summary{
		Valid: true, Verdict: analysis.VerdictOK,
		Facts: results.Facts{
			System: system, Rate: ops, Abandon: 10 * time.Second,
			Variant: []results.Variable{{Name: "nodes", Value: "3"}, {Name: "rate", Value: rate}},
		},
		Latency: []analysis.Latency{
			{Kind: "read", Phase: "before", Response: analysis.Quantiles{P50: 77, P99: 77}},
			{Phase: "before", Response: analysis.Quantiles{P50: analysis.MS(p50), P99: analysis.MS(p99)}},
		},
		Response: analysis.Quantiles{P50: 88, P99: 88},
	}
}

func TestLoad(t *testing.T) {
	all := []analysis.Summary{
		cell("a,nodes=3,rate=1e3", "1e3", 1000, 1, 4),
		cell("a,nodes=3,rate=200", "200", 200, 2, 3),
		cell("b,nodes=3,rate=200", "200", 200, 5, math.Inf(1)),
		cell("a,nodes=3,rate=1e3", "1e3", 1000, 3, 8), // another repeat
	}
	c, ok := plot.Load(all)
	if !ok {
		t.Fatal("there is no chart")
	}
	for _, want := range []string{
		"a,nodes=3: 200 op/s p50 2 ms p99 3 ms, 1k op/s p50 2 ms p99 6 ms.",
		"b,nodes=3: 200 op/s p50 5 ms",
	} {
		if !strings.Contains(c.Alt, want) {
			t.Errorf("the chart says\n%s\nwant %s", c.Alt, want)
		}
	}
	if _, err := c.SVG(plot.Page); err != nil {
		t.Error(err)
	}
	// A system that answers at once, which there is in virtual time.
	instant, _ := plot.Load([]analysis.Summary{cell("n,rate=1", "1", 1, 0, 0), cell("n,rate=2", "2", 2, 0, 0)})
	if _, err := instant.SVG(plot.Page); err != nil {
		t.Error(err)
	}
	if _, ok := plot.Load(all[2:3]); ok {
		t.Error("a chart of one point")
	}
	if _, ok := plot.Load([]analysis.Summary{{Facts: results.Facts{System: "a", Rate: 5}}}); ok {
		t.Error("a chart where the load does not vary")
	}
}
