// Package compare holds two sides against each other: the trials of two runs, or
// of two systems in one run. The trial is the unit: a figure of a side is the
// median over its trials, a change is the shift between the trials of both
// sides, and its interval and p-value come from how trials differ. Only response
// percentiles are of all operations of a side's trials together, from their merged
// histograms. Of service times and lags no histogram is kept: their percentiles
// are the medians of what each trial's own are.
//
// A [Condition] says how much worse a figure may get.
package compare

import (
	"fmt"
	"strconv"

	"nines/analysis/stats"
)

// Level is that of all intervals.
const Level = 0.95

// Alpha is the p-value, adjusted for the number of tests, down from which sides
// count as different.
const Alpha = 0.05

// A Comparison is of two sides, pair by pair.
type Comparison struct {
	A         string    `json:"a"` // what the sides are, in words
	B         string    `json:"b"`
	Pairs     []Pair    `json:"pairs"`
	Rows      int       `json:"rows"`           // of all pairs
	Varying   int       `json:"rows_that_vary"` // those of them in which not all trials have the same figure
	Tests     int       `json:"tests"`          // those of them that have a p-value, for which Adjusted allows
	LeftOut   []LeftOut `json:"left_out"`
	Unmatched []string  `json:"unmatched"` // systems that are on one side only, in words
	Notes     []string  `json:"notes"`     // what else differs, and what could not be read
}

// A LeftOut is a trial that has no part in the figures.
type LeftOut struct {
	Side  string `json:"side"`
	Trial string `json:"trial"`
	Why   string `json:"why"`
}

// A Pair is what is compared: B is held against A.
type Pair struct {
	Name string `json:"name"` // of both, or of B and A
	A    Side   `json:"a"`
	B    Side   `json:"b"`
	Rows []Row  `json:"rows"` // the metrics that either side has, in the order of summary.csv
}

// A Side is the trials of one side that have a part in the figures.
type Side struct {
	Name   string `json:"name"`
	Trials int    `json:"trials"`

	trials []*Trial
}

// A Row is one metric of a pair.
type Row struct {
	Metric string `json:"metric"`
	A      Number `json:"a"` // median over the trials; response percentiles: of all operations together
	B      Number `json:"b"`

	Change   Change `json:"change"`     // B less A, in the unit of the metric
	Percent  Change `json:"percent"`    // the same as a factor, less 1, in %
	P        Number `json:"p"`          // Mann and Whitney's; none where so few trials cannot tell sides apart, or all figures are equal
	Adjusted Number `json:"p_adjusted"` // by Holm, for all tests
	Says     Says   `json:"says"`       // what Adjusted allows to say
	NA       int    `json:"trials_a"`   // trials that have the metric
	NB       int    `json:"trials_b"`
	metric   *Metric
	varies   bool
}

// Says is what a test found.
type Says string

// What a row can say.
const (
	Nothing Says = "~"
	Better  Says = "better"
	Worse   Says = "worse"
	Differs Says = "differs" // and neither is better
)

// A Change is an estimate with its interval, whose bounds are NaN if there are
// too few trials for one.
type Change struct {
	Value Number `json:"value"`
	Lo    Number `json:"lo"`
	Hi    Number `json:"hi"`
}

// Sure reports whether there is an interval.
func (c Change) Sure() bool { return c.interval().Exists() }

func (c Change) interval() stats.Interval {
	return stats.Interval{Lo: float64(c.Lo), Hi: float64(c.Hi), Level: Level}
}

// A Number may be NaN, "no figure", which JSON has as null, or infinite, which
// it has as "inf" and "-inf".
type Number float64

// MarshalJSON writes what JSON has no number for in words.
func (n Number) MarshalJSON() ([]byte, error) {
	switch text := strconv.FormatFloat(float64(n), 'f', -1, 64); text {
	case "NaN":
		return []byte("null"), nil
	case "+Inf":
		return []byte(`"inf"`), nil
	case "-Inf":
		return []byte(`"-inf"`), nil
	default:
		return []byte(text), nil
	}
}

// UnmarshalJSON reads what MarshalJSON writes.
func (n *Number) UnmarshalJSON(b []byte) error {
	text := string(b)
	switch text {
	case "null":
		text = "NaN"
	case `"inf"`, `"-inf"`:
		text = text[1 : len(text)-1]
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("a number: %w", err)
	}
	*n = Number(f)
	return nil
}
