package analysis

import (
	"math"
	"slices"
	"time"

	"nines/analysis/stats"
	"nines/bench"
)

// Percentiles are exact: the values are sorted, and the q-quantile of N values
// is the one of rank ⌈qN⌉ (nearest rank), which is +Inf as soon as a share of
// more than 1-q never succeeded. It is shown only where a two-sided 95 %
// interval for it exists: q^N ≤ 0.025, which takes 6 operations for the median,
// 36 for p90, 368 for p99, 3688 for p99.9 and 36887 for p99.99.

// shown reports whether n operations support a q-quantile.
func shown(q float64, n int) bool { return stats.Supported(q, 0.95, n) }

// rank is that of the q-quantile among n values, from 1.
func rank(q float64, n int) int { return stats.Rank(q, n) }

// quantiles summarises values, which it sorts. [bench.Never] is infinite.
func quantiles(values []time.Duration) Quantiles {
	slices.Sort(values)
	n := len(values)
	at := func(q float64) MS {
		if !shown(q, n) {
			return MS(nan)
		}
		return ms(values[rank(q, n)-1])
	}
	out := Quantiles{
		N: uint64(n), Mean: mean(values), Max: MS(nan),
		P50: at(0.5), P90: at(0.9), P99: at(0.99), P999: at(0.999), P9999: at(0.9999),
	}
	if n > 0 {
		out.Max = ms(values[n-1])
		out.Curve = curve(values)
	}
	return out
}

func mean(values []time.Duration) MS {
	sum, n := 0.0, 0
	for _, v := range values {
		if v != bench.Never {
			sum += float64(v)
			n++
		}
	}
	return MS(ratio(sum/float64(time.Millisecond), float64(n)))
}

// curvePoints bounds the points of a percentile curve.
const curvePoints = 80

// curve takes quantiles of sorted values at points of which 1/(1-q) is spaced
// evenly on a logarithmic axis, from 1 to twice the number of values: there the
// rank is that of the maximum. Neighbours of the same rank are left out.
func curve(values []time.Duration) []Point {
	n := len(values)
	var out []Point
	last := 0
	for i := range curvePoints {
		q := 1 - math.Pow(2*float64(n), -float64(i)/(curvePoints-1))
		if r := rank(q, n); r != last {
			out = append(out, Point{Q: q, MS: ms(values[r-1])})
			last = r
		}
	}
	return out
}

// responses are those of all operations; the dropped ones never succeeded.
func responses(ops []*bench.Sample) []time.Duration {
	out := make([]time.Duration, len(ops))
	for i, s := range ops {
		out[i] = s.Response()
	}
	return out
}

// services are those of the operations that were sent.
func services(ops []*bench.Sample) []time.Duration {
	out := make([]time.Duration, 0, len(ops))
	for _, s := range ops {
		if s.Outcome != bench.Dropped {
			out = append(out, s.Service())
		}
	}
	return out
}

// lags are how late operations were sent, of those that were.
func lags(ops []*bench.Sample) []time.Duration {
	out := make([]time.Duration, 0, len(ops))
	for _, s := range ops {
		if s.Outcome != bench.Dropped {
			out = append(out, s.Sent-s.Due)
		}
	}
	return out
}

func (t *trial) overall() (response, service, lag Quantiles) {
	return quantiles(responses(t.load)), quantiles(services(t.load)), quantiles(lags(t.load))
}
