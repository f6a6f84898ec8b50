package project

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"
)

// Repair is how long a fault lasts, in seconds: until the node is back, or the
// link.
type Repair interface {
	Mean() float64
	// Above are the moments of what takes over t: P(R > t), E[R; R > t] and E[R²; R > t].
	Above(t float64) (p, mean, square float64)
	Draw(r *rand.Rand) float64
	String() string
}

// Constant is a repair that always takes as long.
type Constant float64

// Mean implements [Repair].
func (c Constant) Mean() float64 { return float64(c) }

// Above implements [Repair].
func (c Constant) Above(t float64) (p, mean, square float64) {
	if float64(c) <= t {
		return 0, 0, 0
	}
	return 1, float64(c), float64(c * c)
}

// Draw implements [Repair].
func (c Constant) Draw(*rand.Rand) float64 { return float64(c) }

// String implements [Repair].
func (c Constant) String() string { return Duration(float64(c)) }

// Exponential is a repair without memory, of that mean.
type Exponential float64

// Mean implements [Repair].
func (e Exponential) Mean() float64 { return float64(e) }

// Above implements [Repair]: what is left beyond t is as long again.
func (e Exponential) Above(t float64) (p, mean, square float64) {
	t = max(0, t)
	m := float64(e)
	p = math.Exp(-t / m)
	return p, p * (t + m), p * (t*t + 2*t*m + 2*m*m)
}

// Draw implements [Repair].
func (e Exponential) Draw(r *rand.Rand) float64 { return r.ExpFloat64() * float64(e) }

// String implements [Repair].
func (e Exponential) String() string { return "exponential, mean " + Duration(float64(e)) }

// Lognormal is a repair whose logarithm is normal, as those of machines were found
// to be (Schroeder and Gibson, A large-scale study of failures in
// high-performance computing systems, DSN 2006).
type Lognormal struct{ Mu, Sigma float64 } // of the logarithm of seconds

// z95 is the 95th percentile of the standard normal distribution.
const z95 = 1.6448536269514722

// LognormalOfMedian is the one of that median and 95th percentile.
func LognormalOfMedian(median, p95 float64) (Lognormal, error) {
	if !(median > 0 && p95 >= median) {
		return Lognormal{}, errors.New("want a median over 0 and a p95 that is not below it")
	}
	return Lognormal{math.Log(median), math.Log(p95/median) / z95}, nil
}

// LognormalOfMean is the one of that mean and 95th percentile. With m the mean,
// ln(p95/m) = z σ - σ²/2, of whose two roots it takes the lesser spread. The
// left side is at most z²/2: no lognormal has a p95 beyond 3.86 means.
func LognormalOfMean(mean, p95 float64) (Lognormal, error) {
	ratio := math.Log(p95 / mean)
	root := z95*z95 - 2*ratio
	if !(mean > 0 && ratio >= 0 && root >= 0) {
		return Lognormal{}, errors.New("want a mean over 0 and a p95 from 1 to 3.86 times as long")
	}
	sigma := z95 - math.Sqrt(root)
	return Lognormal{math.Log(mean) - sigma*sigma/2, sigma}, nil
}

// Mean implements [Repair].
func (l Lognormal) Mean() float64 { return math.Exp(l.Mu + l.Sigma*l.Sigma/2) }

// Above implements [Repair]. R weighted by its k-th power is lognormal again, with kσ² added to μ.
func (l Lognormal) Above(t float64) (p, mean, square float64) {
	above := func(k float64) float64 {
		mu := l.Mu + k*l.Sigma*l.Sigma
		whole := math.Exp(k*l.Mu + k*k*l.Sigma*l.Sigma/2)
		switch {
		case t <= 0:
			return whole
		case l.Sigma == 0: // always its median
			return whole * positive(l.Mu-math.Log(t))
		}
		return whole * distuv.UnitNormal.CDF((mu-math.Log(t))/l.Sigma)
	}
	return above(0), above(1), above(2)
}

// Draw implements [Repair].
func (l Lognormal) Draw(r *rand.Rand) float64 { return math.Exp(l.Mu + l.Sigma*r.NormFloat64()) }

// String implements [Repair].
func (l Lognormal) String() string {
	return fmt.Sprintf("lognormal, median %s, p95 %s", Duration(math.Exp(l.Mu)), Duration(math.Exp(l.Mu+z95*l.Sigma)))
}

// Empirical is a repair that takes as long as one of these, all equally likely.
type Empirical []float64

// Mean implements [Repair].
func (e Empirical) Mean() (m float64) {
	for _, v := range e {
		m += v / float64(len(e))
	}
	return m
}

// Above implements [Repair].
func (e Empirical) Above(t float64) (p, mean, square float64) {
	for _, v := range e {
		_, m, s := Constant(v).Above(t)
		p += positive(v-t) / float64(len(e))
		mean += m / float64(len(e))
		square += s / float64(len(e))
	}
	return p, mean, square
}

// Draw implements [Repair].
func (e Empirical) Draw(r *rand.Rand) float64 { return e[r.IntN(len(e))] }

// String implements [Repair].
func (e Empirical) String() string {
	return fmt.Sprintf("one of %d, from %s to %s", len(e), Duration(slices.Min(e)), Duration(slices.Max(e)))
}

// Duration writes seconds in the unit that suits them, with three digits at
// most: 850 ms, 4.2 s, 15 min, 2.5 h, 1.5 d.
func Duration(s float64) string {
	if math.IsNaN(s) {
		return "—"
	}
	if s == 0 {
		return "0"
	}
	units := []struct {
		from, size float64
		name       string
	}{{86400 * 2, 86400, "d"}, {5400, 3600, "h"}, {90, 60, "min"}, {0.9995, 1, "s"}, {0.0009995, 1e-3, "ms"}, {0, 1e-6, "µs"}}
	for _, u := range units {
		if s >= u.from {
			return Digits(s/u.size) + " " + u.name
		}
	}
	return Digits(s) + " s"
}

// Digits writes x with three significant digits at most: 0.0123, 4.2, 1230.
func Digits(x float64) string {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	decimals := max(0, 2-int(math.Floor(math.Log10(math.Abs(x)))))
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}
