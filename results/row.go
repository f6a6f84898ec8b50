package results

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"
)

// A Row is one trial in summary.csv. A figure may be +Inf, which prints as inf:
// more operations failed than the percentile leaves out. NaN prints as an empty
// cell: there is no such figure.
type Row struct {
	Trial, System  string
	Repeat, Nodes  int
	Host           string
	Valid          bool
	InvalidReasons []string
	Verdict        string

	Due, OK, Rejected, Unknown, Dropped uint64
	Throughput, Goodput                 float64 // ops/s

	ResponseP50, ResponseP99, ResponseP999, ResponseMax float64 // ms
	ServiceP50, ServiceP99, LagP99                      float64 // ms

	SuccessRatio, IntervalAvailability, UserUptime float64

	Gaps                                   int     // -1: there were no probes
	GapTotal, GapMax                       float64 // ms
	SLOTotal, SLOMax                       float64 // ms
	CPU, Messages, Bytes, Syncs            float64 // per operation; CPU in µs
	Resolution                             float64 // ms
	Adapter, Reads, Durability, WhyVerdict string

	InDoubtMax  float64 // ms; NaN where there are no participants
	InDoubtTxns int     // -1 where there are no participants

	SuccessLo, SuccessHi          float64 // interval of SuccessRatio within the trial, at 95 %
	Worst100ms, Worst1s, Worst10s float64 // the least good / due of windows of that length
	Warnings                      []string

	Time string // real, or virtual: modelled, and no measure of speed

	// By the probes of one kind, ms; NaN without probes:
	ReadGapTotal, ReadSLOTotal, WriteGapTotal, WriteSLOTotal float64

	Worst60s                                float64 // as Worst10s
	WorstUser1s, WorstUser10s, WorstUser60s float64 // the same of users' time: up / (up + down)

	Baseline float64 // successful completions a second before the first fault
	// Weak are the columns of percentiles that rest on too few independent operations.
	Weak []string
}

// Column documents one column of summary.csv.
type Column struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
}

// columns is summary.csv, in order. New columns are added at the end.
var columns = []struct {
	name, doc string
	cell      func(*Row) string
}{
	{"trial", "folder of the trial under trials/", func(r *Row) string { return r.Trial }},
	{"system", "label of the system", func(r *Row) string { return r.System }},
	{"repeat", "from 1", func(r *Row) string { return strconv.Itoa(r.Repeat) }},
	{"nodes", "number of nodes", func(r *Row) string { return strconv.Itoa(r.Nodes) }},
	{"host", "where the nodes ran", func(r *Row) string { return r.Host }},
	{"valid", "whether all gates passed; the figures of a trial that is not valid must not be believed", func(r *Row) string { return strconv.FormatBool(r.Valid) }},
	{"invalid_reasons", "the gates that failed, separated by semicolons", func(r *Row) string { return strings.Join(r.InvalidReasons, "; ") }},
	{"verdict", "ok, illegal, unknown (not a pass), or n/a (the system promises nothing)", func(r *Row) string { return r.Verdict }},
	{"due", "operations of the workload due in the measured period", func(r *Row) string { return count(r.Due) }},
	{"ok", "of those, answered", func(r *Row) string { return count(r.OK) }},
	{"rejected", "of those, certainly without effect", func(r *Row) string { return count(r.Rejected) }},
	{"unknown", "of those, may have had an effect", func(r *Row) string { return count(r.Unknown) }},
	{"dropped", "of those, never sent: no session was free", func(r *Row) string { return count(r.Dropped) }},
	{"throughput_ops_s", "successful completions a second in the measured period", func(r *Row) string { return figure(r.Throughput) }},
	{"goodput_ops_s", "of those, within the deadline of their due time", func(r *Row) string { return figure(r.Goodput) }},
	{"response_p50_ms", "from due to success, over all due operations; what never succeeded counts as inf", func(r *Row) string { return figure(r.ResponseP50) }},
	{"response_p99_ms", "likewise", func(r *Row) string { return figure(r.ResponseP99) }},
	{"response_p999_ms", "likewise", func(r *Row) string { return figure(r.ResponseP999) }},
	{"response_max_ms", "likewise", func(r *Row) string { return figure(r.ResponseMax) }},
	{"service_p50_ms", "from sent to success, over all sent operations; what never succeeded counts as inf", func(r *Row) string { return figure(r.ServiceP50) }},
	{"service_p99_ms", "likewise", func(r *Row) string { return figure(r.ServiceP99) }},
	{"lag_p99_ms", "from due to sent: how late the load generator was", func(r *Row) string { return figure(r.LagP99) }},
	{"success_ratio", "good / due", func(r *Row) string { return figure(r.SuccessRatio) }},
	{"interval_availability", "share of the bins with demand whose good ratio reached the target", func(r *Row) string { return figure(r.IntervalAvailability) }},
	{"user_uptime", "user-uptime of Hauer et al., NSDI 2020", func(r *Row) string { return figure(r.UserUptime) }},
	{"gaps", "service gaps of the cluster", func(r *Row) string { return gaps(r.Gaps) }},
	{"gap_total_ms", "their total length", func(r *Row) string { return figure(r.GapTotal) }},
	{"gap_max_ms", "the longest", func(r *Row) string { return figure(r.GapMax) }},
	{"slo_outage_total_ms", "total length of the cluster's SLO outages", func(r *Row) string { return figure(r.SLOTotal) }},
	{"slo_outage_max_ms", "the longest", func(r *Row) string { return figure(r.SLOMax) }},
	{"cpu_us_per_op", "CPU of the whole process for each successful operation", func(r *Row) string { return figure(r.CPU) }},
	{"messages_per_op", "messages between nodes for each successful operation", func(r *Row) string { return figure(r.Messages) }},
	{"bytes_per_op", "bytes of those messages", func(r *Row) string { return figure(r.Bytes) }},
	{"syncs_per_op", "forced writes for each successful operation", func(r *Row) string { return figure(r.Syncs) }},
	{"resolution_ms", "of gaps and outages: one probe period", func(r *Row) string { return figure(r.Resolution) }},
	{"adapter", "kind of the system", func(r *Row) string { return r.Adapter }},
	{"reads", "declared: linearizable, lease, local or none", func(r *Row) string { return r.Reads }},
	{"durability", "declared: what an acknowledged write survives", func(r *Row) string { return r.Durability }},
	{"why_verdict", "the checks that were not ok", func(r *Row) string { return r.WhyVerdict }},
	{"in_doubt_max_ms", "the longest that a participant of atomic commit did not know the fate of a transaction that it had prepared", func(r *Row) string { return figure(r.InDoubtMax) }},
	{"in_doubt_txns", "transactions that some participant was in doubt about, for a heartbeat or longer", func(r *Row) string { return gaps(r.InDoubtTxns) }},
	{"time", "real, or virtual: times, messages and forced writes are modelled, no processor is charged for, and throughput is the load that was offered", func(r *Row) string { return r.Time }},
	{"success_lo", "lower bound at 95 % of the success ratio within the trial: what differs from trial to trial is not in it", func(r *Row) string { return figure(r.SuccessLo) }},
	{"success_hi", "upper bound", func(r *Row) string { return figure(r.SuccessHi) }},
	{"worst_100ms_ratio", "the least good / due of all windows of 100 ms within the measured period that had demand", func(r *Row) string { return figure(r.Worst100ms) }},
	{"worst_1s_ratio", "likewise", func(r *Row) string { return figure(r.Worst1s) }},
	{"worst_10s_ratio", "likewise", func(r *Row) string { return figure(r.Worst10s) }},
	{"warnings", "the gates that passed and warn, separated by semicolons", func(r *Row) string { return strings.Join(r.Warnings, "; ") }},
	{"read_gap_total_ms", "total length of the service gaps of reads: by the probes that read, to two probe periods", func(r *Row) string { return figure(r.ReadGapTotal) }},
	{"read_slo_outage_total_ms", "total length of the SLO outages of reads, likewise", func(r *Row) string { return figure(r.ReadSLOTotal) }},
	{"write_gap_total_ms", "total length of the service gaps of writes, likewise", func(r *Row) string { return figure(r.WriteGapTotal) }},
	{"write_slo_outage_total_ms", "total length of the SLO outages of writes, likewise", func(r *Row) string { return figure(r.WriteSLOTotal) }},
	{"worst_60s_ratio", "the least good / due of all windows of 60 s", func(r *Row) string { return figure(r.Worst60s) }},
	{"worst_1s_user_uptime", "the least user-uptime of all windows of 1 s", func(r *Row) string { return figure(r.WorstUser1s) }},
	{"worst_10s_user_uptime", "likewise", func(r *Row) string { return figure(r.WorstUser10s) }},
	{"worst_60s_user_uptime", "likewise", func(r *Row) string { return figure(r.WorstUser60s) }},
	{"baseline_ops_s", "successful completions a second in the steady state before the first fault", func(r *Row) string { return figure(r.Baseline) }},
	{"weak_percentiles", "the columns of percentiles that rest on too few independent operations for an interval of 95 %, separated by semicolons: they describe this trial, and only repeats tell how they vary", func(r *Row) string { return strings.Join(r.Weak, "; ") }},
}

// Columns documents summary.csv.
func Columns() []Column {
	var out []Column
	for _, c := range columns {
		out = append(out, Column{c.name, c.doc})
	}
	return out
}

// Cells are the values of a row, in the order of [Columns].
func (r *Row) Cells() []string {
	var out []string
	for _, c := range columns {
		out = append(out, c.cell(r))
	}
	return out
}

// WriteSummary writes summary.csv.
func WriteSummary(path string, rows []Row) error {
	return WriteFile(path, func(w io.Writer) error {
		out := csv.NewWriter(w)
		var head []string
		for _, c := range columns {
			head = append(head, c.name)
		}
		if err := out.Write(head); err != nil {
			return err
		}
		for i := range rows {
			if err := out.Write(rows[i].Cells()); err != nil {
				return err
			}
		}
		out.Flush()
		return out.Error()
	})
}

func count(n uint64) string { return strconv.FormatUint(n, 10) }

func gaps(n int) string {
	if n < 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func figure(f float64) string {
	switch {
	case math.IsNaN(f):
		return ""
	case math.IsInf(f, 1):
		return "inf"
	default:
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
}
