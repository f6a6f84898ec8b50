package saturation

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/optimize"
)

// A Point is a throughput X, in operations a second, of a closed loop of N
// sessions.
type Point struct{ N, X float64 }

// USL is the universal scalability law
//
//	X(N) = λN / (1 + σ(N−1) + κN(N−1))
//
// of Gunther, Guerrilla Capacity Planning, Springer 2007, fitted to points. λ is
// the throughput of one session, σ what waits for its turn, κ what it costs that
// sessions have to agree. It is advisory.
type USL struct {
	Lambda float64 `json:"lambda_ops_s"`
	Sigma  float64 `json:"sigma"`
	Kappa  float64 `json:"kappa"`
	PeakN  float64 `json:"peak_sessions"` // where X is highest: √((1−σ)/κ); 0: it only ever rises
	PeakX  float64 `json:"peak_ops_s"`    // X there; the limit λ/σ if it only rises; 0: neither
	// Residual is the root mean square of the residuals as a share of the highest
	// throughput.
	Residual float64 `json:"residual"`
	R2       float64 `json:"r2"`
	Doubt    string  `json:"doubt,omitempty"` // why even as advice it is worth little
}

// The bounds of a fit that is worth something.
const (
	leastPoints  = 4 // more than there are coefficients
	mostResidual = 0.1
)

// Fit fits the law by least squares of throughput, with σ and κ not negative. A
// bad fit says so in Doubt; where there is none, Doubt is all there is.
func Fit(points []Point) USL {
	points = slices.DeleteFunc(slices.Clone(points), func(p Point) bool { return !(p.N > 0 && p.X > 0) })
	if n := sizes(points); n < leastPoints {
		return USL{Doubt: fmt.Sprintf("%d sizes of the closed loop: three coefficients need %d or more", n, leastPoints)}
	}
	far := 0.0 // the largest N
	for _, p := range points {
		far = max(far, p.N)
	}
	// With far as the unit both coefficients are of the order of one, and squares
	// cannot be negative.
	of := func(x []float64) USL {
		u := USL{Sigma: x[0] * x[0] / far, Kappa: x[1] * x[1] / (far * far)}
		u.Lambda = u.scale(points)
		return u
	}
	problem := optimize.Problem{Func: func(x []float64) float64 { return of(x).misfit(points) }}
	best, least := USL{}, math.Inf(1)
	for _, start := range [][]float64{{0.1, 0.1}, {1, 0.1}, {0.1, 1}, {2, 2}, {5, 0.5}} {
		r, err := optimize.Minimize(problem, start, &optimize.Settings{
			Converger: &optimize.FunctionConverge{Absolute: 1e-16, Iterations: 100},
		}, &optimize.NelderMead{})
		if err == nil && r.F < least {
			best, least = of(r.X), r.F
		}
	}
	if math.IsInf(least, 1) {
		return USL{Doubt: "the fit did not converge"}
	}
	return best.judged(points, far)
}

func sizes(points []Point) int {
	var n []float64
	for _, p := range points {
		n = append(n, p.N)
	}
	slices.Sort(n)
	return len(slices.Compact(n))
}

// At is the throughput that the law has for n sessions.
func (u USL) At(n float64) float64 { return u.Lambda * u.capacity(n) }

// capacity is the throughput relative to that of one session.
func (u USL) capacity(n float64) float64 { return n / (1 + u.Sigma*(n-1) + u.Kappa*n*(n-1)) }

// scale is the λ that fits best with the two other coefficients as they are: the
// law is linear in it.
func (u USL) scale(points []Point) float64 {
	var xc, cc float64
	for _, p := range points {
		c := u.capacity(p.N)
		xc, cc = xc+p.X*c, cc+c*c
	}
	return xc / cc
}

// misfit is the sum of squared residuals, as a share of that of the throughput.
func (u USL) misfit(points []Point) float64 {
	var sum, all float64
	for _, p := range points {
		r := p.X - u.At(p.N)
		sum, all = sum+r*r, all+p.X*p.X
	}
	return sum / all
}

// judged adds the peak, how good the fit is, and what is to be said against it.
func (u USL) judged(points []Point, far float64) USL {
	if u.Kappa*far*far < 1e-6 { // beyond what any measurement could tell from none
		u.Kappa = 0
	}
	if u.Sigma*far < 1e-6 {
		u.Sigma = 0
	}
	var mean, top, sum, spread float64
	for _, p := range points {
		mean, top = mean+p.X/float64(len(points)), max(top, p.X)
	}
	for _, p := range points {
		r, d := p.X-u.At(p.N), p.X-mean
		sum, spread = sum+r*r, spread+d*d
	}
	u.Residual = math.Sqrt(sum/float64(len(points))) / top
	if spread > 0 {
		u.R2 = 1 - sum/spread
	}
	switch {
	case u.Kappa > 0:
		u.PeakN = math.Sqrt(max(0, 1-u.Sigma) / u.Kappa)
		u.PeakN = max(1, u.PeakN)
		u.PeakX = u.At(u.PeakN)
	case u.Sigma > 0:
		u.PeakX = u.Lambda / u.Sigma
	}
	switch {
	case u.Residual > mostResidual:
		u.Doubt = fmt.Sprintf("a bad fit: its residuals are %.0f %% of the highest throughput", 100*u.Residual)
	case u.PeakN > far:
		u.Doubt = fmt.Sprintf("the peak is beyond the %.0f sessions that were tried", far)
	case u.PeakN == 0:
		u.Doubt = fmt.Sprintf("no peak: throughput did not fall up to %.0f sessions", far)
	}
	return u
}
