package report

import (
	"fmt"
	"strconv"
	"strings"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/results"
)

// systemFacts says what a system was and promised.
func systemFacts(r *total) []pair {
	f := &r.Trials[0].Facts
	out := []pair{
		{"adapter", orDash(f.Adapter)},
		{"nodes", orDash(strings.Join(f.Nodes, ", ") + " on " + f.Host)},
		{"reads", orDash(f.Guarantees.Reads)},
		{"durability", orDash(f.Guarantees.Durability)},
	}
	if len(f.Settings) > 0 {
		out = append(out, pair{"settings", settings(f.Settings)})
	}
	out = append(out, pair{"cost per ok op", fmt.Sprintf("%s µs CPU, %s messages, %s bytes, %s syncs",
		r.number(func(s *analysis.Summary) float64 { return s.PerOp.CPU }), r.number(func(s *analysis.Summary) float64 { return s.PerOp.Messages }),
		r.number(func(s *analysis.Summary) float64 { return s.PerOp.Bytes }), r.number(func(s *analysis.Summary) float64 { return s.PerOp.Syncs }))})
	out = append(out, pair{"outcomes", outcomes(r)})
	return out
}

func outcomes(r *total) string {
	var c analysis.Counts
	for _, s := range r.trials {
		c.Due += s.Counts.Due
		c.OK += s.Counts.OK
		c.Good += s.Counts.Good
		c.Rejected += s.Counts.Rejected
		c.Unknown += s.Counts.Unknown
		c.Dropped += s.Counts.Dropped
	}
	text := fmt.Sprintf("%d due: %d ok (%d of them in time), %d rejected, %d unknown, %d dropped", c.Due, c.OK, c.Good, c.Rejected, c.Unknown, c.Dropped)
	if n := len(r.trials); n > 1 {
		text += fmt.Sprintf(", over %d trials", n)
	}
	return text + string(r.mark)
}

// splits is the latency of one trial by phase, kind and node.
func splits(s *analysis.Summary) table {
	t := table{Title: "Latency by phase, kind and node", Keys: 1, Columns: []column{
		{"operations", word}, {"n", figure}, {"p50 ms", figure}, {"p90 ms", figure}, {"p99 ms", figure}, {"p99.9 ms", figure}, {"max ms", figure},
		{"service p50 ms", figure}, {"service p99 ms", figure},
	}}
	for _, l := range append([]analysis.Latency{{Response: s.Response, Service: s.Service}}, s.Latency...) {
		t.addSplit(l, s)
	}
	t.note("Response times, from when an operation was due; service counts from when it was sent. A percentile that so few operations do not support is a dash.")
	return t
}

func (t *table) addSplit(l analysis.Latency, s *analysis.Summary) {
	var what []string
	if l.Kind != "" {
		what = append(what, oneLine(l.Kind)+"s")
	}
	if l.Node != "" {
		what = append(what, "sent to "+oneLine(l.Node))
	}
	if l.Phase != "" {
		what = append(what, oneLine(l.Phase))
	}
	if len(what) == 0 {
		what = []string{"all"}
	}
	ms := func(v analysis.MS) string { return millis(v, s.Facts.Abandon) }
	t.add(strings.Join(what, ", "), strconv.FormatUint(l.Response.N, 10), ms(l.Response.P50), ms(l.Response.P90), ms(l.Response.P99),
		ms(l.Response.P999), ms(l.Response.Max), ms(l.Service.P50), ms(l.Service.P99))
}

func checks(r *total) table {
	t := table{Title: "Checks of the history: " + r.verdict(), Keys: 2, Columns: []column{{"repeat", figure}, {"check", word}, {"verdict", word}, {"why", prose}}}
	for _, s := range r.Trials {
		for _, c := range s.Checks {
			t.add(strconv.Itoa(s.Facts.Repeat), oneLine(c.Name), string(c.Verdict), orDash(c.Why))
		}
	}
	return t
}

func gates(r *total) table {
	t := table{Title: "Gates, whether the trial may be believed: " + r.valid(), Keys: 2, Columns: []column{{"repeat", figure}, {"gate", word}, {"passed", word}, {"what was seen", prose}}}
	for _, s := range r.Trials {
		for _, g := range s.Gates {
			passed := "yes"
			switch {
			case !g.Pass:
				passed = "no"
			case g.Warn:
				passed = "warns"
			}
			t.add(strconv.Itoa(s.Facts.Repeat), oneLine(g.Name), passed, orDash(g.Saw))
		}
	}
	return t
}

// sizes is how many nodes the clusters had.
func sizes(summaries []analysis.Summary) string {
	least, most := len(summaries[0].Facts.Nodes), 0
	for i := range summaries {
		n := len(summaries[i].Facts.Nodes)
		least, most = min(least, n), max(most, n)
	}
	if least < most {
		return fmt.Sprintf("%d to %d nodes", least, most)
	}
	return count(most, "node")
}

// offered is the rate of an open loop: if it is meant to change, its mean and its
// course.
func offered(f *results.Facts) string {
	text := number(f.Rate) + " op/s"
	if f.Profile != nil {
		text += " on average (" + oneLine(f.Profile.String()) + ")"
	}
	return text
}

// ofKnee is which share of the system's knee the rate is, where the scenario says what its
// knee was measured to be: 60 %.
func ofKnee(f *results.Facts) string {
	if share := f.ShareOfKnee(); share > 0 {
		return fmt.Sprintf("%.3g %%", 100*share)
	}
	return ""
}

// setting is the run in a line: what was asked of whom.
func setting(m results.Manifest, summaries []analysis.Summary) string {
	var parts []string
	if len(summaries) > 0 {
		f := &summaries[0].Facts
		whole, cells := len(plot.WholeSystems(summaries)), len(plot.Systems(summaries))
		systems := count(whole, "system")
		if cells > whole {
			systems += fmt.Sprintf(" in %d cells of a matrix", cells)
		}
		parts = append(parts, systems, count(len(summaries), "trial"), sizes(summaries))
		if f.Workload != "" {
			parts = append(parts, oneLine(f.Workload))
		}
		if f.Rate > 0 {
			parts = append(parts, offered(f)+" "+oneLine(f.Arrivals))
		} else if f.Arrivals != "" {
			parts = append(parts, oneLine(f.Arrivals)+" loop")
		}
		parts = append(parts, duration(f.Duration)+" each")
	}
	if !m.Started.IsZero() {
		parts = append(parts, m.Started.UTC().Format("2 January 2006 15:04 UTC"))
	}
	if m.Machine.CPU != "" {
		parts = append(parts, oneLine(m.Machine.CPU))
	}
	if m.Machine.Cores > 0 {
		parts = append(parts, count(m.Machine.Cores, "core"))
	}
	return strings.Join(parts, " · ")
}
