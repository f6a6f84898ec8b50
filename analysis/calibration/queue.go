package calibration

import (
	"fmt"
	"math"
	"time"
)

// A Queue has one server that takes operations in the order in which they come.
// They come at random (Poisson) at a rate; the service takes a known time, or a
// random one that is exponentially distributed.
type Queue struct {
	Rate    float64       // arrivals a second
	Service time.Duration // mean
	Law     Law
}

// Law is the distribution of service times.
type Law string

// The laws, by the names of their queues in Kendall's notation.
const (
	Markov        Law = "M/M/1" // exponential
	Deterministic Law = "M/D/1" // constant
)

// Load is the share of time in which the server is busy; less than 1.
func (q Queue) Load() float64 { return q.Rate * q.Service.Seconds() }

// String names the queue in Kendall's notation, with its load.
func (q Queue) String() string { return fmt.Sprintf("%s, load %.2g", q.Law, q.Load()) }

// Quantile is the p-quantile of the response time in milliseconds: the service
// and the wait for it. 0 if p is not positive, and +Inf if it is not under 1.
//
// M/M/1: the response time is exponentially distributed with rate μ-λ (Kleinrock,
// Queueing Systems I, 1975, section 5.9), so it is -ln(1-p)/(μ-λ).
func (q Queue) Quantile(p float64) float64 {
	switch {
	case p <= 0:
		p = 0
	case p >= 1:
		return math.Inf(1)
	}
	if q.Law == Deterministic {
		return inMS(q.Service) * (1 + newMD1(q.Load()).quantile(p))
	}
	return -math.Log(1-p) * inMS(q.Service) / (1 - q.Load())
}

// Mean is the mean response time in milliseconds: Pollaczek and Khinchine.
func (q Queue) Mean() float64 {
	load, s := q.Load(), inMS(q.Service)
	if q.Law == Deterministic {
		return s * (1 + load/(2*(1-load)))
	}
	return s / (1 - load)
}

// Variance is n times the variance of the share of n consecutive operations whose
// response is above the (1-p)-quantile, for large n. Were they independent it
// would be p(1-p); but one that waited long is followed by others that do. So n
// operations are worth n·p(1-p)/Variance independent ones.
//
// M/M/1: successive response times are a reversible Markov chain (Reich 1957): from r to
// max(0, r-A)+S, with A exponential of rate λ and S of rate μ. With f the indicator of a
// response above x less p = e^(-(μ-λ)x), the sum u of all K^k f, k ≥ 1, satisfies
// u' = λd with d' = (μ-λ)d - μf and d(0) = 0, from which d follows; and the sum of all
// covariances of lags k ≥ 1 is E[f·u], which is, by parts, ρ·E[d²]. That gives
//
//	p(1-p) + 4ρ·p(1 - p + p·ln p) / (1-ρ)²
//
// M/D/1: the same, which is an upper bound. Its waits are of less variable work, and
// forget the past sooner: by a factor of two at high load (Whitt, Planning queueing
// simulations, Management Science 1989).
func (q Queue) Variance(p float64) float64 {
	load := q.Load()
	return p*(1-p) + 4*load*p*(1-p+p*math.Log(p))/((1-load)*(1-load))
}

// Bounds are what the measured p-quantile of n operations lies between, but for a
// chance of one in 16,000: the quantiles of what the share below it may be. High
// is +Inf where that may be 1.
func (q Queue) Bounds(p float64, n uint64) (low, high float64) {
	e := Sigmas*math.Sqrt(q.Variance(1-p)/float64(n)) + 1/float64(n)
	return q.Quantile(p-e) - inMS(tick), q.Quantile(p+e) + inMS(tick)
}

// MeanError is the standard error of the mean response of n operations, in ms. Of M/M/1 the
// mean's n-fold variance is that of one response times ((1+ρ)/(1-ρ))², by the
// derivation of Variance with f = r - 1/(μ-λ) (Daley 1968).
func (q Queue) MeanError(n uint64) float64 {
	load := q.Load()
	return inMS(q.Service) / (1 - load) * (1 + load) / (1 - load) / math.Sqrt(float64(n))
}
