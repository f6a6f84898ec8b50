package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"nines/analysis/compare"
	"nines/analysis/plot"
)

// Comparison writes the tables of a comparison for a terminal of the given width
// in characters.
func Comparison(w io.Writer, c *compare.Comparison, judged []compare.Judgement, width int) error {
	width = max(width, leastWidth)
	var tables []table
	for i := range c.Pairs {
		tables = append(tables, pairTable(&c.Pairs[i]))
	}
	tables = append(tables, conditions(judged), leftOutTrials(c))
	for i := range tables {
		if err := tables[i].terminal(w, width); err != nil {
			return err
		}
	}
	for _, line := range comparisonNotes(c) {
		if _, err := fmt.Fprintln(w, strings.Join(wrap(oneLine(line), width), "\n")); err != nil {
			return fmt.Errorf("write tables: %w", err)
		}
	}
	return nil
}

func pairTable(p *compare.Pair) table {
	t := table{Title: fmt.Sprintf("%s: %s, and %s", oneLine(p.Name), sideTrials("A", p.A.Trials), sideTrials("B", p.B.Trials)), Keys: 1, Columns: []column{
		{"metric", word}, {"A", figure}, {"B", figure}, {"change", figure}, {"%", figure}, {"95 % interval", figure}, {"p", figure}, {"B is", word},
	}}
	for _, r := range p.Rows {
		m, err := compare.FindMetric(r.Metric)
		if err != nil {
			continue // a row has no other names
		}
		t.add(r.Metric, side(&m, r.A), side(&m, r.B), change(&m, r.Change.Value), factor(r.Percent.Value), changeInterval(&m, &r), pValue(r.Adjusted), says(r.Says))
	}
	return t
}

func sideTrials(side string, n int) string {
	if n == 1 {
		return "1 trial of " + side
	}
	return fmt.Sprintf("%d trials of %s", n, side)
}

func side(m *compare.Metric, n compare.Number) string {
	switch {
	case m.Ratio:
		return share(float64(n))
	case m.Count && !math.IsInf(float64(n), 0):
		return whole(float64(n))
	}
	return number(float64(n))
}

// change is a difference, of ratios in percentage points.
func change(m *compare.Metric, n compare.Number) string {
	switch {
	case m.Ratio:
		return signed(100*float64(n), factorDigits) + " pp"
	case m.Count:
		return signed(float64(n), whole)
	}
	return signed(float64(n), plot.Three)
}

func factor(n compare.Number) string { return signed(float64(n), factorDigits) }

// factorDigits writes a percentage with two decimals at most, and three digits.
func factorDigits(x float64) string {
	if math.Abs(x) >= 10 {
		return plot.Three(x)
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// signed writes a change with its sign.
func signed(x float64, digits func(float64) string) string {
	switch {
	case math.IsNaN(x):
		return dash
	case x == 0:
		return "0"
	case math.IsInf(x, 1):
		return "+∞"
	case math.IsInf(x, -1):
		return "-∞"
	case x > 0:
		return "+" + digits(x)
	}
	return digits(x)
}

// changeInterval is that of the change in %, or of the change itself where there is
// no such factor; ~ where there is none.
func changeInterval(m *compare.Metric, r *compare.Row) string {
	switch {
	case r.Percent.Sure() && !math.IsInf(float64(r.Percent.Hi), 0):
		return factor(r.Percent.Lo) + " to " + factor(r.Percent.Hi) + " %"
	case r.Change.Sure():
		return change(m, r.Change.Lo) + " to " + change(m, r.Change.Hi)
	}
	return string(compare.Nothing)
}

func pValue(p compare.Number) string {
	switch x := float64(p); {
	case math.IsNaN(x):
		return string(compare.Nothing)
	case x < 0.001:
		return "< 0.001"
	default:
		return strconv.FormatFloat(x, 'f', 3, 64)
	}
}

func says(s compare.Says) string { return string(s) }

func conditions(judged []compare.Judgement) table {
	t := table{Title: "Conditions", Keys: 1, Columns: []column{{"pair", word}, {"condition", word}, {"is", word}, {"why", prose}}}
	for _, j := range judged {
		t.add(oneLine(j.Pair), j.Condition, string(j.Outcome), j.Why)
	}
	return t
}

func leftOutTrials(c *compare.Comparison) table {
	t := table{Title: "Left out", Keys: 1, Columns: []column{{"trial", word}, {"why", prose}}}
	for _, l := range c.LeftOut {
		t.add(oneLine(strings.TrimSpace(l.Side+" "+l.Trial)), oneLine(l.Why))
	}
	return t
}

func tests(n int) string {
	if n == 1 {
		return "one test"
	}
	return fmt.Sprintf("%d tests", n)
}

func comparisonNotes(c *compare.Comparison) []string {
	var lines []string
	if c.Rows > 0 {
		interval, difference := compare.TrialsFor(c.Varying)
		lines = append(lines,
			fmt.Sprintf("A: %s. B: %s. Figures are medians over trials; response percentiles are of all operations of the trials together. "+
				"Those of service and lag are not: service_p50, service_p99 and lag_p99 are the median over the trials of each trial's own percentile.", c.A, c.B),
			"Change: B less A, the median of all differences between trials (Hodges and Lehmann), and the same as a factor, in %, of which the interval is where it ends in %.",
			fmt.Sprintf("p: that both sides are alike (Mann and Whitney), adjusted for %s (Holm); better or worse at %v and less.", tests(c.Tests), compare.Alpha),
			fmt.Sprintf("~: nothing can be said. An interval takes %d trials on each side; better or worse takes %d, with %d rows that vary.", interval, difference, c.Varying))
	}
	lines = append(lines, c.Unmatched...)
	return append(lines, c.Notes...)
}
