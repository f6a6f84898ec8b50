package project

import "math/rand/v2"

// until is what an outage costs that lasts until the repair R.
//
// The line was fitted to all episodes, with those that had no outage. So of a fault
// it says X = (A + B·R + e)⁺, with e of the spread around it, in the mean over those
// that cause an outage, a share f of them, and those that do not. The outage is
// then X/f with probability f, else 0: its mean is that of X, and a share f of the
// faults causes any, or less, where the line of long faults is below 0 for short repairs.
// Formulas and simulated years are of this same variable.
func (f *Fit) until(r Repair) load {
	some := float64(f.Some) / float64(f.N)
	var l load
	for i, e := range f.spread.values {
		p, mean, square := beyond(f.A+e, f.B, r)
		w := f.spread.weight(i)
		l.some += w * some * p
		l.mean += w * mean
		l.square += w * square / some
	}
	l.draw = func(rng *rand.Rand) float64 {
		if some < 1 && rng.Float64() >= some {
			return 0
		}
		return max(0, f.A+f.B*r.Draw(rng)+f.spread.draw(rng)) / some
	}
	return l
}

// beyond are the moments of the part above 0 of a + b·R, with b > 0: P(> 0), mean, and
// mean of its square.
func beyond(a, b float64, r Repair) (p, mean, square float64) {
	p, m, s := r.Above(-a / b)
	return p, a*p + b*m, a*a*p + 2*a*b*m + b*b*s
}
