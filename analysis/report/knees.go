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
	tables := []table{knees(r, patience(summaries)), failedChecks(summaries)}
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

// patience is when the clients of a search give up.
func patience(all []analysis.Summary) time.Duration {
	if len(all) == 0 {
		return 0
	}
	return all[0].Facts.Abandon
}

// knees answers: how much does each system hold. Clients give up after the
// patience.
func knees(r saturation.Report, patience time.Duration) table {
	t := table{Title: "The knee of each system", Keys: 1, Columns: []column{
		{"system", word}, {"knee op/s", figure}, {"held, failed", figure}, {"confirmed", figure}, {"p50 ms", figure}, {"p99 ms", figure},
		{"closed-loop peak op/s", figure}, {"USL σ", figure}, {"κ", figure}, {"N*", figure}, {"X(N*) op/s", figure},
	}}
	for _, y := range r.Systems {
		k, u, m := y.Knee, y.USL, marksOf(&y)
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
			peak = fmt.Sprintf("%.0f%s (%d sessions)", y.Peak, m.peak, y.PeakAt)
		}
		t.add(oneLine(y.Name), marked(m.knee, rate), fmt.Sprintf("[%s, %s]", orNo(k.Rate, "0"), orNo(k.Above, dash)), fmt.Sprintf("%d of %d", k.Held, k.Tried),
			marked(m.latency, millis(y.P50, patience)), marked(m.latency, millis(y.P99, patience)), peak,
			marked(m.law, coefficient(u, u.Sigma)), marked(m.law, coefficient(u, u.Kappa)), marked(m.law, orNo(u.PeakN, dash)), marked(m.law, orNo(u.PeakX, dash)))
		for _, m := range []plot.Mark{m.knee, m.latency, m.peak, m.law} {
			t.explain(m)
		}
		t.unanswered(y.P50, y.P99, patience)
		if u.Doubt != "" {
			t.note(fmt.Sprintf("Fit of %s: %s.", oneLine(y.Name), u.Doubt))
		}
	}
	t.note(fmt.Sprintf("Knee: the highest rate in open loop at which p99 of the response time was within %s and the backlog did not grow, "+
		"to %.3g %%, with the brackets of the search. p50 and p99 are medians of the trials at the knee.", duration(r.Search.SLO), 100*r.Search.Step))
	if p := r.Search; p.Hold > 0 {
		t.note(fmt.Sprintf("Confirmed: how many trials held, of those made at the knee to confirm it; %d must, and %d may fail.", p.Hold, p.Confirm-p.Hold))
	}
	t.note("Advisory: σ (contention), κ (coherency) and the peak at N* sessions are the universal scalability law (Gunther 2007) fitted to the closed loop. The knee does not follow from them.")
	return t
}

// kneeMarks are the worst of the trials that a figure of a system rests on.
type kneeMarks struct{ knee, latency, peak, law plot.Mark }

func marksOf(y *saturation.System) (m kneeMarks) {
	for _, o := range y.AtKnee() {
		mark := plot.PointMark(o.Standing)
		m.latency = plot.Worse(m.latency, mark)
		if o.Outcome == saturation.Held {
			m.knee = plot.Worse(m.knee, mark)
		}
	}
	for _, c := range y.Closed {
		mark := plot.PointMark(c.Standing)
		if c.Failure == "" { // else it is not in the fit
			m.law = plot.Worse(m.law, mark)
		}
		if c.Sessions == y.PeakAt {
			m.peak = mark
		}
	}
	return m
}

func marked(m plot.Mark, cell string) string { return (&total{mark: m}).marked(cell) }

// unanswered explains the percentiles, of p50 and p99, that are infinite.
func (t *table) unanswered(p50, p99 analysis.MS, patience time.Duration) {
	if math.IsInf(float64(p50), 1) || math.IsInf(float64(p99), 1) {
		t.note(beyond(patience) + ": so many operations never succeeded. Clients give up after that time.")
	}
}

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
func points(r saturation.Report, patience time.Duration) table {
	t := table{Title: "Points of the search", Keys: 2, Columns: []column{
		{"system", word}, {"point", word}, {"op/s", figure}, {"p50 ms", figure}, {"p99 ms", figure}, {"backlog op/s", figure}, {"outcome", prose},
	}}
	for _, y := range r.Systems {
		for _, c := range y.Closed {
			m, says := plot.PointMark(c.Standing), c.Failure
			if says == "" && len(c.Gates) > 0 {
				says = "failed gates: " + strings.Join(c.Gates, ", ")
			}
			t.add(oneLine(y.Name), fmt.Sprintf("sessions=%d", c.Sessions), marked(m, whole(c.Throughput)),
				marked(m, millis(c.P50, patience)), marked(m, millis(c.P99, patience)), dash, orDash(says))
			t.explain(m)
			t.unanswered(c.P50, c.P99, patience)
		}
		for _, o := range y.Open {
			says := string(o.Outcome)
			if o.Why != "" {
				says += ": " + o.Why
			}
			m := plot.PointMark(o.Standing)
			t.add(oneLine(y.Name), fmt.Sprintf("rate=%.0f #%d", o.Rate, o.Repeat), marked(m, whole(o.Throughput)),
				marked(m, millis(o.P50, patience)), marked(m, millis(o.P99, patience)), marked(m, fmt.Sprintf("%+.0f", o.Growth)), oneLine(says))
			t.explain(m)
			t.unanswered(o.P50, o.P99, patience)
		}
	}
	t.note("Backlog: how fast what was due and not done grew over the second half of the period. A rate has failed when two trials of it have. " +
		"Unfit: the trial is no measurement of its rate, so that nothing is known of the system, and was made again.")
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
	p.Tables = append([]table{points(r, patience(all))}, p.Tables...)
	p.Glance, p.Cards, p.Lead = knees(r, patience(all)), nil, nil
	for i, line := range kneeLines(r) {
		class := "doubt"
		switch k := r.Systems[i].Knee; {
		case k.State == saturation.Confirmed && k.Limit == saturation.BySystem && !k.Unverified:
			class = "good"
		case k.State == saturation.Void:
			class = "bad"
		}
		p.Lead = append(p.Lead, badge{line, class})
	}
	p.Lead = append(p.Lead, lead(all)...)
	return nil
}
