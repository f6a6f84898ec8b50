package compare

import (
	"math"
	"strconv"
	"strings"

	"nines/bench"
	"nines/results"
)

// A Metric is a column of summary.csv that can be compared.
type Metric struct {
	Name string // of the column
	Unit string // ms, op/s, µs, B, or none
	Wish Wish
	// Quantile is that of a response percentile, 1 for the longest; 0 for what
	// is none.
	Quantile float64
	Ratio    bool   // a share of 1, to be shown in %
	Count    bool   // whole
	short    string // without the unit
}

// Wish is where one wants a metric to go.
type Wish int

// The wishes.
const (
	Neither Wish = iota
	Less
	More
)

// Metrics are all that can be compared, in the order of summary.csv. The other
// columns are settings, words and figures that say more of these, such as those of
// reads and of writes: each one more would take certainty from the others.
func Metrics() []Metric {
	return []Metric{
		{Name: "ok", Wish: More, Count: true, short: "ok"},
		{Name: "rejected", Wish: Less, Count: true, short: "rejected"},
		{Name: "unknown", Wish: Less, Count: true, short: "unknown"},
		{Name: "dropped", Wish: Less, Count: true, short: "dropped"},
		{Name: "throughput_ops_s", Unit: "op/s", Wish: More, short: "throughput"},
		{Name: "goodput_ops_s", Unit: "op/s", Wish: More, short: "goodput"},
		{Name: "response_p50_ms", Unit: "ms", Wish: Less, Quantile: 0.5, short: "response_p50"},
		{Name: "response_p99_ms", Unit: "ms", Wish: Less, Quantile: 0.99, short: "response_p99"},
		{Name: "response_p999_ms", Unit: "ms", Wish: Less, Quantile: 0.999, short: "response_p999"},
		{Name: "response_max_ms", Unit: "ms", Wish: Less, Quantile: 1, short: "response_max"},
		{Name: "service_p50_ms", Unit: "ms", Wish: Less, short: "service_p50"},
		{Name: "service_p99_ms", Unit: "ms", Wish: Less, short: "service_p99"},
		{Name: "lag_p99_ms", Unit: "ms", Wish: Less, short: "lag_p99"},
		{Name: "success_ratio", Wish: More, Ratio: true, short: "success_ratio"},
		{Name: "interval_availability", Wish: More, Ratio: true, short: "interval_availability"},
		{Name: "user_uptime", Wish: More, Ratio: true, short: "user_uptime"},
		{Name: "gaps", Wish: Less, Count: true, short: "gaps"},
		{Name: "gap_total_ms", Unit: "ms", Wish: Less, short: "gap_total"},
		{Name: "gap_max_ms", Unit: "ms", Wish: Less, short: "gap_max"},
		{Name: "slo_outage_total_ms", Unit: "ms", Wish: Less, short: "slo_outage_total"},
		{Name: "slo_outage_max_ms", Unit: "ms", Wish: Less, short: "slo_outage_max"},
		{Name: "cpu_us_per_op", Unit: "µs", Wish: Less, short: "cpu_per_op"},
		{Name: "messages_per_op", Wish: Less, short: "messages_per_op"},
		{Name: "bytes_per_op", Unit: "B", Wish: Less, short: "bytes_per_op"},
		{Name: "syncs_per_op", Wish: Less, short: "syncs_per_op"},
		{Name: "in_doubt_max_ms", Unit: "ms", Wish: Less, short: "in_doubt_max"},
		{Name: "in_doubt_txns", Wish: Less, Count: true, short: "in_doubt_txns"},
		{Name: "worst_100ms_ratio", Wish: More, Ratio: true, short: "worst_100ms_ratio"},
		{Name: "worst_1s_ratio", Wish: More, Ratio: true, short: "worst_1s_ratio"},
		{Name: "worst_10s_ratio", Wish: More, Ratio: true, short: "worst_10s_ratio"},
	}
}

// FindMetric finds a metric by the name of its column, with or without the
// unit. The error lists all, and names the nearest.
func FindMetric(name string) (Metric, error) {
	var names []string
	for _, m := range Metrics() {
		if name == m.Name || name == m.short {
			return m, nil
		}
		names = append(names, m.short)
	}
	return Metric{}, bench.UnknownName("metric", name, names)
}

// values are those of the columns of summary.csv that are numbers, by column.
func values(row *results.Row) map[string]float64 {
	out := map[string]float64{}
	cells := row.Cells()
	for i, c := range results.Columns() {
		out[c.Name] = cellValue(cells[i])
	}
	return out
}

// cellValue is NaN for an empty cell, and for words.
func cellValue(cell string) float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}
