package episodes

import (
	"encoding/json"
	"math"
	"testing"
)

var (
	inf = math.Inf(1)
	nan = math.NaN()
)

func ended(values ...float64) (out []Bound) {
	for _, v := range values {
		out = append(out, Bound{Value: v})
	}
	return out
}

func cut(values ...float64) (out []Bound) {
	for _, v := range values {
		out = append(out, Bound{v, true})
	}
	return out
}

func upTo(n int) (out []float64) {
	for i := range n {
		out = append(out, float64(i+1))
	}
	return out
}

func near(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-4
}

// TestDistributionByHand: of the intervals' ranks, those of the median of 30 are 10
// and 21 (Conover, Practical Nonparametric Statistics, 1999, table A3: 9 or fewer of 30
// have probability 0.0214, 10 or fewer 0.0494). For the p90 of 36: all are below it with probability
// 0.9^36 = 0.0225, and 28 or fewer with 0.0235, 29 or fewer with 0.0628.
func TestDistributionByHand(t *testing.T) {
	for _, c := range []struct {
		name        string
		values      []Bound
		n, censored int
		some        [3]float64 // share, and its interval
		none        float64
		median, p90 Estimate
		survival    []float64
	}{
		{name: "none", some: [3]float64{nan, 0, 0}, none: 1, median: Estimate{nan, nan, nan}, p90: Estimate{nan, nan, nan}},
		{name: "no figure", values: ended(nan, nan), some: [3]float64{nan, 0, 0}, none: 1, median: Estimate{nan, nan, nan}, p90: Estimate{nan, nan, nan}},
		// 1-0.05^(1/5) = 0.4507; two-sided, 1-0.025^(1/5) = 0.5218.
		{name: "five without any", values: ended(0, 0, 0, 0, 0), n: 5, some: [3]float64{0, 0, 0.5218}, none: 0.4507,
			median: Estimate{nan, nan, nan}, p90: Estimate{nan, nan, nan}, survival: []float64{0}},
		// Clopper and Pearson for 5 of 6: 0.3588 to 0.9958.
		{name: "six", values: ended(500, 0, 300, 100, 200, 400), n: 6, some: [3]float64{5. / 6, 0.3588, 0.9958},
			median: Estimate{250, 0, 500}, p90: Estimate{nan, nan, nan}, survival: []float64{5. / 6, 4. / 6, 3. / 6, 2. / 6, 1. / 6, 0}},
		// 1: 5/6 are left. 3: of 4 at risk one ends, 5/6·3/4 = 5/8. 5: of 2 one, 5/16. 6: none.
		{name: "two of six are censored", values: append(ended(1, 3, 5, 6), cut(2, 4)...), n: 6, censored: 2, some: [3]float64{1, 0.5407, 1},
			median: Estimate{5, 1, inf}, p90: Estimate{nan, nan, nan}, survival: []float64{5. / 6, 5. / 8, 5. / 16, 0}},
		// Cut off where another ends, it is still at risk there: 3/4, then of 2 at risk one, 3/8.
		{name: "censored at a tie", values: append(ended(1, 2, 3), cut(2)...), n: 4, censored: 1, some: [3]float64{1, 0.3976, 1},
			median: Estimate{nan, nan, nan}, p90: Estimate{nan, nan, nan}, survival: []float64{3. / 4, 2. / 4, 0}},
		{name: "all are censored", values: cut(3, 3, 4, 5, 6, 7), n: 6, censored: 6, some: [3]float64{1, 0.5407, 1},
			median: Estimate{inf, 3, inf}, p90: Estimate{nan, nan, nan}},
		// 5/6, 4/6 and then, of 4 at risk one, 3/6: flat from 3 to 5, where of 2 at risk one ends.
		{name: "a half, and one is cut off in it", values: append(ended(1, 2, 3, 5, 6), cut(4)...), n: 6, censored: 1, some: [3]float64{1, 0.5407, 1},
			median: Estimate{4, 1, inf}, p90: Estimate{nan, nan, nan}, survival: []float64{5. / 6, 4. / 6, 3. / 6, 1. / 4, 0}},
		{name: "a half to the end", values: append(ended(1, 2, 3), cut(4, 4, 4)...), n: 6, censored: 3, some: [3]float64{1, 0.5407, 1},
			median: Estimate{3, 1, inf}, p90: Estimate{nan, nan, nan}, survival: []float64{5. / 6, 4. / 6, 3. / 6}},
		{name: "ties", values: ended(100, 100, 100, 100, 100, 100), n: 6, some: [3]float64{1, 0.5407, 1},
			median: Estimate{100, 100, 100}, p90: Estimate{nan, nan, nan}, survival: []float64{0}},
		{name: "thirty", values: ended(upTo(30)...), n: 30, some: [3]float64{1, 0.8843, 1},
			median: Estimate{15.5, 10, 21}, p90: Estimate{nan, nan, nan}},
		{name: "thirty-six", values: ended(upTo(36)...), n: 36, some: [3]float64{1, 0.9026, 1},
			median: Estimate{18.5, 12, 25}, p90: Estimate{33, 29, 36}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := distribution(c.values)
			if d.N != c.n || d.Censored != c.censored {
				t.Errorf("n %d, censored %d, want %d and %d", d.N, d.Censored, c.n, c.censored)
			}
			if s := d.Some; s.Of != c.n || !near(float64(s.Count)/float64(s.Of), c.some[0]) || !near(s.Lo, c.some[1]) || !near(s.Hi, c.some[2]) || !near(s.UpperIfNone, c.none) {
				t.Errorf("any: %+v, want %v and %v", s, c.some, c.none)
			}
			same := func(what string, got, want Estimate) {
				if !near(got.Value, want.Value) || !near(got.Lo, want.Lo) || !near(got.Hi, want.Hi) {
					t.Errorf("%s: %v, want %v", what, got, want)
				}
			}
			same("median", d.Median, c.median)
			same("p90", d.P90, c.p90)
			same("p99", d.P99, Estimate{nan, nan, nan})
			for i, s := range c.survival {
				if len(d.Curve) != len(c.survival) || !near(d.Curve[i].Survival, s) {
					t.Fatalf("curve %v, want %v", d.Curve, c.survival)
				}
			}
		})
	}
}

// TestBand: of 4 durations one ended at 1. S = 3/4, Greenwood 1/(4·3), so the standard error of
// log(-log S) is √(1/12)/0.28768 = 1.00345; 0.75^exp(±1.96·1.00345) is 0.1279 and 0.9605.
func TestBand(t *testing.T) {
	d := distribution(append(ended(1), cut(2, 2, 2)...))
	if len(d.Curve) != 1 || !near(d.Curve[0].Lo, 0.1279) || !near(d.Curve[0].Hi, 0.9605) {
		t.Errorf("%+v, want limits of 0.1279 and 0.9605", d.Curve)
	}
}

func TestDistributionJSON(t *testing.T) {
	for _, values := range [][]Bound{nil, cut(3, 4, 5, 6, 7, 8), append(ended(1, 2, 3, 4, 5, 6), cut(9, nan)...)} {
		want := distribution(values)
		b, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Distribution
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(got)
		if err != nil || string(again) != string(b) || got.N != want.N || !near(got.Median.Value, want.Median.Value) {
			t.Errorf("%s\ncomes back as\n%s (%v)", b, again, err)
		}
	}
}

// TestP95: with 71 values all may be below it, at 0.95^71 = 0.0262; with 72 that is
// 0.0249. 63 or fewer of 72 are with probability 0.0096, 64 or fewer with 0.0272.
func TestP95(t *testing.T) {
	if d := distribution(ended(upTo(71)...)); !math.IsNaN(d.P95.Value) {
		t.Errorf("of 71: %v", d.P95)
	}
	if d := distribution(ended(upTo(72)...)); d.P95 != (Estimate{69, 64, 72}) {
		t.Errorf("of 72: %v", d.P95)
	}
}
