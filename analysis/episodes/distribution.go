package episodes

import (
	"encoding/json"
	"math"
	"slices"

	"nines/analysis"
	"nines/analysis/stats"
)

// Level is that of every interval.
const Level = 0.95

// A Distribution is one figure over the episodes of a group.
type Distribution struct {
	N        int         `json:"n"`        // episodes that have the figure
	Censored int         `json:"censored"` // of those, how many are lower bounds
	Longest  analysis.MS `json:"longest"`  // that was seen, to its end or not; NaN if n is 0
	// Some is the probability that the figure is more than 0: of Out, of any outage.
	Some Share `json:"some"`
	// Quantiles are those of the curve of Kaplan and Meier: without censoring the
	// values of rank ⌈qN⌉, and the median the mean of two if N is even.
	Median Estimate `json:"median"`
	P90    Estimate `json:"p90"`
	P95    Estimate `json:"p95"`
	P99    Estimate `json:"p99"`
	Curve  []Point  `json:"curve,omitempty"`
}

// A Share is a probability with its interval of Clopper and Pearson, which is exact.
type Share struct {
	Count int     `json:"count"`
	Of    int     `json:"of"`
	Lo    float64 `json:"lo"`
	Hi    float64 `json:"hi"`
	// UpperIfNone is the one-sided upper bound that applies if Count is 0: 1-0.05^(1/n).
	UpperIfNone float64 `json:"upper_if_none,omitempty"`
}

// An Estimate is a quantile with its interval of order statistics. All are NaN if n
// does not allow an interval. Value is +Inf if the quantile is longer than all that
// was seen, and Hi if it may be.
//
// Censored values enter the lower bound as they are, and the upper one as if they
// had never ended: so the interval holds whatever they would have become.
type Estimate struct{ Value, Lo, Hi float64 }

// A Point is where the curve falls: a share Survival is estimated to be longer
// than At, with the limits of Greenwood on the scale of log(-log S) (Kalbfleisch and
// Prentice 1980, §1.4), which are NaN where nothing is left.
type Point struct{ At, Survival, Lo, Hi float64 }

// distribution sums up bounds in any order.
func distribution(values []Bound) Distribution {
	values = slices.DeleteFunc(slices.Clone(values), func(b Bound) bool { return math.IsNaN(b.Value) })
	d := Distribution{N: len(values)}
	var durations []stats.Censored
	var low, high []float64 // that the values are at least, at most
	for _, v := range values {
		durations = append(durations, stats.Censored(v))
		low, high = append(low, v.Value), append(high, v.Value)
		if v.Censored {
			d.Censored++
			high[len(high)-1] = math.Inf(1)
		}
		if v.Value > 0 || v.Censored {
			d.Some.Count++
		}
	}
	km := stats.KaplanMeier(durations)
	d.Longest = analysis.MS(km.Last)
	d.Some.Of = d.N
	if i := stats.Proportion(d.Some.Count, d.N, Level); d.N > 0 {
		d.Some.Lo, d.Some.Hi = i.Lo, i.Hi
	}
	if d.Some.Count == 0 {
		d.Some.UpperIfNone = stats.UpperIfNone(d.N, Level)
	}
	slices.Sort(low)
	slices.Sort(high)
	for q, e := range map[float64]*Estimate{0.5: &d.Median, 0.9: &d.P90, 0.95: &d.P95, 0.99: &d.P99} {
		*e = estimate(km, low, high, q)
	}
	d.Curve = curve(km)
	return d
}

func estimate(km stats.Survival, low, high []float64, q float64) Estimate {
	lo, ok := stats.QuantileInterval(low, q, Level)
	if !ok {
		return Estimate{math.NaN(), math.NaN(), math.NaN()}
	}
	hi, _ := stats.QuantileInterval(high, q, Level)
	v, ok := km.Quantile(q)
	switch {
	case !ok:
		v = math.Inf(1)
	case q == 0.5:
		v = middle(km, v)
	}
	return Estimate{v, lo.Lo, hi.Hi}
}

// middle is the median: where the curve is exactly at a half from v to its next
// step, the middle of these, as of an even number of values.
func middle(km stats.Survival, v float64) float64 {
	for i, s := range km.Steps {
		if s.At == v && math.Abs(s.Survival-0.5) < 1e-9 && i+1 < len(km.Steps) {
			return (v + km.Steps[i+1].At) / 2
		}
	}
	return v
}

func curve(km stats.Survival) []Point {
	var out []Point
	for _, s := range km.Steps {
		i := s.Limits(Level)
		out = append(out, Point{At: s.At, Survival: s.Survival, Lo: i.Lo, Hi: i.Hi})
	}
	return out
}

type estimateJSON struct {
	Value analysis.MS `json:"value"`
	Lo    analysis.MS `json:"lo"`
	Hi    analysis.MS `json:"hi"`
}

// MarshalJSON writes NaN as null and +Inf as "inf".
func (e Estimate) MarshalJSON() ([]byte, error) {
	return json.Marshal(estimateJSON{analysis.MS(e.Value), analysis.MS(e.Lo), analysis.MS(e.Hi)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (e *Estimate) UnmarshalJSON(data []byte) error {
	var v estimateJSON
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*e = Estimate{float64(v.Value), float64(v.Lo), float64(v.Hi)}
	return nil
}

type pointJSON struct {
	At       analysis.MS `json:"at"`
	Survival analysis.MS `json:"survival"`
	Lo       analysis.MS `json:"lo"`
	Hi       analysis.MS `json:"hi"`
}

// MarshalJSON writes NaN as null.
func (p Point) MarshalJSON() ([]byte, error) {
	return json.Marshal(pointJSON{analysis.MS(p.At), analysis.MS(p.Survival), analysis.MS(p.Lo), analysis.MS(p.Hi)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (p *Point) UnmarshalJSON(data []byte) error {
	var v pointJSON
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*p = Point{float64(v.At), float64(v.Survival), float64(v.Lo), float64(v.Hi)}
	return nil
}
