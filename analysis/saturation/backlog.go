package saturation

import (
	"math"
	"time"

	"nines/analysis"
	"nines/analysis/stats"
)

// The backlog of a trial is what was due and is not done. It grows if, over the
// second half of the measured period, its slope exceeds growthShare of the rate
// and adds up to more than growthLeast operations.
const (
	growthShare = 0.01
	growthLeast = 10
	leastBins   = 5
	mostBins    = 200 // that slopes are taken between
)

// Growth is how fast the backlog grew over the second half of a timeline, in
// operations a second: the median of the slopes between every two of its bins
// (Sen, Journal of the American Statistical Association 63, 1968), so that one
// stall at an end does not pass for a trend. Of a half of more than 200 bins as
// many are merged as make it no more. What fails is never done. NaN if the half
// has fewer than 5 bins.
func Growth(timeline []analysis.Bin, bin time.Duration) float64 {
	var backlog []float64
	sum := 0.0
	for _, b := range timeline {
		sum += float64(b.Due) - float64(b.Done)
		backlog = append(backlog, sum)
	}
	backlog = backlog[len(backlog)/2:]
	if len(backlog) < leastBins || bin <= 0 {
		return math.NaN()
	}
	var step int
	backlog, step = merged(backlog)
	var slopes []float64
	for j := range backlog {
		for i := range j {
			slopes = append(slopes, (backlog[j]-backlog[i])/float64(j-i))
		}
	}
	return stats.Median(slopes) / (float64(step) * bin.Seconds())
}

// merged is the backlog at the ends of bins that are each made of step; at the
// start fewer may be left out.
func merged(backlog []float64) (ends []float64, step int) {
	step = (len(backlog) + mostBins - 1) / mostBins
	for i := (len(backlog) - 1) % step; i < len(backlog); i += step {
		ends = append(ends, backlog[i])
	}
	return ends, step
}

// Grows reports whether a growth of the backlog in a trial of the given rate and
// measured period is more than what comes and goes.
func Grows(growth, rate float64, period time.Duration) bool {
	return growth > growthShare*rate && growth*period.Seconds()/2 > growthLeast
}
