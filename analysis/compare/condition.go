package compare

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A Condition is by how much a metric may get worse, such as "response_p99 +10%":
// it is broken by a rise of more than a tenth. A metric of which less is worse has a
// minus: "throughput -5%", "success_ratio -0.001".
type Condition struct {
	Metric  Metric
	Rise    bool    // what is worse
	Amount  float64 // in the unit of the metric, or in %
	Percent bool
}

// grammar: a metric, a sign, a number, and % or a unit.
var grammar = regexp.MustCompile(`^(\S+)\s+([+-])\s*([0-9]+(?:\.[0-9]+)?)\s*(\S*)$`)

// ParseCondition reads a condition: METRIC, then + or - for which way is worse,
// and an amount in % or in the metric's unit, which may be left out. The metric
// is a column of summary.csv, with or without its unit.
func ParseCondition(text string) (Condition, error) {
	parts := grammar.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return Condition{}, fmt.Errorf("condition %q: want a metric, + or - for which way is worse, and an amount, such as 'response_p99 +10%%' or 'throughput -200'", text)
	}
	m, err := FindMetric(parts[1])
	if err != nil {
		return Condition{}, fmt.Errorf("condition %q: %w", text, err)
	}
	amount, err := strconv.ParseFloat(parts[3], 64)
	if err != nil {
		return Condition{}, fmt.Errorf("condition %q: the amount is too large", text)
	}
	c := Condition{Metric: m, Rise: parts[2] == "+", Amount: amount, Percent: parts[4] == "%"}
	switch {
	case parts[4] == "" || c.Percent || parts[4] == m.Unit:
		return c, nil
	case m.Unit == "":
		return Condition{}, fmt.Errorf("condition %q: %s has no unit: want a number alone, or %%", text, m.Name)
	}
	return Condition{}, fmt.Errorf("condition %q: %s is in %s: want that, or %%", text, m.Name, m.Unit)
}

// String is the condition as it is read.
func (c Condition) String() string {
	sign, unit := "-", c.Metric.Unit
	if c.Rise {
		sign = "+"
	}
	if c.Percent {
		unit = "%"
	}
	return c.Metric.Name + " " + sign + strconv.FormatFloat(c.Amount, 'f', -1, 64) + unit
}

// A Judgement is what a condition says of a pair.
type Judgement struct {
	Pair      string  `json:"pair"`
	Condition string  `json:"condition"`
	Outcome   Outcome `json:"outcome"`
	Why       string  `json:"why"`
}

// Outcome is how a condition ended.
type Outcome string

// The outcomes. Unjudged is not a pass.
const (
	Kept     Outcome = "kept"
	Broken   Outcome = "broken"
	Unjudged Outcome = "unjudged" // there is no figure of one side
)

// Judge holds the pairs of a comparison to a condition.
//
// It is broken where the change of the metric, its estimated shift as a row has
// it, goes further than the amount, and nothing in the interval of the change
// goes less far: with "+10%" and an interval, that of the change in % must lie
// at or above 10 %. A change that may be due to how trials differ does not
// break it. Where there are too few trials for an interval, the estimate alone
// decides, which for single trials is the difference of their figures; Why says
// so.
func (c Condition) Judge(of *Comparison) []Judgement {
	var out []Judgement
	for i := range of.Pairs {
		p := &of.Pairs[i]
		j := Judgement{Pair: p.Name, Condition: c.String(), Outcome: Unjudged, Why: "there is no figure of one side"}
		if p.A.Trials == 0 || p.B.Trials == 0 {
			j.Why = "one side has no trial that stands"
		}
		for k := range p.Rows {
			if r := &p.Rows[k]; r.Metric == c.Metric.Name {
				j.Outcome, j.Why = c.judge(r)
			}
		}
		out = append(out, j)
	}
	return out
}

func (c Condition) judge(r *Row) (Outcome, string) {
	change, unit := r.Change, c.Metric.Unit
	if c.Percent {
		change, unit = r.Percent, "%"
	}
	by := float64(change.Value)
	if math.IsNaN(by) {
		return Unjudged, "there is no figure of one side"
	}
	least := float64(change.Lo)
	if !c.Rise {
		by, least = -by, -float64(change.Hi)
	}
	why := "it changed by " + signed(float64(change.Value), unit)
	switch {
	case !change.Sure() && by > c.Amount:
		return Broken, why + ": judged without an interval, of " + trialsOf(r)
	case !change.Sure():
		return Kept, why + ": judged without an interval, of " + trialsOf(r)
	}
	why += fmt.Sprintf(", %.0f %% interval %s to %s", 100*Level, signed(float64(change.Lo), unit), signed(float64(change.Hi), unit))
	if by > c.Amount && least >= c.Amount {
		return Broken, why
	}
	return Kept, why
}

func trialsOf(r *Row) string {
	if r.NA == 1 && r.NB == 1 {
		return "single trials"
	}
	return fmt.Sprintf("%d and %d trials", r.NA, r.NB)
}

// signed writes a change: +1.2 ms, -3.04 %.
func signed(x float64, unit string) string {
	s := strconv.FormatFloat(x, 'g', 3, 64)
	if math.Abs(x) >= 1000 && !math.IsInf(x, 0) {
		s = strconv.FormatFloat(x, 'f', 0, 64)
	}
	if x > 0 && !math.IsInf(x, 0) {
		s = "+" + s
	}
	if unit != "" {
		s += " " + unit
	}
	return s
}
