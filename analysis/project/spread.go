package project

import (
	"math/rand/v2"
	"sort"

	"nines/analysis/stats"
)

// spread is a distribution on finitely many values.
type spread struct {
	values []float64
	upTo   []float64 // probability of this value or an earlier one; nil: all are alike
}

func alike(values []float64) spread { return spread{values: values} }

// residuals are what a line leaves.
func residuals(x, y []float64, a, b float64) spread {
	v := make([]float64, len(x))
	for i := range x {
		v[i] = y[i] - a - b*x[i]
	}
	return alike(v)
}

// survivors are the steps of a survival curve, and the longest for what is left.
func survivors(s stats.Survival) spread {
	var d spread
	last := 1.0
	for _, step := range s.Steps {
		d.values, d.upTo = append(d.values, step.At), append(d.upTo, 1-step.Survival)
		last = step.Survival
	}
	if last > 0 {
		d.values, d.upTo = append(d.values, s.Last), append(d.upTo, 1)
	}
	return d
}

func (d spread) weight(i int) float64 {
	switch {
	case d.upTo == nil:
		return 1 / float64(len(d.values))
	case i == 0:
		return d.upTo[0]
	}
	return d.upTo[i] - d.upTo[i-1]
}

// mean is that of f of the values.
func (d spread) mean(f func(float64) float64) (m float64) {
	for i, v := range d.values {
		m += d.weight(i) * f(v)
	}
	return m
}

func (d spread) draw(r *rand.Rand) float64 {
	if d.upTo == nil {
		return d.values[r.IntN(len(d.values))]
	}
	i := sort.SearchFloat64s(d.upTo, r.Float64())
	return d.values[min(i, len(d.values)-1)]
}

func positive(v float64) float64 {
	if v > 0 {
		return 1
	}
	return 0
}

func square(v float64) float64 { return v * v }
