package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/analysis/stats"
)

// windowLengths are those that tables show, beside the whole period.
var windowLengths = []time.Duration{100 * time.Millisecond, time.Second, 10 * time.Second}

// overWindows answers: how bad did it get, at a stretch, and what would that be
// as time without any service.
func overWindows(rows []total) table {
	t := table{Title: "Availability over windows", Keys: 1, Columns: []column{
		{"system", word}, {"whole", figure}, {"95 % interval", figure}, {"worst 10 s", figure}, {"worst 1 s", figure}, {"worst 100 ms", figure},
		{"downtime ms", figure}, {"days a year", figure},
	}}
	seen := false
	for i := range rows {
		r := &rows[i]
		seen = seen || len(r.trials[0].Windows.Ops) > 0
		cells := []string{oneLine(r.Name), r.share(func(s *analysis.Summary) float64 { return s.SuccessRatio }), r.interval()}
		for _, l := range slices.Backward(windowLengths) {
			cells = append(cells, r.share(func(s *analysis.Summary) float64 { return worstRatio(s.Windows.Ops, l) }))
		}
		t.add(append(cells,
			r.number(func(s *analysis.Summary) float64 { return float64(s.Downtime) }),
			r.number(func(s *analysis.Summary) float64 { return float64(s.DowntimeYear) / (24 * 3600 * 1000) }))...)
	}
	if !seen { // made before windows were looked at
		t.Rows = nil
		return t
	}
	t.note("Worst: the least good / due of all windows of that length. Downtime: (1 - ratio) × period, and of a year of nothing but such faults: no forecast.")
	t.note(intervalNote(rows))
	explain(&t, rows)
	return t
}

// worstRatio is NaN where no window of that length fits, or had demand.
func worstRatio(list []analysis.Worst, length time.Duration) float64 {
	w, ok := analysis.WorstAt(list, length)
	if !ok {
		return math.NaN()
	}
	return w.Ratio
}

// interval covers the success ratio at 95 %: within a trial if there is one, of the
// median between trials if there are enough, and otherwise not at all.
func (t *total) interval() string {
	lo, hi := math.NaN(), math.NaN()
	if len(t.trials) == 1 {
		if s := t.trials[0]; s.SuccessBy != "" {
			lo, hi = s.SuccessRange.Lo, s.SuccessRange.Hi
		}
	} else if i, ok := t.between(successRatio); ok {
		lo, hi = i.Lo, i.Hi
	}
	if math.IsNaN(lo) || math.IsNaN(hi) {
		return dash
	}
	return t.marked(strings.TrimSuffix(share(lo), " %") + " – " + share(hi))
}

// intervalNote says what the intervals are of.
func intervalNote(rows []total) string {
	one, several := false, false
	for _, r := range rows {
		one = one || len(r.trials) == 1
		several = several || len(r.trials) > 1
	}
	const within = "within the trial, by batch means or a block bootstrap, so that what differs from trial to trial is not in it"
	between := fmt.Sprintf("of the median between trials, from %d of them on", stats.SampleSizeFor(0.5, 0.95))
	switch {
	case one && several:
		return "Interval: " + between + "; of a single trial, " + within + "."
	case several:
		return "Interval: " + between + "."
	}
	return "Interval: " + within + "."
}

// byPart answers: who was served, by kind of operation and by node.
func byPart(rows []total) table {
	t := table{Title: "Availability by kind and node", Keys: 2, Columns: []column{
		{"system", word}, {"operations", word}, {"due", figure}, {"success ratio", figure}, {"worst 10 s", figure}, {"worst 1 s", figure}, {"worst 100 ms", figure},
	}}
	for i := range rows {
		r := &rows[i]
		for _, p := range parts(r) {
			if p.Phase != "" {
				continue
			}
			cells := []string{oneLine(r.Name), p.name(), r.whole(p.of(func(x analysis.Share) float64 { return float64(x.Due) })),
				r.share(p.of(func(x analysis.Share) float64 { return x.Ratio }))}
			for _, l := range slices.Backward(windowLengths) {
				cells = append(cells, r.share(p.of(func(x analysis.Share) float64 { return worstRatio(x.Worst, l) })))
			}
			t.add(cells...)
		}
	}
	explain(&t, rows)
	return t
}

// bySide answers: clients of which nodes were served while a fault was in force.
func bySide(rows []total) table {
	t := table{Title: "Availability by node during each fault", Keys: 2, Columns: []column{{"system", word}, {"while", word}, {"success ratio of what each node was sent", prose}}}
	for i := range rows {
		r := &rows[i]
		at := map[string]int{}
		for _, p := range parts(r) {
			if p.Phase == "" {
				continue
			}
			text := oneLine(p.Node) + " " + r.share(p.of(func(x analysis.Share) float64 { return x.Ratio }))
			if row, ok := at[p.Phase]; ok {
				t.Rows[row][2] += ", " + text
				continue
			}
			at[p.Phase] = len(t.Rows)
			t.add(oneLine(r.Name), oneLine(p.Phase), text)
		}
	}
	t.note("From injection to the end of healing. It tells which side of a partition could be used.")
	explain(&t, rows)
	return t
}

// A part is a share of the operations of every trial.
type part struct{ Kind, Node, Phase string }

func partOf(s analysis.Share) part { return part{s.Kind, s.Node, s.Phase} }

// parts are those of a system's trials, in order of first appearance.
func parts(r *total) []part {
	var out []part
	for _, s := range r.trials {
		for _, x := range s.Shares {
			if p := partOf(x); !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// of takes a figure of the part from a trial; NaN if it has no such part.
func (p part) of(f func(analysis.Share) float64) func(*analysis.Summary) float64 {
	return func(s *analysis.Summary) float64 {
		i := slices.IndexFunc(s.Shares, func(x analysis.Share) bool { return partOf(x) == p })
		if i < 0 {
			return math.NaN()
		}
		return f(s.Shares[i])
	}
}

func (p part) name() string {
	if p.Kind != "" {
		return oneLine(p.Kind) + "s"
	}
	return "sent to " + oneLine(p.Node)
}

// burnAlerts answers: would somebody have been called, and how soon. It shows the
// trial that stands for the system.
func burnAlerts(rows []total) table {
	t := table{Title: "Burn-rate alerts", Keys: 3, Columns: []column{
		{"system", word}, {"SLO", figure}, {"alert", word}, {"windows", word}, {"fired", figure}, {"for ms", figure}, {"after each fault, ms", word},
	}}
	for i := range rows {
		r := &rows[i]
		s := r.Typical()
		put := (&total{mark: plot.MarkOf(s)}).marked
		for _, a := range s.Alerts {
			fired, lasted := put(strconv.Itoa(len(a.Fired))), 0.0
			for _, f := range a.Fired {
				lasted += float64(f.To - f.From)
			}
			if a.Never {
				fired = dash
			}
			t.add(oneLine(r.Name), trimmed(100*a.Target)+" %", fmt.Sprintf("%s, burn rate %s", a.Severity, trimmed(a.Rate)),
				spoken(a.Long, 0)+" / "+spoken(a.Short, 0), fired, put(number(lasted)), soonest(s, a, put))
		}
	}
	t.note("Rules of the Site Reliability Workbook, chapter 5; their windows of 1 h, 6 h and 3 days are scaled by one factor, so that the longest is the measured period. " +
		"After each fault: from its injection until the first alert that began before the next; — : none did. A dash for fired: at so low a target the rate cannot be reached.")
	explain(&t, rows)
	return t
}

// soonest is when the alert first fired after each fault: 130, 200.
func soonest(s *analysis.Summary, a analysis.Alert, put func(string) string) string {
	var out []string
	for i, e := range s.Episodes {
		if e.NA != "" {
			continue
		}
		text := dash
		for _, f := range a.Fired {
			if f.Fault == i+1 {
				text = put(number(float64(f.After)))
				break
			}
		}
		out = append(out, fmt.Sprintf("%d: %s", i+1, text))
	}
	if len(out) == 0 {
		return dash
	}
	if n := len(out); n > 8 {
		out = append(out[:8], fmt.Sprintf("and %d more", n-8))
	}
	return strings.Join(out, ", ")
}

// weakMark precedes a percentile that rests on too few independent operations.
const weakMark = "≈ "

const weakNote = "≈ : slow operations came in clusters, so that too few independent ones are left for an interval of 95 %: the figure tells of few events."

// percentile is the median of a percentile over the trials, marked where it is
// weak in one of them.
func (t *total) percentile(of string, q float64, f func(*analysis.Summary) analysis.MS) string {
	text := t.ms(f)
	if text != dash && slices.ContainsFunc(t.trials, func(s *analysis.Summary) bool { return s.Weak(of, q) }) {
		return weakMark + text
	}
	return text
}

// explainWeak adds the note on weak percentiles, if a cell has that mark.
func (t *table) explainWeak() {
	for _, r := range t.Rows {
		for _, cell := range r {
			if strings.HasPrefix(cell, weakMark) {
				t.note(weakNote)
				return
			}
		}
	}
}

// warnings lists the gates that passed with a warning.
func warnings(summaries []analysis.Summary) table {
	t := table{Title: "Gates that warn", Keys: 1, Columns: []column{{"trial", word}, {"gate", word}, {"what was seen", prose}, {"what to do", prose}}}
	for i := range summaries {
		for _, g := range summaries[i].Gates {
			if g.Warn {
				t.add(trialName(&summaries[i]), oneLine(g.Name), orDash(g.Saw), orDash(g.Do))
			}
		}
	}
	return t
}

// warned sums the warnings up in a line for each gate, for those who read nothing
// else. That percentiles are weak is told beside them.
func warned(summaries []analysis.Summary) []string {
	trials := map[string][]string{}
	var names []string
	for i := range summaries {
		for _, g := range summaries[i].Gates {
			name := oneLine(g.Name)
			if !g.Warn || name == "independent operations" {
				continue
			}
			if len(trials[name]) == 0 {
				names = append(names, name)
			}
			trials[name] = append(trials[name], trialName(&summaries[i]))
		}
	}
	var out []string
	for _, n := range names {
		out = append(out, fmt.Sprintf("Warning: %s, of %s (see tables.md).", n, some(trials[n])))
	}
	return out
}
