package calibration

import "math"

// md1 is the wait in an M/D/1 queue, in units of the service time.
//
// Erlang (1909) found P(W ≤ t) = (1-ρ) Σ (ρ(k-t))^k/k! · e^(-ρ(k-t)) over k = 0 to
// ⌊t⌋, which is Crommelin's formula of 1932 for one server. Its terms alternate in sign and
// cancel each other to nothing for large t. The form here has positive terms only
// (Franx, A simple solution for the M/D/c waiting time distribution, Operations
// Research Letters 29, 2001): for m-1 ≤ t < m and u = ρ(m-t),
//
//	P(W ≤ t) = e^(-u) Σ P(at most m-1-j wait) · u^j/j!  over j = 0 to m-1
type md1 struct {
	load    float64
	waiting []float64 // P(at most i wait), i = 0, 1, …, as far as was asked for

	in   []float64 // P(i in the system)
	more []float64 // P(more than i arrivals during one service)
}

func newMD1(load float64) *md1 { return &md1{load: load, in: []float64{1 - load}} }

// atMost is P(at most i wait), which is that of i+1 in the system. The number that a customer leaves
// behind goes up past n as often as it comes down past it, and comes down by one
// at a time: P(n+1)·P(0 arrivals) = P(0)·P(>n arrivals) + Σ P(i)·P(>n+1-i arrivals)
// over i = 1 to n. All terms are positive.
func (m *md1) atMost(i int) float64 {
	for len(m.waiting) <= i {
		n := len(m.in) - 1
		up := m.in[0] * m.moreThan(n)
		for k := 1; k <= n; k++ {
			up += m.in[k] * m.moreThan(n+1-k)
		}
		m.in = append(m.in, up/math.Exp(-m.load))
		below := m.in[0]
		if n > 0 {
			below = m.waiting[n-1]
		}
		m.waiting = append(m.waiting, below+m.in[n+1])
	}
	return m.waiting[i]
}

// moreThan is P(more than n arrivals during one service), summed from the small
// end, so that nothing cancels.
func (m *md1) moreThan(n int) float64 {
	for len(m.more) <= n {
		k := float64(len(m.more) + 1)
		lg, _ := math.Lgamma(k + 1)
		term, sum := math.Exp(k*math.Log(m.load)-m.load-lg), 0.0
		for ; term > 0 && term > sum*1e-17; k++ {
			sum += term
			term *= m.load / (k + 1)
		}
		m.more = append(m.more, sum)
	}
	return m.more[n]
}

// below is P(W ≤ t).
func (m *md1) below(t float64) float64 {
	if t < 0 {
		return 0
	}
	k := int(t) + 1
	u := m.load * (float64(k) - t)
	term, sum := math.Exp(-u), 0.0
	for j := range k {
		sum += m.atMost(k-1-j) * term
		term *= u / float64(j+1)
	}
	return min(sum, 1)
}

// quantile is the least t with P(W ≤ t) ≥ p, for p < 1.
func (m *md1) quantile(p float64) float64 {
	if m.below(0) >= p {
		return 0
	}
	lo, hi := 0.0, 1.0
	for m.below(hi) < p && hi < 1e4 { // at loads that are not nearly 1
		lo, hi = hi, 2*hi
	}
	for range 60 {
		mid := (lo + hi) / 2
		if m.below(mid) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}
