package report

import (
	"slices"
	"strconv"
	"strings"

	"nines/analysis"
	"nines/analysis/plot"
)

// speed answers: was it correct, may the trial be believed, how fast was it.
func speed(rows []total) table {
	t := table{Title: "Correctness and speed", Keys: 1, Columns: []column{
		{"system", word}, {"verdict", word}, {"valid", word}, {"throughput op/s", figure}, {"goodput", figure},
		{"p50 ms", figure}, {"p99 ms", figure}, {"p99.9 ms", figure}, {"max ms", figure},
	}}
	for i := range rows {
		r := &rows[i]
		t.add(oneLine(r.Name), r.verdict(), r.valid(),
			r.number(func(s *analysis.Summary) float64 { return s.Throughput }),
			r.number(func(s *analysis.Summary) float64 { return s.Goodput }),
			r.percentile("response", 0.5, func(s *analysis.Summary) analysis.MS { return s.Response.P50 }),
			r.percentile("response", 0.99, func(s *analysis.Summary) analysis.MS { return s.Response.P99 }),
			r.percentile("response", 0.999, func(s *analysis.Summary) analysis.MS { return s.Response.P999 }),
			r.ms(func(s *analysis.Summary) analysis.MS { return s.Response.Max }))
	}
	if modelledRows(rows) {
		t.Title, t.Columns[3].Name, t.Columns[4].Name = "Correctness, and response times as modelled", "answered op/s", "in time op/s"
	}
	t.note("Response times, from when an operation was due, over all that were due. Goodput: that part of the throughput which was done within the deadline.")
	t.explainWeak()
	explain(&t, rows)
	return t
}

// availability answers: how much of the time did it serve.
func availability(rows []total) table {
	t := table{Title: "Availability", Keys: 1, Columns: []column{
		{"system", word}, {"success ratio", figure}, {"intervals up", figure}, {"user-uptime", figure}, {"gaps", figure},
		{"longest gap ms", figure}, {"SLO outage ms", figure},
	}}
	for i := range rows {
		r := &rows[i]
		gaps, longest, slo := dash, dash, dash
		if r.trials[0].Gaps.Measured {
			gaps = r.whole(func(s *analysis.Summary) float64 { return float64(s.Gaps.Count) })
			longest = r.marked(gapText(r.of(func(s *analysis.Summary) float64 { return float64(s.Gaps.Max) }),
				r.of(func(s *analysis.Summary) float64 { return float64(s.Gaps.Resolution) }), r.censored()))
			slo = r.ms(func(s *analysis.Summary) analysis.MS { return s.SLO.Total })
		}
		t.add(oneLine(r.Name),
			r.share(func(s *analysis.Summary) float64 { return s.SuccessRatio }),
			r.share(func(s *analysis.Summary) float64 { return s.IntervalAvailability }),
			r.share(func(s *analysis.Summary) float64 { return s.UserUptime }),
			gaps, longest, slo)
	}
	t.note("Gaps: stretches in which no probe completed. SLO outage: all the time in which no probe was good, summed. Resolution (±): one probe period.")
	explain(&t, rows)
	return t
}

// cost answers: what an operation took, and how punctual the generator was.
func cost(rows []total) table {
	t := table{Title: "Cost of a successful operation, and punctuality of the load", Keys: 1, Columns: []column{
		{"system", word}, {"CPU µs", figure}, {"messages", figure}, {"bytes", figure}, {"syncs", figure},
		{"lag p50 ms", figure}, {"lag p99 ms", figure}, {"dropped", figure},
	}}
	for i := range rows {
		r := &rows[i]
		t.add(oneLine(r.Name),
			r.number(func(s *analysis.Summary) float64 { return s.PerOp.CPU }),
			r.number(func(s *analysis.Summary) float64 { return s.PerOp.Messages }),
			r.number(func(s *analysis.Summary) float64 { return s.PerOp.Bytes }),
			r.number(func(s *analysis.Summary) float64 { return s.PerOp.Syncs }),
			r.lag(func(s *analysis.Summary) analysis.MS { return s.Lag.P50 }),
			r.lag(func(s *analysis.Summary) analysis.MS { return s.Lag.P99 }),
			r.whole(func(s *analysis.Summary) float64 { return float64(s.Counts.Dropped) }))
	}
	if modelledRows(rows) {
		t.note("Modelled: no processor is charged for, and the generator is never late.")
	}
	t.note("CPU is of the whole process, load generator and all nodes together where they share one. Lag: from due to sent. Dropped: due, but never sent.")
	explain(&t, rows)
	return t
}

// lag is n/a where the generator cannot be late.
func (t *total) lag(f func(*analysis.Summary) analysis.MS) string {
	if t.trials[0].Facts.Virtual {
		return "n/a"
	}
	return t.ms(f)
}

// modelledRows reports whether some system ran in virtual time.
func modelledRows(rows []total) bool {
	return slices.ContainsFunc(rows, func(r total) bool { return r.trials[0].Facts.Virtual })
}

// glance answers all at once: correct, believable, how fast, how long out for
// each fault. With many faults it leaves those to the tables of each.
func glance(rows []total, steps []plot.Step) table {
	t := table{Title: "At a glance", Keys: 1, Columns: []column{
		{"system", word}, {"verdict", word}, {"valid", word}, {"op/s", figure}, {"success ratio", figure}, {"p50 ms", figure}, {"p99 ms", figure},
	}}
	if len(steps) > 5 {
		steps = nil
	}
	for _, s := range steps {
		t.Columns = append(t.Columns, column{s.Letter + " " + oneLine(s.Fault), figure})
	}
	several := slices.ContainsFunc(rows, func(r total) bool { return len(r.trials) > 1 })
	for i := range rows {
		r := &rows[i]
		ranged := func(text string, f func(*analysis.Summary) float64) string {
			if !several { // it would be a dash in every cell
				return text
			}
			return r.ranged(text, f)
		}
		cells := []string{oneLine(r.Name), r.verdict(), r.valid(),
			ranged(r.number(throughput), throughput),
			r.share(successRatio) + " [" + strings.TrimSuffix(r.interval(), string(r.mark)) + "]",
			ranged(r.percentile("response", 0.5, func(s *analysis.Summary) analysis.MS { return s.Response.P50 }), func(s *analysis.Summary) float64 { return float64(s.Response.P50) }),
			ranged(r.percentile("response", 0.99, func(s *analysis.Summary) analysis.MS { return s.Response.P99 }), func(s *analysis.Summary) float64 { return float64(s.Response.P99) })}
		for _, s := range steps {
			cells = append(cells, r.out(s))
		}
		t.add(cells...)
	}
	if modelledRows(rows) {
		t.Columns[3].Name = "answered op/s"
	}
	t.note(intervalNote(rows))
	if len(steps) > 0 {
		t.note("Under each fault: how long nobody was served, in ms; after + once more on healing.")
	}
	t.explainWeak()
	explain(&t, rows)
	return t
}

// out is how long one fault stopped the service: 1564 ± 10 + 180.
func (t *total) out(step plot.Step) string {
	all := t.Occurrences(step)
	if plot.TypicalOccurrence(all) == nil {
		return "n/a"
	}
	inject, heal := plot.GapSpread(all, plot.OnInject), plot.GapSpread(all, plot.OnHeal)
	text := gapText(inject.Median, inject.Resolution, inject.Censored)
	if heal.Median > 0 {
		text += " + " + gapText(heal.Median, 0, heal.Censored)
	}
	return t.marked(text)
}

// trials lists every trial; it is there only if some system has several.
func trials(summaries []analysis.Summary) table {
	t := table{Title: "Every trial", Keys: 2, Columns: []column{
		{"system", word}, {"repeat", figure}, {"verdict", word}, {"valid", word}, {"throughput op/s", figure},
		{"p50 ms", figure}, {"p99 ms", figure}, {"max ms", figure}, {"success ratio", figure}, {"gaps", figure}, {"longest gap ms", figure},
	}}
	repeated := false
	for _, s := range plot.Systems(summaries) {
		repeated = repeated || len(s.Trials) > 1
		for _, x := range s.Trials {
			t.addTrial(x)
		}
	}
	if !repeated {
		t.Rows = nil
	}
	return t
}

func (t *table) addTrial(s *analysis.Summary) {
	one := total{trials: []*analysis.Summary{s}, mark: plot.MarkOf(s)}
	one.Trials = one.trials
	gaps, longest := dash, dash
	if s.Gaps.Measured {
		gaps, longest = one.marked(strconv.Itoa(s.Gaps.Count)), one.marked(gapText(float64(s.Gaps.Max), 0, one.censored()))
	}
	t.add(oneLine(s.Facts.System), strconv.Itoa(s.Facts.Repeat), one.verdict(), one.valid(),
		one.marked(number(s.Throughput)),
		one.marked(millis(s.Response.P50, s.Facts.Abandon)), one.marked(millis(s.Response.P99, s.Facts.Abandon)),
		one.marked(millis(s.Response.Max, s.Facts.Abandon)), one.marked(share(s.SuccessRatio)), gaps, longest)
	t.explain(one.mark)
}

// compared says what the systems were: a figure means little without it.
func compared(rows []total) table {
	t := table{Title: "What was compared", Keys: 1, Columns: []column{
		{"system", word}, {"adapter", word}, {"nodes", figure}, {"host", word}, {"reads", word}, {"durability", prose}, {"settings", prose},
	}}
	for i := range rows {
		f := &rows[i].Trials[0].Facts
		t.add(oneLine(f.System), oneLine(f.Adapter), strconv.Itoa(len(f.Nodes)), oneLine(f.Host), orDash(f.Guarantees.Reads),
			orDash(f.Guarantees.Durability), orDash(settings(f.Settings)))
	}
	return t
}

func orDash(s string) string {
	if s = oneLine(s); s != "" {
		return s
	}
	return dash
}
