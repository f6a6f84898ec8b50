package episodes

import (
	"math"

	"nines/analysis/stats"
)

// A Pair is the same fault on the same system, measured and modelled.
type Pair struct {
	Measured, Modelled *Group
	// Shift is by how much outages are longer as modelled: the estimate of Hodges and
	// Lehmann with its interval, see [stats.Shift]. NaN where a side has an episode that is
	// censored, or too few for an interval.
	Shift Estimate
}

// Pairs are the groups of which there are both, each measured one with what was
// modelled at its load or, if that is missing, at the load nearest to it: in virtual
// time processors are free, so loads that a machine feels differ less there. They are
// held side by side and never put together.
func (s Set) Pairs() []Pair {
	var out []Pair
	for i := range s.Groups {
		a := &s.Groups[i]
		if b := s.modelled(a); b != nil && !a.Virtual && a.Out.N > 0 {
			out = append(out, Pair{a, b, shift(a, b)})
		}
	}
	return out
}

// modelled is the group that models a, nil if there is none.
func (s Set) modelled(a *Group) *Group {
	var best *Group
	away := func(g *Group) float64 { return math.Abs(g.Rate - a.Rate) }
	for i := range s.Groups {
		b := &s.Groups[i]
		twin := a.Key
		twin.Virtual, twin.Rate, twin.OfKnee = true, b.Rate, b.OfKnee
		if b.Key == twin && b.Out.N > 0 && (best == nil || away(b) < away(best)) {
			best = b
		}
	}
	return best
}

func shift(a, b *Group) Estimate {
	none := Estimate{math.NaN(), math.NaN(), math.NaN()}
	if a.Out.Censored+b.Out.Censored > 0 {
		return none
	}
	d, i, ok := stats.Shift(a.outages(), b.outages(), Level)
	if !ok {
		return none
	}
	return Estimate{d, i.Lo, i.Hi}
}

// outages are those of the episodes that have one measured.
func (g *Group) outages() []float64 {
	var v []float64
	for _, o := range g.Used() {
		v = append(v, o.Out.Value) // NaN is left out by whoever reads it
	}
	return v
}
