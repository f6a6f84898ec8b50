package analysis

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"nines/analysis/stats"
	"nines/bench"
	"nines/results"
)

// Steady says when the system had settled before the first fault, by MSER-5
// (White, Cobb and Spratt, 2000; see [stats.MSER5]) on throughput and on the
// logarithm of response time, over the warm-up and the measured period up to the
// first fault. The later of the two cuts counts. What follows it is the no-fault
// band, which episodes are compared with.
type Steady struct {
	From MS `json:"from_ms"` // the band begins: the cut, or the base instant if that is later
	To   MS `json:"to_ms"`   // and ends: the first fault, or the end of the measured period
	// Cut is where MSER-5 ends the warm-up; negative if before the base instant. NaN
	// if that was refused, or there was too little to tell.
	Cut     MS    `json:"cut_ms"`
	Refused bool  `json:"refused,omitempty"` // the cut is at its limit: it had not settled
	Bins    int   `json:"bins"`              // that were looked at
	BinMS   MS    `json:"bin_ms"`
	Rate    Range `json:"throughput_ops_s"` // successful completions a second in the band, by batch means

	Response Quantiles `json:"response"` // of the operations that were due in the band; without the curve
}

// Range is a figure and the interval that covers it at 95 %; NaN where there is
// none.
type Range struct{ Mean, Lo, Hi float64 }

var noRange = Range{nan, nan, nan}

// rangeJSON is [Range], field by field.
type rangeJSON struct {
	Mean MS `json:"mean"`
	Lo   MS `json:"lo"`
	Hi   MS `json:"hi"`
}

// MarshalJSON writes figures that have no value as null.
func (r Range) MarshalJSON() ([]byte, error) {
	return json.Marshal(rangeJSON{MS(r.Mean), MS(r.Lo), MS(r.Hi)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Range) UnmarshalJSON(b []byte) error {
	var v rangeJSON
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*r = Range{float64(v.Mean), float64(v.Lo), float64(v.Hi)}
	return nil
}

const (
	// steadyBins is the least with which MSER-5 is asked: of a series that is steady, and
	// whose neighbours correlate at 0.5, it refuses one in 200 of this length, and one in ten of 50.
	steadyBins = 350
	// mostSteadyBins widens the bins of a long band.
	mostSteadyBins = 1400
	steadyBin      = 10 * time.Millisecond
	// perSteadyBin is the least that a bin should hold on average.
	perSteadyBin = 5
	confidence   = 0.95
)

// steady looks at the warm-up and the time before the first fault.
func (t *trial) steady() Steady {
	until, from := t.healthy(), -t.Facts.Warmup
	b := t.settling(from, until)
	out := Steady{From: 0, To: ms(until), Cut: MS(nan), Bins: len(b.throughput), BinMS: ms(b.width)}
	if len(b.throughput) >= steadyBins && t.Facts.Profile == nil {
		rate, settled := stats.MSER5(b.throughput)
		response, also := stats.MSER5(b.logResponse)
		out.Refused = !settled || !also
		if !out.Refused {
			cut := from + time.Duration(max(rate, response))*b.width
			out.Cut, out.From = ms(cut), ms(max(0, cut))
		}
	}
	out.Rate = t.meanRate(out.from(), until)
	out.Response = quantiles(responses(phase{ranges: []stretch{{out.from(), until}}}.of(t)))
	out.Response.Curve = nil
	return out
}

func (s *Steady) from() time.Duration {
	return time.Duration(float64(s.From) * float64(time.Millisecond))
}

// settling is throughput and latency of a band, bin by bin.
type settling struct {
	width                   time.Duration
	throughput, logResponse []float64 // completions; mean of the logarithms
}

// settling cuts the band into bins; what is left over at the start, which is less
// than one, is left out. An operation that never succeeded counts as having taken
// the client's patience, and a bin in which nothing was due as the one before.
func (t *trial) settling(from, until time.Duration) settling {
	width := steadyBin
	if n := within(t.done, from, until); n > 0 {
		width = max(width, (until-from)*perSteadyBin/time.Duration(n))
	}
	width = max(width, (until-from)/mostSteadyBins).Truncate(time.Millisecond)
	n := int((until - from) / width)
	from = until - time.Duration(n)*width
	s := settling{width, make([]float64, n), make([]float64, n)}
	due := make([]float64, n)
	for i := range t.Samples {
		x := &t.Samples[i]
		if x.Class != bench.Main || x.Due < from || x.Due >= until {
			continue
		}
		bin := (x.Due - from) / width
		took := min(x.Response(), max(t.Facts.Abandon, 1))
		s.logResponse[bin] += math.Log(float64(max(took, 1)))
		due[bin]++
	}
	for i := range n {
		at := from + time.Duration(i)*width
		s.throughput[i] = float64(within(t.done, at, at+width))
		switch {
		case due[i] > 0:
			s.logResponse[i] /= due[i]
		case i > 0:
			s.logResponse[i] = s.logResponse[i-1]
		}
	}
	return s
}

// meanRate is the throughput of a band with its interval.
func (t *trial) meanRate(from, until time.Duration) Range {
	n := int((until - from) / TimelineBin)
	rates := make([]float64, max(0, n))
	for i := range rates {
		at := from + time.Duration(i)*TimelineBin
		rates[i] = float64(within(t.done, at, at+TimelineBin)) / TimelineBin.Seconds()
	}
	_, i, _ := stats.BatchMeans(rates, confidence)
	mean := ratio(float64(within(t.done, from, until)), (until - from).Seconds())
	return Range{mean, i.Lo, i.Hi}
}

// settled: figures of the whole period are those of a system that had warmed up.
func (s *Steady) settled(f *results.Facts) Gate {
	const name = GateSteady
	warmup := f.Warmup
	switch {
	case f.Profile != nil:
		return gate(name, true, "not asked: the load is meant to change, and throughput with it", "")
	case s.Refused:
		return gate(name, false, fmt.Sprintf("MSER-5 finds no end of the warm-up in the %s before %s: its cut is at the limit, half of that", show(s.To+ms(warmup)), show(s.To)),
			"throughput or latency still changed: lengthen the warm-up, or let the first fault come later")
	case math.IsNaN(float64(s.Cut)):
		// No finding, and so no reason to warn of every short trial: health before the
		// first fault has a gate of its own.
		return gate(name, true, fmt.Sprintf("not asked: %d bins of %s before the first fault are too few to tell, MSER-5 takes %d", s.Bins, show(s.BinMS), steadyBins), "")
	}
	saw := fmt.Sprintf("MSER-5 cuts %s of the warm-up of %v", show(s.Cut+ms(warmup)), warmup)
	if s.Cut > 0 {
		saw = fmt.Sprintf("MSER-5 cuts the whole warm-up of %v and %s of the measured period: episodes are compared with what follows", warmup, show(s.Cut))
	}
	return warning(name, s.Cut <= 0, saw, "lengthen the warm-up: figures of the whole period have some of it in them")
}

// successInterval is how far the success ratio of such a trial is off by chance:
// by batch means, or where batches are correlated by a block bootstrap, of what
// each bin adds to the ratio, which is linear in (good, due) near their means
// (the delta method for a ratio of sums; Cochran, Sampling Techniques, 1977,
// §6.3). It takes the faults for a part of what may vary.
func (t *trial) successInterval() (r Range, by string) {
	b := t.binned()
	b.bin = max(b.bin, TimelineBin)
	ops := t.asking(b, nil)
	n := ops.count()
	if n == 0 || ops.total[n] == 0 {
		return noRange, ""
	}
	mean := float64(ops.good[n]) / float64(ops.total[n])
	each := float64(ops.total[n]) / float64(n)
	z := make([]float64, n)
	for i := range z {
		good, due := ops.good[i+1]-ops.good[i], ops.total[i+1]-ops.total[i]
		z[i] = mean + (float64(good)-mean*float64(due))/each
	}
	by = "batch means"
	_, i, ok := stats.BatchMeans(z, confidence)
	if !ok {
		by = "block bootstrap"
		i, ok = stats.BlockBootstrap(z, plainMean, confidence, t.Facts.Seed)
	}
	if !ok {
		return Range{mean, nan, nan}, ""
	}
	return Range{mean, max(0, i.Lo), min(1, i.Hi)}, by
}

func plainMean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// Independent says how many independent operations a percentile rests on.
type Independent struct {
	Of   string  `json:"of"` // response or service
	Q    float64 `json:"q"`
	N    float64 `json:"effective_n"`
	Need int     `json:"need"` // for a two-sided interval at 95 %
}

// Weak reports whether so few of the operations are independent that no interval
// can be given for the q-quantile of response or service.
func (s *Summary) Weak(of string, q float64) bool {
	i := slices.IndexFunc(s.Independent, func(i Independent) bool { return i.Of == of && i.Q == q })
	return i >= 0 && s.Independent[i].N < float64(s.Independent[i].Need)
}

// shownQuantiles are those that reports show.
var shownQuantiles = []float64{0.5, 0.9, 0.99, 0.999, 0.9999}

// independent are those percentiles of the overall latencies that their numbers
// of operations support.
func (t *trial) independent() []Independent {
	var out []Independent
	for _, of := range []struct {
		name string
		took func(*bench.Sample) time.Duration
	}{{"response", (*bench.Sample).Response}, {"service", (*bench.Sample).Service}} {
		var ops []*bench.Sample // by due time
		for _, s := range t.load {
			if of.name == "response" || s.Outcome != bench.Dropped {
				ops = append(ops, s)
			}
		}
		took := make([]time.Duration, len(ops))
		for i, s := range ops {
			took[i] = of.took(s)
		}
		sorted := slices.Clone(took)
		slices.Sort(sorted)
		for _, q := range shownQuantiles {
			if !shown(q, len(sorted)) {
				continue
			}
			n := t.effective(ops, took, sorted[rank(q, len(sorted))-1])
			out = append(out, Independent{of.name, q, n, stats.SampleSizeFor(q, confidence)})
		}
	}
	return out
}

// effective is how many independent operations would tell as much of the share
// that took at least bound as these do. The slow ones come in clusters, in one
// outage above all, so each of them tells little after the first. It divides the
// variance that their number would have if they were independent by the one that
// it has, from bin to bin and from what bins have in common with later ones
// ([stats.EffectiveSize]). Never more than there are.
func (t *trial) effective(ops []*bench.Sample, took []time.Duration, bound time.Duration) float64 {
	bins := int((t.end + TimelineBin - 1) / TimelineBin)
	slow, due, all := make([]float64, bins), make([]float64, bins), 0.0
	for i, s := range ops {
		due[s.Due/TimelineBin]++
		if took[i] >= bound {
			slow[s.Due/TimelineBin]++
			all++
		}
	}
	n := float64(len(ops))
	share := all / n
	squares := 0.0
	for i := range slow {
		slow[i] -= share * due[i] // sums to 0
		squares += slow[i] * slow[i]
	}
	eff := stats.EffectiveSize(slow)
	if squares == 0 || math.IsNaN(eff) {
		return n
	}
	variance := squares * float64(bins) / eff
	return min(n, n*n*share*(1-share)/variance)
}
