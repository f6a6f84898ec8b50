package plot

import (
	"math"
	"slices"

	"nines/analysis"
	"nines/analysis/stats"
)

// maxBins bounds the points of a chart over time; a longer timeline is drawn
// with several bins to a point.
const maxBins = 600

// slice is one point of a chart over time. Rates are ops/s, latencies ms.
type slice struct {
	at              float64 // middle, s since the base instant
	due, good, done float64
	doneLow         float64 // the least and the most of the bins that
	doneHigh        float64 // the slice holds
	p50, p99, max   float64
}

// timeline is a trial's bins as slices, and how many bins a slice holds. Of
// several bins, rates are means with the extremes beside them, p50 is the
// median, p99 and max are the worst.
func timeline(t *analysis.Summary) (slices []slice, per int) {
	width := float64(t.BinMS)
	if !(width > 0) || len(t.Timeline) == 0 {
		return nil, 1
	}
	per = (len(t.Timeline) + maxBins - 1) / maxBins
	for i := 0; i < len(t.Timeline); i += per {
		bins := t.Timeline[i:min(i+per, len(t.Timeline))]
		slices = append(slices, merge(bins, (float64(i)+float64(len(bins))/2)*width/1000, width))
	}
	return slices, per
}

func merge(bins []analysis.Bin, at, widthMS float64) slice {
	s := slice{at: at, doneLow: math.Inf(1), p99: math.NaN(), max: math.NaN()}
	rate := func(n uint32) float64 { return float64(n) * 1000 / widthMS }
	var p50 []float64
	for _, b := range bins {
		s.due += rate(b.Due) / float64(len(bins))
		s.good += rate(b.Good) / float64(len(bins))
		s.done += rate(b.Done) / float64(len(bins))
		s.doneLow, s.doneHigh = min(s.doneLow, rate(b.Done)), max(s.doneHigh, rate(b.Done))
		if b.Due == 0 {
			continue
		}
		if v := float64(b.P50); !math.IsNaN(v) {
			p50 = append(p50, v)
		}
		s.p99, s.max = worse(s.p99, float64(b.P99)), worse(s.max, float64(b.Max))
	}
	s.p50 = stats.Median(p50)
	return s
}

// worse is the larger, where NaN is no figure.
func worse(a, b float64) float64 {
	if math.IsNaN(a) || b > a {
		return b
	}
	return a
}

// points takes one figure of each slice.
func points(s []slice, of func(slice) float64) []xy {
	out := make([]xy, len(s))
	for i := range s {
		out[i] = xy{s[i].at, of(s[i])}
	}
	return out
}

// seconds is how long the time axis is.
func seconds(t *analysis.Summary) float64 {
	return max(t.Facts.Duration.Seconds(), float64(len(t.Timeline))*float64(t.BinMS)/1000, 1)
}

// quantileOf is the q-quantile of the finite values of v, 0 if there are none.
func quantileOf(v []float64, q float64) float64 {
	v = slices.DeleteFunc(slices.Clone(v), func(x float64) bool { return !finite(x) })
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[int(q*float64(len(v)-1))]
}
