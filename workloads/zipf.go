package workloads

import (
	"math"
	"math/rand/v2"
)

// A zipf draws k-1, for k of 1 … n, with probability in exact proportion to
// k^-theta, by rejection-inversion: W. Hörmann and G. Derflinger, "Rejection-inversion to
// generate variates from monotone discrete distributions", ACM TOMACS 6(3),
// 1996. It needs no table, and at most about 1.1 tries a draw.
//
// Let h(x) = x^-theta and H its antiderivative. The area under h from 1/2 to
// n+1/2 is a hat: h is convex, so the strip of width 1 around k has at least
// h(k). A uniform point of the area falls in the strip of k = round(x), and is
// kept if it lies in the last h(k) of the strip's area. The strip of 1 is cut to
// exactly h(1), where it starts at H(3/2) - h(1), because there the hat is worst.
//
// The approximation of Gray et al. (SIGMOD 1994) that YCSB uses is not the
// distribution it says: of 1000 keys at theta 0.99 it draws the third too often,
// 5.11 % instead of 4.36 %.
type zipf struct {
	n     float64
	theta float64
	low   float64 // H(3/2) - h(1): where the area starts
	high  float64 // H(n + 1/2): where it ends
	sure  float64 // x this far below k or nearer is kept without looking
}

// zipfWeights are k^-theta for k of 1 … n.
func zipfWeights(n uint64, theta float64) []float64 {
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = math.Pow(float64(i+1), -theta)
	}
	return weights
}

func newZipf(n uint64, theta float64) *zipf {
	z := &zipf{n: float64(n), theta: theta}
	z.low = z.integral(1.5) - 1
	z.high = z.integral(z.n + 0.5)
	// In the strip of 2 the kept part starts at the x with H(x) = H(5/2) - h(2).
	// In later strips h is flatter, so it starts further below k (paper, section 4).
	z.sure = 2 - z.inverse(z.integral(2.5)-z.h(2))
	return z
}

// of is the same distribution of n ranks. Only the end of the area depends on
// their number.
func (z *zipf) of(n uint64) zipf {
	o := *z
	if o.n != float64(n) {
		o.n = float64(n)
		o.high = o.integral(o.n + 0.5)
	}
	return o
}

func (z *zipf) draw(rng *rand.Rand) uint64 {
	for {
		u := z.low + rng.Float64()*(z.high-z.low)
		x := z.inverse(u)
		k := min(max(math.Floor(x+0.5), 1), z.n)
		if k-x <= z.sure || u >= z.integral(k+0.5)-z.h(k) {
			return uint64(k) - 1
		}
	}
}

func (z *zipf) h(x float64) float64 { return math.Exp(-z.theta * math.Log(x)) }

// integral is H(x) = (x^(1-theta) - 1) / (1 - theta), and log x at theta 1. In
// terms of expm1 it is exact near theta 1 too.
func (z *zipf) integral(x float64) float64 {
	log := math.Log(x)
	return log * expm1Over((1-z.theta)*log)
}

// inverse is the x with H(x) = u.
func (z *zipf) inverse(u float64) float64 {
	t := max(u*(1-z.theta), -1) // rounding may carry it beyond the pole
	return math.Exp(u * log1pOver(t))
}

// expm1Over is (e^t - 1)/t, and its limit 1 at 0.
func expm1Over(t float64) float64 {
	if math.Abs(t) < 1e-8 {
		return 1 + t/2
	}
	return math.Expm1(t) / t
}

// log1pOver is log(1+t)/t, and its limit 1 at 0.
func log1pOver(t float64) float64 {
	if math.Abs(t) < 1e-8 {
		return 1 - t/2
	}
	return math.Log1p(t) / t
}
