package analysis

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

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
		Worst100ms: s.worst(100 * time.Millisecond), Worst1s: s.worst(time.Second), Worst10s: s.worst(10 * time.Second),
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

// worst is the worst ratio of operations in a window of a length; NaN if there is none.
func (s *Summary) worst(length time.Duration) float64 {
	w, ok := WorstAt(s.Windows.Ops, length)
	if !ok {
		return nan
	}
	return w.Ratio
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
// cell have the same name.
func BenchLines(summaries []Summary) []results.BenchLine {
	var out []results.BenchLine
	for i := range summaries {
		if s := &summaries[i]; s.Valid && s.Facts.Expect == "" { // else it measures the checkers
			out = append(out, benchLine(s))
		}
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
	for _, q := range []struct {
		name string
		of   *Quantiles
	}{{"response", &s.Response}, {"service", &s.Service}} {
		add(float64(q.of.P50), "p50-"+q.name+"-ms")
		add(float64(q.of.P99), "p99-"+q.name+"-ms")
		add(float64(q.of.P999), "p999-"+q.name+"-ms")
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
