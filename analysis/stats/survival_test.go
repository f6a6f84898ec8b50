package stats

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The remissions of leukaemia in weeks, under 6-mercaptopurine and under a
// placebo (Freireich et al., Blood 21, 1963; Klein and Moeschberger, Survival
// Analysis, 2003, tables 1.1 and 4.1). + is censored.
func sixMP() []Censored {
	return []Censored{
		{6, false}, {6, false}, {6, false}, {6, true}, {7, false}, {9, true}, {10, false}, {10, true}, {11, true},
		{13, false}, {16, false}, {17, true}, {19, true}, {20, true}, {22, false}, {23, false}, {25, true}, {32, true},
		{32, true}, {34, true}, {35, true},
	}
}

func placebo() []Censored {
	return seen(1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
}

func seen(values ...float64) []Censored {
	var out []Censored
	for _, v := range values {
		out = append(out, Censored{Value: v})
	}
	return out
}

func TestKaplanMeier(t *testing.T) {
	ds := sixMP()
	slices.Reverse(ds) // the order does not matter
	s := KaplanMeier(ds)
	want := []struct {
		at            float64
		atRisk, ended int
		survival, se  float64
	}{
		{6, 21, 3, 0.857, 0.0764}, // 18/21
		{7, 17, 1, 0.807, 0.0869}, // · 16/17
		{10, 15, 1, 0.753, 0.0963},
		{13, 12, 1, 0.690, 0.1068},
		{16, 11, 1, 0.627, 0.1141},
		{22, 7, 1, 0.538, 0.1282},
		{23, 6, 1, 0.448, 0.1346},
	}
	if len(s.Steps) != len(want) || s.N != 21 || s.Ended != 9 || s.Last != 35 {
		t.Fatalf("%+v", s)
	}
	for i, w := range want {
		g := s.Steps[i]
		se := g.Survival * math.Sqrt(g.Greenwood)
		if g.At != w.at || g.AtRisk != w.atRisk || g.Ended != w.ended || !near(g.Survival, w.survival, 5e-4) || !near(se, w.se, 5e-5) {
			t.Errorf("step %d: %+v (%.4f), want %+v", i, g, se, w)
		}
	}
	for v, want := range map[float64]float64{0: 1, 6: 0.857, 9: 0.807, 35: 0.448, 36: nan, nan: nan} {
		if got := s.At(v); !near(got, want, 5e-4) {
			t.Errorf("%v outlast %v, want %v", got, v, want)
		}
	}
}

// medianInterval is the interval of Brookmeyer and Crowley, as [Step.Limits] says.
// Where the upper limits do not come down to a half it has no end; where the
// lower ones do not either it begins with the longest duration. Where nothing is
// left the limits are 0 and 1.
func medianInterval(s Survival, level float64) (Interval, bool) {
	if s.N == 0 {
		return none(level), false
	}
	i := Interval{Lo: s.Last, Hi: inf, Level: level}
	down := func(bound func(Interval) float64, otherwise float64) (float64, bool) {
		for _, step := range s.Steps {
			limit := otherwise
			if l := step.Limits(level); l.Exists() {
				limit = bound(l)
			}
			if limit <= 0.5+reached {
				return step.At, true
			}
		}
		return nan, false
	}
	if v, ok := down(func(l Interval) float64 { return l.Lo }, 0); ok {
		i.Lo = v
	}
	v, ok := down(func(l Interval) float64 { return l.Hi }, 1)
	if ok {
		i.Hi = v
	}
	return i, ok
}

// Of 4 durations one ended: S = 3/4 and Greenwood's sum is 1/(4·3), so that the standard
// error of log(-log S) is √(1/12)/0.28768 = 1.00345; 0.75^exp(±1.96·1.00345) is 0.1279 and 0.9605.
func TestLimits(t *testing.T) {
	s := KaplanMeier([]Censored{{1, false}, {2, true}, {2, true}, {2, true}})
	if i := s.Steps[0].Limits(0.95); !same(i, Interval{0.1279, 0.9605, 0.95}, 5e-5) {
		t.Errorf("%v", i)
	}
	for name, step := range map[string]Step{"nothing left": KaplanMeier(seen(2)).Steps[0], "zero": {}} {
		if i := step.Limits(0.95); i.Exists() {
			t.Errorf("%s: %v", name, i)
		}
	}
}

// The intervals are those that SAS, whose default they are, gives for these data.
func TestSurvivalMedian(t *testing.T) {
	for _, c := range []struct {
		name   string
		of     []Censored
		median float64
		i      Interval
		ok     bool
	}{
		{"6-MP", sixMP(), 23, Interval{13, inf, 0.95}, false},
		{"placebo", placebo(), 8, Interval{4, 11, 0.95}, true},
	} {
		s := KaplanMeier(c.of)
		if got, ok := s.Quantile(0.5); !ok || got != c.median {
			t.Errorf("%s: median %v, %v, want %v", c.name, got, ok, c.median)
		}
		if i, ok := medianInterval(s, 0.95); i != c.i || ok != c.ok {
			t.Errorf("%s: %v, %v, want %v, %v", c.name, i, ok, c.i, c.ok)
		}
	}
	if v, ok := KaplanMeier(sixMP()).Quantile(0.75); ok {
		t.Errorf("the curve ends at 0.448, but has a 0.75-quantile of %v", v)
	}
}

// Klein and Moeschberger 2003, example 4.2: up to 35 weeks the mean is 23.29 with a
// standard error of 2.83. By hand for two that ended at 1 and 3: up to 3, the
// area is 1 + 0.5·2 = 2, the variance 1²·1/(2·1) = 0.5.
func TestRestrictedMean(t *testing.T) {
	mean, i, ok := KaplanMeier(sixMP()).RestrictedMean(35, 0.95)
	if !ok || !near(mean, 23.29, 0.005) || !near((i.Hi-mean)/1.959964, 2.83, 0.005) {
		t.Errorf("6-MP: %v %v %v", mean, i, ok)
	}
	mean, i, ok = KaplanMeier(seen(1, 3)).RestrictedMean(3, 0.95)
	if half := 1.959964 * math.Sqrt(0.5); !ok || mean != 2 || !same(i, Interval{2 - half, 2 + half, 0.95}, 1e-6) {
		t.Errorf("1 and 3: %v %v %v", mean, i, ok)
	}
	for _, until := range []float64{36, inf, nan, -1} {
		if mean, i, ok := KaplanMeier(sixMP()).RestrictedMean(until, 0.95); ok || i.Exists() || !math.IsNaN(mean) {
			t.Errorf("until %v: %v %v %v", until, mean, i, ok)
		}
	}
	if mean, _, ok := KaplanMeier(seen(1, 3)).RestrictedMean(10, 0.95); !ok || mean != 2 {
		t.Errorf("beyond the end of all: %v, %v", mean, ok)
	}
}

func TestSurvivalOfFewOrStrangeValues(t *testing.T) {
	var zero Survival
	for name, s := range map[string]Survival{"zero": zero, "none": KaplanMeier(nil), "NaN": KaplanMeier(seen(nan))} {
		i, ok := medianInterval(s, 0.95)
		_, q := s.Quantile(0.5)
		_, _, mean := s.RestrictedMean(1, 0.95)
		if ok || q || mean || i.Exists() || !math.IsNaN(s.At(1)) {
			t.Errorf("%s: %v %v %v %v", name, i, ok, q, mean)
		}
	}
	all := KaplanMeier([]Censored{{1, true}, {4, true}})
	if i, ok := medianInterval(all, 0.95); ok || i != (Interval{4, inf, 0.95}) {
		t.Errorf("all censored: %v, %v", i, ok)
	}
	if len(all.Steps) != 0 || all.At(4) != 1 || !math.IsNaN(all.At(5)) {
		t.Errorf("all censored: %+v", all)
	}
	if i, ok := medianInterval(KaplanMeier(seen(2)), 0.95); ok || i != (Interval{2, inf, 0.95}) {
		t.Errorf("one: %v, %v", i, ok)
	}
	equal := KaplanMeier(seen(2, 2, 2))
	if v, ok := equal.Quantile(0.99); !ok || v != 2 || len(equal.Steps) != 1 {
		t.Errorf("all equal: %v, %v, %+v", v, ok, equal)
	}
	if v, ok := KaplanMeier(seen(1, inf, inf)).Quantile(0.5); !ok || v != inf {
		t.Errorf("two that never end: %v, %v", v, ok)
	}
}

// Without censoring the curve is the share of the values that are larger, and its
// quantiles are the nearest ranks. Censoring never makes durations shorter.
func TestSurvivalProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(0, 20).Draw(t, "v")) }), 1, 40).Draw(t, "x")
		q := rapid.Float64Range(0.01, 0.99).Draw(t, "q")
		plain := KaplanMeier(seen(x...))
		rising := slices.Sorted(slices.Values(x))
		if got, ok := plain.Quantile(q); !ok || got != Quantile(rising, q) {
			t.Fatalf("quantile %v, %v, want %v", got, ok, Quantile(rising, q))
		}
		mean, _, _ := plain.RestrictedMean(plain.Last, 0.95)
		if want := average(x); !near(mean, want, 1e-9) {
			t.Fatalf("mean %v, want %v", mean, want)
		}
		cut := seen(x...)
		for i := range cut {
			cut[i].Censored = rapid.Bool().Draw(t, "censored")
		}
		longer := KaplanMeier(cut)
		for v := range 21 {
			if a, b := plain.At(float64(v)), longer.At(float64(v)); b < a-1e-9 {
				t.Fatalf("at %d: %v with censoring, %v without", v, b, a)
			}
		}
		for _, step := range longer.Steps {
			if i := step.Limits(0.95); i.Exists() && !(0 <= i.Lo && i.Lo <= step.Survival && step.Survival <= i.Hi && i.Hi <= 1) {
				t.Fatalf("%v of %+v", i, step)
			}
		}
	})
}
