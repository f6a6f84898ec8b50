package analysis

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"nines/bench"
	"nines/results"
)

// Row is the summary's line in summary.csv.
func Row(s *Summary) results.Row {
	f := &s.Facts
	r := results.Row{
		Trial: f.Trial, System: f.System, Repeat: f.Repeat, Nodes: len(f.Nodes), Host: f.Host,
		Valid: s.Valid, InvalidReasons: reasons(s), Verdict: string(s.Verdict),
		Due: s.Counts.Due, OK: s.Counts.OK, Rejected: s.Counts.Rejected, Unknown: s.Counts.Unknown, Dropped: s.Counts.Dropped,
		Throughput: s.Throughput, Goodput: s.Goodput,
		ResponseP50: float64(s.Response.P50), ResponseP99: float64(s.Response.P99),
		ResponseP999: float64(s.Response.P999), ResponseMax: float64(s.Response.Max),
		ServiceP50: float64(s.Service.P50), ServiceP99: float64(s.Service.P99), LagP99: float64(s.Lag.P99),
		SuccessRatio: s.SuccessRatio, IntervalAvailability: s.IntervalAvailability, UserUptime: s.UserUptime,
		Gaps: -1, GapTotal: float64(s.Gaps.Total), GapMax: float64(s.Gaps.Max),
		SLOTotal: float64(s.SLO.Total), SLOMax: float64(s.SLO.Max),
		CPU: s.PerOp.CPU, Messages: s.PerOp.Messages, Bytes: s.PerOp.Bytes, Syncs: s.PerOp.Syncs,
		Resolution: float64(s.Gaps.Resolution), Adapter: f.Adapter,
		Reads: f.Guarantees.Reads, Durability: f.Guarantees.Durability, WhyVerdict: whyVerdict(s),
		InDoubtMax: float64(s.InDoubt.Max), InDoubtTxns: -1, Time: "real",
		SuccessLo: s.SuccessRange.Lo, SuccessHi: s.SuccessRange.Hi, Warnings: warnings(s),
		Worst100ms: worstOver(s.Windows.Ops, 100*time.Millisecond), Worst1s: worstOver(s.Windows.Ops, time.Second),
		Worst10s: worstOver(s.Windows.Ops, 10*time.Second), Worst60s: worstOver(s.Windows.Ops, time.Minute),
		WorstUser1s: worstOver(s.Windows.Users, time.Second), WorstUser10s: worstOver(s.Windows.Users, 10*time.Second),
		WorstUser60s: worstOver(s.Windows.Users, time.Minute),
		ReadGapTotal: nan, ReadSLOTotal: nan, WriteGapTotal: nan, WriteSLOTotal: nan,
		Baseline: s.Steady.Rate.Mean, Weak: weak(s),
	}
	for i := range s.ByKind {
		switch k := &s.ByKind[i]; k.Kind {
		case bench.Read.String():
			r.ReadGapTotal, r.ReadSLOTotal = float64(k.Gaps.Total), float64(k.SLO.Total)
		case bench.Write.String():
			r.WriteGapTotal, r.WriteSLOTotal = float64(k.Gaps.Total), float64(k.SLO.Total)
		}
	}
	if f.Virtual {
		r.Time, r.LagP99 = "virtual", nan
	}
	if f.Elsewhere != nil && !f.Elsewhere.Due {
		r.LagP99 = nan
	}
	if f.Guarantees.Partitioned {
		r.InDoubtTxns = s.InDoubt.Txns
	}
	if s.Gaps.Measured {
		r.Gaps = s.Gaps.Count
	}
	return r
}

// worstOver is the worst ratio of a window of a length; NaN if there is none.
func worstOver(list []Worst, length time.Duration) float64 {
	w, ok := WorstAt(list, length)
	if !ok {
		return nan
	}
	return w.Ratio
}

// rowPercentiles are the percentiles of summary.csv and of bench.txt, with their names there.
var rowPercentiles = []struct {
	of           string
	q            float64
	column, unit string // no column: it is in bench.txt alone
	value        func(*Summary) MS
}{
	{"response", 0.5, "response_p50_ms", "p50-response-ms", func(s *Summary) MS { return s.Response.P50 }},
	{"response", 0.99, "response_p99_ms", "p99-response-ms", func(s *Summary) MS { return s.Response.P99 }},
	{"response", 0.999, "response_p999_ms", "p999-response-ms", func(s *Summary) MS { return s.Response.P999 }},
	{"service", 0.5, "service_p50_ms", "p50-service-ms", func(s *Summary) MS { return s.Service.P50 }},
	{"service", 0.99, "service_p99_ms", "p99-service-ms", func(s *Summary) MS { return s.Service.P99 }},
	{"service", 0.999, "", "p999-service-ms", func(s *Summary) MS { return s.Service.P999 }},
}

// weak are the columns whose percentile is.
func weak(s *Summary) []string {
	var out []string
	for _, p := range rowPercentiles {
		if p.column != "" && s.Weak(p.of, p.q) {
			out = append(out, p.column)
		}
	}
	return out
}

// warnings are the gates that passed and warn.
func warnings(s *Summary) []string {
	var out []string
	for _, g := range s.Gates {
		if g.Warn {
			out = append(out, g.Name+" ("+g.Saw+")")
		}
	}
	return out
}

// reasons are the gates that failed.
func reasons(s *Summary) []string {
	var out []string
	for _, g := range s.Gates {
		if !g.Pass {
			out = append(out, g.Name+" ("+g.Saw+")")
		}
	}
	return out
}

func whyVerdict(s *Summary) string {
	var out []string
	for _, c := range s.Checks {
		if c.Verdict != VerdictOK {
			out = append(out, fmt.Sprintf("%s %s: %s", c.Name, c.Verdict, c.Why))
		}
	}
	return strings.Join(out, "; ")
}

// BenchLines are the trials as Go benchmarks: those that are valid, since the
// format has no way to say that a figure must not be believed. Repeats of a
// cell have the same name. For the same reason a percentile that is weak in one of them is
// in none: left out where it is weak alone, it would be missing of the trials with the longest
// outages, and the cell would seem faster than it is.
func BenchLines(summaries []Summary) []results.BenchLine {
	var out []results.BenchLine
	type figure struct{ cell, unit string }
	untold := map[figure]bool{}
	for i := range summaries {
		s := &summaries[i]
		if !s.Valid || s.Facts.Expect != "" { // else it measures the checkers
			continue
		}
		out = append(out, benchLine(s))
		for _, p := range rowPercentiles {
			if s.Weak(p.of, p.q) {
				untold[figure{fmt.Sprint(out[len(out)-1].Name), p.unit}] = true
			}
		}
	}
	for i := range out {
		l := &out[i]
		cell := fmt.Sprint(l.Name)
		l.Values = slices.DeleteFunc(l.Values, func(m results.Measured) bool { return untold[figure{cell, m.Unit}] })
	}
	return out
}

func benchLine(s *Summary) results.BenchLine {
	f := &s.Facts
	name := []results.Setting{
		{Key: "system", Value: f.System},
		{Key: "nodes", Value: strconv.Itoa(len(f.Nodes))},
		{Key: "workload", Value: f.Workload},
		{Key: "fault", Value: faultNames(s.Episodes)},
	}
	var values []results.Measured
	add := func(v float64, unit string) { values = append(values, results.Measured{Value: v, Unit: unit}) }
	if !f.Virtual { // it says nothing about what the system can do
		add(s.Throughput, "ops/s")
		add(s.Goodput, "good-ops/s")
	}
	for _, p := range rowPercentiles {
		add(float64(p.value(s)), p.unit)
	}
	add(s.SuccessRatio, "success-ratio")
	add(s.UserUptime, "user-uptime")
	add(float64(s.Gaps.Total), "gap-total-ms")
	add(float64(s.Gaps.Max), "gap-max-ms")
	add(float64(s.SLO.Total), "slo-outage-total-ms")
	add(float64(s.SLO.Max), "slo-outage-max-ms")
	if s.Facts.Guarantees.Partitioned {
		add(float64(s.InDoubt.Max), "in-doubt-max-ms")
		add(float64(s.InDoubt.Total), "in-doubt-total-ms")
	}
	add(s.PerOp.CPU, "cpu-us/op")
	add(s.PerOp.Messages, "messages/op")
	add(s.PerOp.Bytes, "wire-B/op")
	add(s.PerOp.Syncs, "syncs/op")
	return results.BenchLine{Name: name, Values: values}
}

// faultNames are the faults that were injected, each once, in order.
func faultNames(episodes []Episode) string {
	var names []string
	for _, e := range episodes {
		if e.NA == "" && !slices.Contains(names, e.Fault) {
			names = append(names, e.Fault)
		}
	}
	return cmp.Or(strings.Join(names, "+"), "none")
}
