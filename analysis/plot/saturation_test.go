package plot_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/analysis/saturation"
	"nines/results"
)

func openTrial(rate, x, p50, p99 float64, o saturation.Outcome) saturation.Open {
	return saturation.Open{
		Rate: rate, Throughput: x, P50: analysis.MS(p50), P99: analysis.MS(p99), Judgement: saturation.Judgement{Outcome: o},
		Standing: saturation.Standing{Verdict: analysis.VerdictOK},
	}
}

func TestSaturation(t *testing.T) {
	inf := math.Inf(1)
	fine := saturation.Standing{Verdict: analysis.VerdictOK}
	dropped := openTrial(2000, 1500, 800, inf, saturation.Failed)
	dropped.Gates = []string{analysis.GateSent}
	unknown := openTrial(500, 500, 1, 2, saturation.Held)
	unknown.Verdict = analysis.VerdictUnknown
	r := saturation.Report{
		Search: results.Search{SLO: 100 * time.Millisecond},
		Systems: []saturation.System{{
			Name: "a", Knee: saturation.Knee{State: saturation.Confirmed, Rate: 1000},
			Closed: []saturation.Closed{{Sessions: 1, Throughput: 300, P50: 3, P99: 5, Standing: fine}, {Sessions: 8, Throughput: 1900, P50: 4, P99: 9, Standing: fine}},
			Open: []saturation.Open{
				dropped,
				openTrial(1000, 998, 4, 40, saturation.Held),
				openTrial(1000, 900, 9, 90, saturation.Unfit), // is left out of the medians
				openTrial(1000, 1000, 6, 60, saturation.Held),
				openTrial(3000, 1600, inf, inf, saturation.Unfit),
			},
		}, {Name: "b <i>", Knee: saturation.Knee{State: saturation.Unfinished, Rate: 500}, Open: []saturation.Open{unknown}}, {Name: "c"}},
	}
	c := plot.Saturation(r)
	want := "Response time over the throughput achieved. " +
		"a: 999 op/s of 1k p50 5.00 ms p99 50.0 ms (the knee), 1.5k op/s of 2k p50 800 ms p99 ∞ (invalid), 1.6k op/s of 3k p50 ∞ p99 ∞; " +
		"in a closed loop up to 1.9k op/s with 8 sessions. b <i>: 500 op/s of 500 p50 1.00 ms p99 2.00 ms (unverified). c:."
	if c.Alt != want {
		t.Errorf("it says\n%s\nwant\n%s", c.Alt, want)
	}
	const marks = " § (1 of 8 trials): unverified: the checks came to no verdict on the history. " +
		"† (1 of 8 trials): not to be believed: the trial failed a gate."
	if !strings.HasSuffix(c.Caption, "nothing is known of the system."+marks) || !strings.HasPrefix(c.Basis, "n = 8 trials.") {
		t.Errorf("the caption says\n%s\n%s", c.Caption, c.Basis)
	}
	for _, f := range []plot.Format{plot.Page, plot.Narrow} {
		svg, err := c.SVG(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"SLO 100 ms", "p99", "p50", "never", "knee"} {
			if !strings.Contains(string(svg), ">"+text+"<") {
				t.Errorf("the chart has no text %q", text)
			}
		}
	}
	if _, err := plot.Saturation(saturation.Report{}).PNG(plot.Page); err != nil {
		t.Errorf("of nothing: %v", err)
	}
}
