package project

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"nines/analysis/stats"
)

// Bound is what ends an outage.
type Bound string

// The bounds.
const (
	FailoverBound Bound = "failover" // the others take over: however long the fault lasts
	RepairBound   Bound = "repair"   // the fault's end
)

// A Fit is what episodes say of the outage of a fault that lasts for r seconds:
// A + B·r, and a spread around it.
//
// Whether B is 0 is told by episodes of different durations. With the 99 % interval of
// the least-squares slope of outage over duration, a class is repair-bound if the interval lies above 0
// and the slope is at least 0.1, and failover-bound if it lies below 0.5. Where durations are
// alike or the interval decides nothing, it is presumed from what became of the
// outages that began before healing: one that ended while the fault was still there was not ended by the
// repair, so that a longer fault would not have lengthened it; if most lasted until
// healing, it is presumed that all do, with B the share of faults that cause any, since the
// measured figure would be the configured one.
type Fit struct {
	N, Censored, Some int // episodes; of those, with a lower bound; with any outage
	Bound             Bound
	Presumed          bool
	Why               string // in words
	A, B              float64
	LowerBound        bool

	spread spread
	// Covariance of A and B, and its degrees of freedom; NaN where n is too small.
	vaa, vab, vbb, freedom float64
}

const (
	slopeLevel  = 0.99
	leastSlope  = 0.1 // that is told from none
	mostSlope   = 0.5 // of a failover-bound class
	distinct    = 1.25
	mostOfFault = 0.9 // of the fault's duration: until its repair
)

// NewFit fits the episodes, which are at least one and all of one class.
func NewFit(episodes []Episode) Fit {
	f := Fit{N: len(episodes), Bound: FailoverBound}
	for _, e := range episodes {
		if e.Censored {
			f.Censored++
		}
		if e.some() {
			f.Some++
		}
	}
	f.LowerBound = f.Censored > 0
	x, y := durations(episodes)
	switch {
	case len(x) < len(episodes):
		f.Presumed, f.Why = true, "how long the faults lasted is not known"
	case f.Some == 0:
		f.Why = "no fault caused an outage"
		f.Presumed = slices.Max(x) < distinct*slices.Min(x)
	case slices.Max(x) < distinct*slices.Min(x):
		f.presume(episodes, "all faults lasted "+Duration(stat.Mean(x, nil)))
	default:
		f.tell(episodes, x, y)
	}
	if f.Bound == FailoverBound {
		f.failover(episodes)
	}
	return f
}

func durations(episodes []Episode) (x, y []float64) {
	for _, e := range episodes {
		if !math.IsNaN(e.Duration) {
			x, y = append(x, e.Duration), append(y, e.Outage)
		}
	}
	return x, y
}

// tell decides by the slope.
func (f *Fit) tell(episodes []Episode, x, y []float64) {
	l := fitLine(x, y)
	over := fmt.Sprintf("over faults of %s to %s", Duration(slices.Min(x)), Duration(slices.Max(x)))
	if f.N < 3 {
		f.presume(episodes, count(f.N, "episode")+" cannot tell "+over)
		return
	}
	half := stats.Student(l.freedom, slopeLevel) * math.Sqrt(l.vbb)
	lo, hi := l.b-half, l.b+half
	slope := fmt.Sprintf("the outage grows by %s s (%s to %s) for each second of the fault, %s",
		signed(l.b), signed(lo), signed(hi), over)
	switch {
	case lo > 0 && l.b >= leastSlope:
		f.Bound, f.Why = RepairBound, slope
		f.A, f.B, f.vaa, f.vab, f.vbb, f.freedom = l.a, l.b, l.vaa, l.vab, l.vbb, l.freedom
		f.spread = residuals(x, y, l.a, l.b)
	case hi < mostSlope:
		f.Why = slope
	default:
		f.presume(episodes, slope+", which decides nothing")
	}
}

// some reports whether there was any outage.
func (e *Episode) some() bool { return e.Outage > 0 || e.Censored }

// untilRepair reports whether the outage of the injection lasted for as long as the fault, as
// far as can be told: one that was not seen to end may have.
func (e *Episode) untilRepair() bool {
	return e.Censored && e.Later == 0 || e.Outage-e.Later >= mostOfFault*e.Duration
}

// presume decides by when the outages ended.
func (f *Fit) presume(episodes []Episode, why string) {
	f.Presumed = true
	lasted := 0
	for _, e := range episodes {
		if e.untilRepair() {
			lasted++
		}
	}
	if 2*lasted <= f.N {
		f.Why = fmt.Sprintf("%s; %d of %d outages ended before the fault did", why, f.N-lasted, f.N)
		return
	}
	f.Bound = RepairBound
	f.Why = fmt.Sprintf("%s; %d of %d outages lasted until it was healed", why, lasted, f.N)
	f.untilHealed(episodes)
}

// untilHealed is the line where each outage lasted as long as the fault, and a little
// more or less: B is the share of faults that caused one.
func (f *Fit) untilHealed(episodes []Episode) {
	x, y := durations(episodes)
	over, some := make([]float64, len(x)), make([]float64, len(x))
	for i := range episodes {
		over[i] = y[i]
		if episodes[i].some() {
			over[i], some[i] = y[i]-x[i], 1
		}
	}
	f.A, f.B = stat.Mean(over, nil), stat.Mean(some, nil)
	f.vaa, f.vbb, f.vab = meanVariance(over), meanVariance(some), stat.Covariance(over, some, nil)/float64(len(x))
	f.freedom = float64(len(x) - 1)
	f.spread = residuals(x, y, f.A, f.B)
}

// failover takes the mean, or with lower bounds among the outages the restricted
// mean of Kaplan and Meier. If all are, it is their mean, and has no error.
func (f *Fit) failover(episodes []Episode) {
	values := make([]float64, f.N)
	seen := make([]stats.Censored, f.N)
	for i, e := range episodes {
		values[i], seen[i] = e.Outage, stats.Censored{Value: e.Outage, Censored: e.Censored}
	}
	f.freedom = float64(f.N - 1)
	f.A = stat.Mean(values, nil)
	switch {
	case f.Censored == 0:
		f.spread, f.vaa = alike(values), meanVariance(values)
	case f.Censored == f.N:
		f.spread, f.vaa = alike(values), math.NaN()
	default:
		s := stats.KaplanMeier(seen)
		mean, i, _ := s.RestrictedMean(s.Last, stats95)
		se := (i.Hi - i.Lo) / 2 / distuv.UnitNormal.Quantile(1-(1-stats95)/2)
		ended := float64(s.Ended)
		f.A, f.spread, f.vaa = mean, survivors(s), se*se*ended/(ended-1) // as s² does: Klein and Moeschberger, §4.5
		f.freedom = ended - 1
	}
	if f.freedom < 1 {
		f.vaa = math.NaN()
	}
}

const stats95 = 0.95

// meanVariance is s²/n; NaN for one value.
func meanVariance(v []float64) float64 {
	if len(v) < 2 {
		return math.NaN()
	}
	return stat.Variance(v, nil) / float64(len(v))
}

// line is the least-squares line, and the covariance of its parts.
type line struct{ a, b, vaa, vab, vbb, freedom float64 }

func fitLine(x, y []float64) line {
	a, b := stat.LinearRegression(x, y, nil, false)
	n, mean := float64(len(x)), stat.Mean(x, nil)
	var sxx, rss float64
	for i := range x {
		sxx += (x[i] - mean) * (x[i] - mean)
		e := y[i] - a - b*x[i]
		rss += e * e
	}
	s2 := rss / (n - 2)
	return line{a: a, b: b, vaa: s2 * (1/n + mean*mean/sxx), vab: -s2 * mean / sxx, vbb: s2 / sxx, freedom: n - 2}
}

func signed(x float64) string {
	if math.Abs(x) < 0.005 {
		return "0"
	}
	return fmt.Sprintf("%.2f", x)
}
