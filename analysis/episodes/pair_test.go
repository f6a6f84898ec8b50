package episodes

import (
	"slices"
	"testing"

	"nines/analysis"
)

// outagesOf are episodes of one trial with these outages.
func outagesOf(k Key, values ...Bound) (out []Keyed) {
	for i, v := range values {
		o := Observation{Trial: k.System, Bit: true, Valid: true, Verdict: "ok", Figures: Figures[Bound]{Out: v}}
		o.At = analysis.MS(i)
		out = append(out, Keyed{k, o})
	}
	return out
}

// TestPairs: all differences of {1, 2, 3, 4} and {11, 12, 13, 14} have the median 10; with four on each
// side the interval reaches from the least difference, 7, to the largest, 13 (the chance
// that all of one side are below the other is 1/70 each).
func TestPairs(t *testing.T) {
	measured := Key{Fault: "kill(leader)", For: 3000, Rate: 100, System: "a", Nodes: 3}
	modelled, faster, alone := measured, measured, measured
	modelled.Virtual, faster.Rate = true, 200
	faster.Virtual, alone.System = true, "b"
	for _, c := range []struct {
		name    string
		more    []Keyed
		shift   Estimate
		episode int
	}{
		{"four on each side", outagesOf(modelled, ended(11, 12, 13, 14)...), Estimate{10, 7, 13}, 4},
		{"three are too few", outagesOf(modelled, ended(11, 12, 13)...), Estimate{nan, nan, nan}, 3},
		{"one is censored", outagesOf(modelled, append(ended(11, 12, 13, 14), cut(15)...)...), Estimate{nan, nan, nan}, 5},
	} {
		list := append(outagesOf(measured, ended(1, 2, 3, 4)...), c.more...)
		list = append(append(list, outagesOf(faster, ended(5)...)...), outagesOf(alone, ended(5)...)...)
		set := Analyze(list)
		pairs := set.Pairs()
		if len(pairs) != 1 || pairs[0].Measured.Key != measured || pairs[0].Modelled.Key != modelled {
			t.Fatalf("%s: %d pairs, want the one of %v and %v", c.name, len(pairs), measured, modelled)
		}
		s := pairs[0].Shift
		if !near(s.Value, c.shift.Value) || !near(s.Lo, c.shift.Lo) || !near(s.Hi, c.shift.Hi) || pairs[0].Modelled.Episodes != c.episode {
			t.Errorf("%s: shift %v of %d episodes, want %v of %d", c.name, s, pairs[0].Modelled.Episodes, c.shift, c.episode)
		}
	}
}

// TestPairsAtOtherLoads: what was modelled at the nearest load stands for one that
// was measured only.
func TestPairsAtOtherLoads(t *testing.T) {
	at := func(rate float64, virtual bool) Key {
		return Key{Fault: "kill(leader)", For: 3000, Rate: rate, System: "a", Nodes: 3, Virtual: virtual}
	}
	var list []Keyed
	for _, k := range []Key{at(100, true), at(1000, true), at(400, false), at(900, false)} {
		list = append(list, outagesOf(k, ended(1, 2, 3, 4)...)...)
	}
	var got []float64
	for _, p := range Analyze(list).Pairs() {
		got = append(got, p.Measured.Rate, p.Modelled.Rate)
	}
	if want := []float64{400, 100, 900, 1000}; !slices.Equal(got, want) {
		t.Errorf("pairs of loads %v, want %v", got, want)
	}
}
