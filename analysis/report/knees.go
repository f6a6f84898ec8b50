package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/analysis/saturation"
	"nines/results"
)

// TerminalKnees writes what a search for knees found, for a terminal of the
// given width in characters.
func TerminalKnees(w io.Writer, r saturation.Report, summaries []analysis.Summary, width int) error {
	tables := []table{knees(r), failedChecks(summaries)}
	for i := range tables {
		if err := tables[i].terminal(w, max(width, leastWidth)); err != nil {
			return err
		}
	}
	for _, line := range kneeLines(r) {
		if _, err := fmt.Fprintln(w, strings.Join(wrap(line, max(width, leastWidth)), "\n")); err != nil {
			return fmt.Errorf("write tables: %w", err)
		}
	}
	return nil
}

// kneeLines says what was found of each system, in a line.
func kneeLines(r saturation.Report) (lines []string) {
	for _, y := range r.Systems {
		lines = append(lines, oneLine(y.Name)+": knee "+y.Knee.String()+".")
	}
	return lines
}

// knees answers: how much does each system hold.
func knees(r saturation.Report) table {
	t := table{Title: "The knee of each system", Keys: 1, Columns: []column{
		{"system", word}, {"knee op/s", figure}, {"held, failed", figure}, {"confirmed", figure}, {"p50 ms", figure}, {"p99 ms", figure},
		{"closed-loop peak op/s", figure}, {"USL σ", figure}, {"κ", figure}, {"N*", figure}, {"X(N*) op/s", figure},
	}}
	for _, y := range r.Systems {
		k, u := y.Knee, y.USL
		rate := dash
		if k.State == saturation.Confirmed {
			rate = whole(k.Rate)
			if k.Limit != saturation.BySystem {
				rate = "≥ " + rate
				t.note("≥: no rate was tried at which the system itself failed; see below.")
			}
		}
		peak := dash
		if y.Peak > 0 {
			peak = fmt.Sprintf("%.0f (%d sessions)", y.Peak, y.PeakAt)
		}
		t.add(oneLine(y.Name), rate, fmt.Sprintf("[%s, %s]", orNo(k.Rate, "0"), orNo(k.Above, dash)),
			fmt.Sprintf("%d of %d", k.Held, k.Tried), millis(y.P50, patience), millis(y.P99, patience), peak,
			coefficient(u, u.Sigma), coefficient(u, u.Kappa), orNo(u.PeakN, dash), orNo(u.PeakX, dash))
		if u.Doubt != "" {
			t.note(fmt.Sprintf("Fit of %s: %s.", oneLine(y.Name), u.Doubt))
		}
	}
	t.note(fmt.Sprintf("Knee: the highest rate in open loop at which p99 of the response time was within %s and the backlog did not grow, "+
		"to %.3g %%, with the brackets of the search. p50 and p99 are medians of the trials at the knee.", duration(r.Search.SLO), 100*r.Search.Step))
	t.note("Advisory: σ (contention), κ (coherency) and the peak at N* sessions are the universal scalability law (Gunther 2007) fitted to the closed loop. The knee does not follow from them.")
	return t
}

// patience is longer than any client's: a time beyond it is infinite.
const patience = 24 * time.Hour

func orNo(x float64, none string) string {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return none
	}
	return fmt.Sprintf("%.0f", x)
}

// coefficient writes one of a fit, if there is a fit.
func coefficient(u saturation.USL, x float64) string {
	if u.Lambda == 0 {
		return dash
	}
	return fmt.Sprintf("%.3g", x)
}

// points lists what was measured, in its order.
func points(r saturation.Report) table {
	t := table{Title: "Points of the search", Keys: 2, Columns: []column{
		{"system", word}, {"point", word}, {"op/s", figure}, {"p50 ms", figure}, {"p99 ms", figure}, {"backlog op/s", figure}, {"outcome", prose},
	}}
	for _, y := range r.Systems {
		for _, c := range y.Closed {
			t.add(oneLine(y.Name), fmt.Sprintf("sessions=%d", c.Sessions), whole(c.Throughput), millis(c.P50, patience), millis(c.P99, patience), dash, orDash(c.Failure))
		}
		for _, o := range y.Open {
			says := string(o.Outcome)
			if o.Why != "" {
				says += ": " + o.Why
			}
			t.add(oneLine(y.Name), fmt.Sprintf("rate=%.0f #%d", o.Rate, o.Repeat), whole(o.Throughput), millis(o.P50, patience), millis(o.P99, patience),
				fmt.Sprintf("%+.0f", o.Growth), oneLine(says))
		}
	}
	t.note("Backlog: how fast what was due and not done grew over the second half of the period. A rate has failed when two trials of it have. " +
		"Unfit: the load generator was late, so that nothing is known of the system.")
	return t
}

// search is what the manifest and the trials say of a search; ok is false for
// any other run.
func search(m results.Manifest, all []analysis.Summary) (r saturation.Report, ok bool) {
	if m.Search == nil {
		return r, false
	}
	return saturation.Of(all, *m.Search), true
}

// atKnees are the trials at the knees: those of the many that are worth a closer
// look.
func atKnees(r saturation.Report, all []analysis.Summary) []analysis.Summary {
	return slices.DeleteFunc(slices.Clone(all), func(s analysis.Summary) bool {
		return !slices.ContainsFunc(r.Systems, func(y saturation.System) bool {
			return y.Knee.Rate > 0 && s.Facts.Rate == y.Knee.Rate && strings.HasPrefix(s.Facts.System, y.Name+",")
		})
	})
}

// searched turns the page of the trials at the knees into that of the search.
func (p *page) searched(r saturation.Report, all []analysis.Summary) error {
	d, err := drawn(plot.Saturation(r))
	if err != nil {
		return err
	}
	p.Overview = append([]drawing{d}, p.Overview...)
	p.Tables = append([]table{points(r)}, p.Tables...)
	p.Glance, p.Cards, p.Lead = knees(r), nil, nil
	for i, line := range kneeLines(r) {
		class := "doubt"
		switch k := r.Systems[i].Knee; {
		case k.State == saturation.Confirmed && k.Limit == saturation.BySystem:
			class = "good"
		case k.State == saturation.Void:
			class = "bad"
		}
		p.Lead = append(p.Lead, badge{line, class})
	}
	for _, b := range lead(all) {
		if !strings.HasPrefix(b.Text, "INVALID") { // a search goes beyond what can be measured: its points say where
			p.Lead = append(p.Lead, b)
		}
	}
	return nil
}
